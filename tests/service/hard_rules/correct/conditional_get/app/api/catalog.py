from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Response

from app.schemas.catalog import Catalog

CATALOG = Catalog(plans=["free", "pro"])
ETAG = f'"{sha256(CATALOG.model_dump_json().encode()).hexdigest()}"'

router = APIRouter(prefix="/catalog", tags=["catalog"])


@router.get("", response_model=Catalog, responses={304: {"description": "It has not changed"}})
async def read_catalog(response: Response, if_none_match: Annotated[str | None, Header()] = None) -> Catalog | Response:
    if if_none_match == ETAG:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": ETAG})
    response.headers["ETag"] = ETAG
    return CATALOG
