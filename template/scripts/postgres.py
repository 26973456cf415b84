"""A Postgres that ends with the process that started it, and databases on it for tests and scripts. Imported, not run."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from pydantic_core import PydanticCustomError
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

SUPERVISOR = Path(__file__).with_name("supervisor.py")


class Server(NamedTuple):
    socket_folder: Path
    supervisor: subprocess.Popen[str]


@contextmanager
def running(data: Path | None = None, port: int = 5432) -> Iterator[Server]:
    """Run Postgres; its superuser is ``postgres``, and clients need no password.

    Args:
        data: Keep the data there and listen on localhost. By default, the data is thrown away and there is only a socket.
        port: Where to listen.

    Raises:
        SystemExit: It does not start; the message says why.
    """
    command = [sys.executable, "-I", str(SUPERVISOR), str(port), *([str(data)] if data else [])]
    with subprocess.Popen(
        command,
        cwd="/",
        start_new_session=True,  # Ctrl-C is for the parent
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as supervisor:
        output = supervisor.stdout
        assert output  # noqa: S101
        said = ""
        for line in output:  # a debugger that also attaches to the supervisor prints a warning first
            if line.startswith("ready "):
                break
            said += line
        else:
            sys.exit(f"Postgres did not start: {said}".strip())
        yield Server(Path(line.removeprefix("ready ").strip()), supervisor)


@contextmanager
def server_for_tests() -> Iterator[str]:
    """Yield the URL of a server: TEST_DATABASE_URL, as in CI, or one that ends with this process."""
    if configured := os.environ.get("TEST_DATABASE_URL"):
        yield configured
        return
    with running() as server:
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]  # asyncpg would follow them to another server
        yield f"postgresql+asyncpg://postgres@/postgres?host={server.socket_folder}"


@contextmanager
def explained(variable: str = "TEST_DATABASE_URL") -> Iterator[None]:
    """Exit with one line if the URL is malformed, or if its server is unreachable or refuses.

    Args:
        variable: The setting that holds the URL.

    Raises:
        SystemExit: The message names the variable, and never its value, which has a password.
    """
    try:
        yield
    except PydanticCustomError as error:
        sys.exit(f"{variable} {error}")
    except DBAPIError as error:
        refused = f"Postgres refused the connection or a statement. Check {variable}: {error.orig}"
        sys.exit(missing_extension(error) or refused)
    except OSError as error:  # such as refused, timed out, unknown host
        sys.exit(f"Postgres is unreachable. Check {variable}: {str(error) or 'no answer in time'}")


@asynccontextmanager
async def temporary_database(server: URL) -> AsyncIterator[URL]:
    """Create an empty database, and drop it afterwards."""
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
    """Return how to get a missing extension; an empty string for any other error."""
    missing = re.search(r'extension "\S+" is not available', str(error.orig))
    if not missing:
        return ""
    return (
        f"{missing[0]} in the Postgres that is started here, which has plpgsql and vector. Set TEST_DATABASE_URL to a"
        " server that has it, such as postgresql+asyncpg://postgres:postgres@localhost:5432/postgres"
    )
