from http import HTTPStatus

from fastapi import APIRouter

from app.deps import SessionDep
from app.errors import NotFoundError, problem_responses
from app.models import Webhook

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.delete(
    "/{webhook_id}",
    response_model=None,
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(HTTPStatus.NOT_FOUND),
)
async def delete_webhook(webhook_id: int, session: SessionDep) -> None:
    webhook = await session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFoundError("There is no such webhook")
    await session.delete(webhook)
