"""Everything that the environment decides about this service."""

import sys
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

MINIMUM_KEY_LENGTH = 16


def parse_database_url(value: object) -> URL:
    """Turn the URL that a platform hands out into the one that asyncpg takes.

    Fly and Railway say ``postgres://`` or ``postgresql://``, libpq's ``sslmode`` is asyncpg's ``ssl``.
    """
    try:
        url = make_url(value)  # type: ignore[arg-type]  # anything else than a URL raises ArgumentError
    except ArgumentError:
        raise ValueError("must look like postgresql+asyncpg://user:password@host:5432/name") from None
    if url.get_backend_name() not in {"postgres", "postgresql"}:
        raise ValueError(f"must be a Postgres URL, not {url.get_backend_name()}")
    query = {"ssl" if name == "sslmode" else name: option for name, option in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


def upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """Read once at start-up from the environment, and from ``.env`` in development."""

    model_config = SettingsConfigDict(
        arbitrary_types_allowed=True,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[URL, NoDecode, BeforeValidator(parse_database_url)] = Field(
        title="Where the state lives: postgresql+asyncpg://user:password@host:5432/name"
    )
    api_key: SecretStr = Field(title="Shared secret of the callers; several, separated by commas, while one is rotated")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(upper)] = Field(
        "INFO", title="The least severe level that is logged"
    )
    sentry_dsn: SecretStr | None = Field(None, title="Errors are sent to Sentry only when this is set")
    environment: Literal["development", "staging", "production"] = Field("production", title="Which deployment this is")
    docs_enabled: bool = Field(False, title="Serve /docs, /redoc and /openapi.json")
    port: int = Field(8000, ge=0, le=65535, title="Port that `python -m app` listens on")
    database_pool_size: int = Field(10, ge=1, le=100, title="Most connections that one process opens")
    max_body_bytes: int = Field(1_048_576, ge=1, title="Largest request body in bytes; a larger one is a 413")
    body_timeout_seconds: float = Field(30, gt=0, title="Seconds that a request body may take; a slower one is a 408")
    drain_seconds: float = Field(5, ge=0, le=60, title="Seconds of /readyz 503 between SIGTERM and the end")

    @property
    def api_keys(self) -> tuple[bytes, ...]:
        keys = (key.strip() for key in self.api_key.get_secret_value().split(","))
        return tuple(key.encode() for key in keys if key)

    @model_validator(mode="after")
    def refuse_weak_keys(self) -> Self:
        if not self.api_keys:
            raise ValueError("API_KEY holds no key")
        if self.environment != "development" and any(len(key) < MINIMUM_KEY_LENGTH for key in self.api_keys):
            raise ValueError(f"API_KEY needs at least {MINIMUM_KEY_LENGTH} characters a key outside development")
        return self


@lru_cache
def get_settings() -> Settings:
    """Settings of this process.

    Raises:
        SystemExit: With one line for each variable that is missing or wrong, and never a value of one.
    """
    try:
        return Settings()
    except ValidationError as error:
        sys.exit(explain(error))


def explain(error: ValidationError) -> str:
    lines = ["The settings of this service are not complete (see .env.example):"]
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        variable = "_".join(str(part) for part in item["loc"]).upper()
        lines.append(f"  {variable}: {item['msg']}" if variable else f"  {item['msg']}")
    return "\n".join(lines).replace("Value error, ", "")
