from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Card(BaseModel):
    kind: Literal["card"]
    last_digits: str = Field(pattern=r"^\d{4}$")


class Transfer(BaseModel):
    kind: Literal["transfer"]
    iban: str


type PaymentMethod = Annotated[Card | Transfer, Field(discriminator="kind")]
