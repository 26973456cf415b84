from pydantic import BaseModel, Field


class Progress(BaseModel):
    percent: int = Field(ge=0, le=100)
