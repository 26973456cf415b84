from decimal import Decimal

from pydantic import BaseModel, Field


class RateValue(BaseModel):
    value: Decimal = Field(gt=0, max_digits=12, decimal_places=6)
