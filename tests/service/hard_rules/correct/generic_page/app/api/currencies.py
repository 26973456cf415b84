from fastapi import APIRouter

from app.schemas.currency import Currency
from app.schemas.page import Page

CURRENCIES = [Currency(code="EUR"), Currency(code="USD")]

router = APIRouter(prefix="/currencies", tags=["currencies"])


@router.get("", response_model=Page[Currency])
async def list_currencies() -> Page[Currency]:
    return Page(items=CURRENCIES, total=len(CURRENCIES))
