from pydantic import BaseModel, ConfigDict


class QuoteRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
