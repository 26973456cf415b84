from http import HTTPStatus

from fastapi import APIRouter

from app import mailer
from app.schemas.invitation import Invitation

router = APIRouter(prefix="/invitations", tags=["invitations"])


@router.post("", response_model=Invitation, status_code=HTTPStatus.ACCEPTED)
async def invite(body: Invitation) -> Invitation:
    await mailer.send(body.email, "You are invited")
    return body
