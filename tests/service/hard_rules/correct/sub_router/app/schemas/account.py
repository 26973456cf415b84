from pydantic import BaseModel, ConfigDict, Field


class AccountCreate(BaseModel):
    name: str = Field(min_length=1, max_length=100)


class AccountRead(AccountCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int


class MemberCreate(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)


class MemberRead(MemberCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int
