from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# What callers may see; what is stored may one day say more (app.models.invoice).
type InvoiceStatus = Literal["draft", "sent", "paid"]
type Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class InvoiceCreate(BaseModel):
    total: Money


class InvoiceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    status: InvoiceStatus
    total: Money
