from pydantic import BaseModel


class Refund(BaseModel):
    cents: int
