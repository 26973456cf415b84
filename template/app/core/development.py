"""What responses show only in development: the error behind a 500, and the command for a missing migration."""

import asyncio
import traceback
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, SecretStr
from sqlalchemy.exc import DBAPIError

from app.core.console import ROOT, is_own
from app.core.schema_check import OutdatedSchemaError, SchemaCheck
from app.deps import get_session
from app.errors import sqlstate_of, try_again
from app.settings import Settings

# Undefined table, column, object (a type, say) and schema: https://www.postgresql.org/docs/current/errcodes-appendix.html
UNDEFINED = frozenset({"42P01", "42703", "42704", "3F000"})
NO_MIGRATION = (
    "If app/models has it, its migration is missing."
    ' Run: uv run scripts/makemigration.py "what has changed" and then: uv run alembic upgrade head'
)
# A message may quote a whole request.
MAX_CHARACTERS = 2_000


def describe(error: Exception, settings: Settings) -> str | None:
    """Return the place, type and message of an error in development, without the secrets of the settings.

    In every other environment return None: a message may quote any data.
    """
    if settings.environment != "development":
        return None
    message = "".join(traceback.format_exception_only(error, show_group=True)).strip()
    shown = f"{place_of(error)}: {message}"
    for secret in sorted(secrets_of(settings), key=len, reverse=True):
        shown = shown.replace(secret, "**********")
    return shown[:MAX_CHARACTERS].encode(errors="backslashreplace").decode()


def place_of(error: Exception) -> str:
    """Name the innermost line of this repository, else of a library."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    code, line = ([frame for frame in frames if is_own(frame[0].co_filename)] or frames)[-1]
    path = Path(code.co_filename)
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line} in {code.co_name}"


def secrets_of(settings: Settings) -> set[str]:
    """Return every secret as it is, as in a URL, and as in the repr() of a text."""
    keys = (key.decode(errors="surrogateescape") for key in settings.api_keys)
    return {
        form
        for secret in (*keys, *secrets_in(settings))
        if secret
        for form in (
            secret,
            quote(secret, "", errors="surrogateescape"),
            quote_plus(secret, "", errors="surrogateescape"),
            repr(secret)[1:-1],
        )
    }


def secrets_in(value: object) -> Iterator[str]:
    """Find secrets and passwords of URLs at any depth. A password equal to its user name is not a secret."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from secrets_in(vars(value))
    elif isinstance(password := getattr(value, "password", None), str):
        if password != getattr(value, "username", None):
            yield password
    elif isinstance(value, Mapping):
        yield from secrets_in(list(value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from secrets_in(item)


def add_development_handlers(app: FastAPI) -> None:
    """Name the command to run where the database does not match the models."""
    app.add_exception_handler(DBAPIError, partial(on_database_error, app.exception_handlers[DBAPIError]))


async def on_database_error(handler: Any, request: Request, error: DBAPIError) -> Response:
    try:
        response: Response = await handler(request, error)
    except DBAPIError:
        if outdated := await find_pending_migration(request):
            return try_again(str(outdated), error)
        # Handlers run twice: in the route and in the app.
        if sqlstate_of(error) in UNDEFINED and NO_MIGRATION not in getattr(error, "__notes__", ()):
            error.add_note(NO_MIGRATION)
        raise
    return response


async def find_pending_migration(request: Request) -> OutdatedSchemaError | None:
    """Check the schema again: migrations may have been added since the start."""
    check = await asyncio.to_thread(SchemaCheck)
    async with asynccontextmanager(get_session)(request) as session:
        connection = await session.connection()
        try:
            await connection.run_sync(check)
        except OutdatedSchemaError as error:
            return error
    return None
