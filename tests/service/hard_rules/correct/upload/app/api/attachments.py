from hashlib import sha256
from http import HTTPStatus

from fastapi import APIRouter, Request

from app.schemas.attachment import Attachment

router = APIRouter(prefix="/attachments", tags=["attachments"])


@router.put(
    "/{name}",
    response_model=Attachment,
    status_code=HTTPStatus.CREATED,
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}, "required": True}},
)
async def upload_attachment(name: str, request: Request) -> Attachment:
    """Take the bytes as they are; multipart would be a parser more."""
    digest = sha256()
    size = 0
    async for chunk in request.stream():
        digest.update(chunk)
        size += len(chunk)
    return Attachment(name=name, size=size, sha256=digest.hexdigest())
