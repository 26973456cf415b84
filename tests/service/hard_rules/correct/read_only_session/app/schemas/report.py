from pydantic import BaseModel


class Report(BaseModel):
    transaction_read_only: str
