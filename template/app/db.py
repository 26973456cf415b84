"""Engine and session factories."""

import asyncio
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, NoReturn

from sqlalchemy import URL, Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_
from sqlalchemy.util.queue import AsyncAdaptedQueue, Empty

# Postgres' own default, and so that of the tests; a database or a role may have another one.
TRANSACTION_ISOLATION: Final = "READ COMMITTED"
CONNECT_TIMEOUT_SECONDS = 5
# Short, because who waits here waits for other requests: better told to come back than kept in a growing queue.
POOL_TIMEOUT_SECONDS = 1
# Fly's proxy, when it is replaced, ends connections that have not gone after ten minutes.
RECYCLE_SECONDS = 570
# SQLAlchemy's pool_pre_ping asks at every request, which takes three round trips; to read a row takes one.
PING_AFTER_IDLE_SECONDS = 5
STATEMENT_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000


def create_engine(url: URL, *, pool_size: int, application_name: str) -> AsyncEngine:
    """Create an engine whose every wait is bounded: for a connection, for a statement, for an idle transaction.

    A connection that fails is a ``sqlalchemy.exc.OperationalError``, whatever was in its way.
    """
    engine = create_async_engine(
        url,
        # What reads need. Sessions that write set TRANSACTION_ISOLATION, which adds a tenth to a small query.
        isolation_level="AUTOCOMMIT",
        poolclass=FairPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "server_settings": {"application_name": application_name, "timezone": "UTC"},
        },
    )
    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "connect", set_timeouts)
    event.listen(engine.sync_engine, "checkin", note_return)
    event.listen(engine.sync_engine, "checkout", replace_if_lost)
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


def note_return(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()


def replace_if_lost(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Let no request have a connection that Postgres has closed: the first one after a restart of it would fail.

    A closed one is known at once; only of one that was idle might a firewall have forgotten to tell.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("closed by Postgres")
    returned = record.info.get("returned")  # never, when it is new
    if returned is not None and time.monotonic() - returned > PING_AFTER_IDLE_SECONDS:
        try:
            connection.ping()
        except connection.dbapi.Error as error:
            raise InvalidatePoolError("no answer") from error


class FairQueue(AsyncAdaptedQueue[ConnectionPoolEntry]):
    """Give a connection that was returned to who has waited longest for one.

    By asyncio.Queue it goes to whoever asks next, and of many requests at once a few wait until they give up:
    https://github.com/sqlalchemy/sqlalchemy/issues/7679
    """

    waiting = 0

    @cached_property
    def turn(self) -> asyncio.Lock:
        return asyncio.Lock()  # who waits for it gets it in the order of asking

    def get(self, block: bool = True, timeout: float | None = None) -> ConnectionPoolEntry:
        if not block or not (self.waiting or self.empty()):
            return self.get_nowait()
        self.waiting += 1
        try:
            return await_(asyncio.wait_for(self.wait(), timeout))
        except TimeoutError as error:
            raise Empty from error
        finally:
            self.waiting -= 1

    async def wait(self) -> ConnectionPoolEntry:
        async with self.turn:
            return await self._queue.get()


class FairPool(AsyncAdaptedQueuePool):
    _queue_class = FairQueue


class ReadSession(AsyncSession):
    """Stores nothing: each of its statements is a transaction of its own, and could not be rolled back."""

    async def flush(self, _objects: Sequence[Any] | None = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("A ReadSessionDep stores nothing: ask for a SessionDep")

    async def stream(self, *_arguments: Any, **_options: Any) -> NoReturn:
        # Postgres would say so too, but not in the tests, each of which is a transaction.
        raise RuntimeError("Rows are streamed in a transaction: ask for a SessionDep")


def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    # Responses are built after the commit, and an expired attribute could not be loaded then.
    return async_sessionmaker(engine.execution_options(isolation_level=TRANSACTION_ISOLATION), expire_on_commit=False)


def create_read_session_factory(engine: AsyncEngine) -> async_sessionmaker[ReadSession]:
    """Create sessions without BEGIN and COMMIT: a query takes one round trip, and not three."""
    return async_sessionmaker(engine, class_=ReadSession, autoflush=False)
