"""The body of every error: RFC 9457, Problem Details for HTTP APIs."""

from pydantic import BaseModel, Field


class InvalidField(BaseModel):
    location: list[str | int] = Field(description="Path to the value, such as body, items, 0, price")
    message: str


class Problem(BaseModel):
    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    request_id: str | None = Field(None, description="Also in every log line of the request")
    errors: list[InvalidField] | None = Field(None, description="The invalid fields, for a 422")
