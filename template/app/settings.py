"""Settings of this service, from environment variables."""

import re
import sys
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from sqlalchemy import URL

from app.core.database_url import read_url, refusal, translate

MINIMUM_KEY_LENGTH = 16
# https://develop.sentry.dev/sdk/foundations/transport/authentication/#dsn
SENTRY_DSN = re.compile(r"https?://[^\s:@/]+(:[^\s:@/]*)?@[\w.-]+(:\d{1,5})?/([^\s?#]+/)?\d+")
# The context of messages that name a limit of the field, and not its value.
LIMITS = {"expected", "field_type", "ge", "gt", "le", "lt", "max_length", "min_length", "multiple_of", "pattern"}


def parse_database_url(value: object) -> URL:
    """Turn the URL of a platform, ``postgres://`` or ``postgresql://``, into one that asyncpg accepts."""
    url = read_url(value)
    if url is None or (isinstance(value, str) and value.count("@") > 1):
        raise refusal(
            "must look like postgresql+asyncpg://user:password@host:5432/name, special characters of the password"
            " percent-encoded: @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25"
        )
    return translate(url)


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
    log_sql: bool = Field(False, title="Log every SQL statement, without its parameters")
    no_color: str = Field("", title="Any value turns colours off: https://no-color.org")
    sentry_dsn: SecretStr | None = Field(None, title="Errors are sent to Sentry only when this is set")
    environment: Literal["development", "staging", "production"] = Field("production", title="Which deployment this is")
    docs_enabled: bool = Field(False, title="Serve /docs and /openapi.json, and redirect / to /docs")
    port: int = Field(8000, ge=0, le=65535, title="Port that `python -m app` listens on")
    database_pool_size: int = Field(10, ge=1, le=100, title="Most connections that one process opens")
    max_body_bytes: int = Field(1_048_576, ge=1, title="Largest request body in bytes; a larger one is a 413")
    body_timeout_seconds: float = Field(30, gt=0, title="Seconds that a request body may take; a slower one is a 408")
    drain_seconds: float = Field(
        5, ge=0, le=60, title="Seconds of /readyz 503 between SIGTERM and the end; none in development"
    )

    @property
    def api_keys(self) -> tuple[bytes, ...]:
        keys = (key.strip() for key in self.api_key.get_secret_value().split(","))
        return tuple(key.encode(errors="surrogateescape") for key in keys if key)

    @field_validator("sentry_dsn")
    @classmethod
    def refuse_wrong_dsn(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not SENTRY_DSN.fullmatch(value.get_secret_value()):
            raise refusal("must look like https://key@host/number, as Sentry shows it for the project")
        return value

    @model_validator(mode="after")
    def refuse_weak_keys(self) -> Self:
        if not self.api_keys:
            raise refusal("API_KEY holds no key")
        if self.environment != "development" and any(len(key) < MINIMUM_KEY_LENGTH for key in self.api_keys):
            raise refusal(f"API_KEY needs at least {MINIMUM_KEY_LENGTH} characters a key outside development")
        return self


@lru_cache
def get_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SystemExit: With one line for each missing or invalid variable, never with its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        message = explain(error)
    except SettingsError as error:  # such as a list that is not JSON; names the field
        message = f"The settings of this service can't be read: {error}"
    except UnicodeDecodeError:
        message = "The settings of this service can't be read: .env is not UTF-8"
    sys.exit(message)


def explain(error: ValidationError) -> str:
    lines = ["The settings of this service are not complete (see .env.example):"]
    for item in error.errors(include_url=False, include_input=False):
        variable = str(item["loc"][0]).upper() if item["loc"] else ""  # anything deeper may be a key of the value
        # A parser's message quotes the value; those of `refusal` and of Pydantic's limits do not.
        reason = item["msg"] if item.get("ctx", {}).keys() <= LIMITS else "is not valid"
        lines.append(f"  {variable}: {reason}" if variable else f"  {reason}")
    return "\n".join(lines)
