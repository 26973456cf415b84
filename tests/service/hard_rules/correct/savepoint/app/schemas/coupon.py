from pydantic import BaseModel


class CouponImport(BaseModel):
    codes: list[str]


class CouponImported(BaseModel):
    added: int
    known: int
