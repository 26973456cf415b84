from pydantic import BaseModel


class Attachment(BaseModel):
    name: str
    size: int
    sha256: str
