from pydantic import BaseModel, Field


class LetterCreate(BaseModel):
    recipient: str = Field(min_length=1, max_length=100)


class LetterAccepted(BaseModel):
    recipient: str
