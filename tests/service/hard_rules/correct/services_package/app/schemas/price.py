from decimal import Decimal

from pydantic import BaseModel


class Price(BaseModel):
    net: Decimal
    gross: Decimal
