from http import HTTPStatus

from fastapi import APIRouter

from app.errors import QuotaExceededError, problem_responses
from app.schemas.usage import Usage

QUOTA = 100

router = APIRouter(prefix="/usage", tags=["usage"])


@router.post("/{units}", response_model=Usage, responses=problem_responses(HTTPStatus.TOO_MANY_REQUESTS))
async def use(units: int) -> Usage:
    if units > QUOTA:
        raise QuotaExceededError(QUOTA)
    return Usage(used=units)
