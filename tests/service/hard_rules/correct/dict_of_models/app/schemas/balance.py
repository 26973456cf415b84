from pydantic import BaseModel


class Balance(BaseModel):
    cents: int
