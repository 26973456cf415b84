from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from app.schemas.price import Price
from app.services.pricing import with_tax

TAX_RATE = Decimal("0.19")

router = APIRouter(prefix="/prices", tags=["prices"])


@router.get("", response_model=Price)
async def calculate_price(net: Annotated[Decimal, Query(ge=0)]) -> Price:
    return Price(net=net, gross=with_tax(net, TAX_RATE))
