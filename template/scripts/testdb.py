"""Where the tests and scripts/makemigration.py make their databases: TEST_DATABASE_URL, or a Postgres that is thrown away."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from scripts.postgres import running


@contextmanager
def server_for_tests() -> Iterator[str]:
    """The server of TEST_DATABASE_URL, as CI has it, or else one that ends with this process."""
    if configured := os.environ.get("TEST_DATABASE_URL"):
        yield configured
        return
    with running() as server:
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]  # asyncpg would follow them to another server
        yield f"postgresql+asyncpg://postgres@/postgres?host={server.socket_folder}"


@asynccontextmanager
async def temporary_database(server: URL) -> AsyncIterator[URL]:
    """An empty database that nobody else knows."""
    name = f"test_{uuid4().hex}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    try:
        async with admin.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
            try:
                yield server.set(database=name)
            finally:
                await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await admin.dispose()


def missing_extension(error: DBAPIError) -> str:
    """Say what to do about an extension that the server lacks; nothing if the error is another one."""
    reason = str(error.orig).partition(": ")[2]
    if not (reason.startswith("extension ") and reason.endswith(" is not available")):
        return ""
    return (
        f"{reason}: the Postgres that is started here has plpgsql and vector, and no others. Set TEST_DATABASE_URL to one"
        " that has it: TEST_DATABASE_URL=postgresql+asyncpg://postgres:postgres@localhost:5432/postgres"
    )
