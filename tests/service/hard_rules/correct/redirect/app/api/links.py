from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from app.errors import NotFoundError, problem_responses

TARGETS = {"status": "https://status.example.com"}

router = APIRouter(prefix="/links", tags=["links"])


@router.get(
    "/{name}",
    response_class=RedirectResponse,
    status_code=HTTPStatus.TEMPORARY_REDIRECT,
    responses=problem_responses(HTTPStatus.NOT_FOUND),
)
async def follow_link(name: str) -> RedirectResponse:
    if target := TARGETS.get(name):
        return RedirectResponse(target)
    raise NotFoundError("There is no such link")
