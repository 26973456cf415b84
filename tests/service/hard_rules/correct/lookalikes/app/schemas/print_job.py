from pydantic import BaseModel


class PrintJob(BaseModel):
    text: str
