from pydantic import BaseModel


class Reminder(BaseModel):
    text: str
