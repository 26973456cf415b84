from pydantic import BaseModel


class Tick(BaseModel):
    number: int
