"""Engine and session factory."""

from typing import Any

from sqlalchemy import URL, Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

CONNECT_TIMEOUT_SECONDS = 5
# Short, because who waits here waits for other requests: better told to come back than kept in a growing queue.
POOL_TIMEOUT_SECONDS = 1
# Fly's proxy, when it is replaced, ends connections that have not gone after ten minutes.
RECYCLE_SECONDS = 570
STATEMENT_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000


def create_engine(url: URL, *, pool_size: int, application_name: str) -> AsyncEngine:
    """Create an engine whose every wait is bounded: for a connection, for a statement, for an idle transaction.

    A connection that fails is a ``sqlalchemy.exc.OperationalError``, whatever was in its way.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        # Without it the first request after a restart of Postgres fails.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "server_settings": {"application_name": application_name, "timezone": "UTC"},
        },
    )
    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "connect", set_timeouts)
    return engine


def connect(dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> DBAPIConnection:
    """Connect, and tell the failures of it from those of other network calls in the same handler."""
    try:
        return dialect.connect(*args, **options)
    except OSError as error:  # refused, reset, timed out, host unknown, certificate not trusted
        reason = f"{type(error).__name__}: {error}"
        raise dialect.loaded_dbapi.OperationalError(reason, error) from error


def set_timeouts(connection: Any, _record: object) -> None:
    """Let Postgres end what takes too long; PgBouncer, behind Fly's URL, refuses these as parameters of the connection."""
    statement = f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}"
    idle = f"SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_TIMEOUT_MS}"
    connection.run_async(lambda asyncpg: asyncpg.execute(f"{statement}; {idle}"))


def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    # Responses are built after the commit, and an expired attribute could not be loaded then.
    return async_sessionmaker(engine, expire_on_commit=False)
