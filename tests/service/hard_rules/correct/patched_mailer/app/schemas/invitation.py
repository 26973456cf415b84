from pydantic import BaseModel


class Invitation(BaseModel):
    email: str
