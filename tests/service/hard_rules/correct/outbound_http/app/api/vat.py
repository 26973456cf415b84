from http import HTTPStatus

from fastapi import APIRouter
from httpx import HTTPError

from app.deps import HttpDep
from app.errors import ServiceUnavailableError, problem_responses
from app.schemas.vat import VatNumber

REGISTER = "https://vat.example.com/numbers"

router = APIRouter(prefix="/vat", tags=["vat"])


@router.get("/{number}", response_model=VatNumber, responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE))
async def check_number(number: str, http: HttpDep) -> VatNumber:
    try:
        response = await http.get(f"{REGISTER}/{number}")
    except HTTPError as error:
        raise ServiceUnavailableError("The VAT register does not answer") from error
    return VatNumber(number=number, valid=response.status_code == HTTPStatus.OK)
