from pydantic import BaseModel


class Catalog(BaseModel):
    plans: list[str]
