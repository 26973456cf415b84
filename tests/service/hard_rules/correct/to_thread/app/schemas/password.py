from pydantic import BaseModel, SecretStr


class PasswordCheck(BaseModel):
    password: SecretStr


class PasswordHash(BaseModel):
    salt: str
    hash: str
