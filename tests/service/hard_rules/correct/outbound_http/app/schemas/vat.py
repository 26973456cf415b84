from pydantic import BaseModel


class VatNumber(BaseModel):
    number: str
    valid: bool
