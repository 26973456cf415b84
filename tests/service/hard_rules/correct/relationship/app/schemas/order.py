from pydantic import BaseModel, ConfigDict


class LineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    text: str


class OrderRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    lines: list[LineRead]
