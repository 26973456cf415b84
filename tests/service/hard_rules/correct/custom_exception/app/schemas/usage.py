from pydantic import BaseModel


class Usage(BaseModel):
    used: int
