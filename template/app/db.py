"""Engine and session factories."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, NoReturn, Protocol

from asyncpg import InvalidCachedStatementError, OutdatedSchemaCacheError
from sqlalchemy import URL, CompoundSelect, Connection, Dialect, Result, ScalarResult, Select, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_
from sqlalchemy.util.queue import AsyncAdaptedQueue, Empty

# A migration has changed a type that the connection knew; SQLAlchemy then lets all connections ask again.
OUTDATED: Final = (InvalidCachedStatementError, OutdatedSchemaCacheError)
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
        # What reads need. Sessions that write say BEGIN themselves: begin_to_write.
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
    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "checkin", note_return)
    event.listen(engine.sync_engine, "checkout", replace_if_lost)
    return engine


@contextmanager
def network_errors_of(dbapi: Any) -> Iterator[None]:
    """Tell the failures of a connection that is not SQLAlchemy's yet from those of other network calls in a handler."""
    try:
        yield
    # Refused, reset, timed out, host unknown, certificate not trusted; or of several hosts none is the one that is wanted.
    except (OSError, dbapi.InternalClientError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise dbapi.OperationalError(reason, error) from error


def connect(dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> DBAPIConnection:
    with network_errors_of(dialect.loaded_dbapi):
        return dialect.connect(*args, **options)


def configure(connection: Any, _record: object) -> None:
    """Let Postgres end what takes too long, and store nothing but what a transaction that says so stores.

    As statements: PgBouncer, behind Fly's URL, refuses these as parameters of the connection.
    """
    settings = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "default_transaction_isolation": TRANSACTION_ISOLATION,
        "default_transaction_read_only": "on",
    }
    calls = (f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    with network_errors_of(connection.dbapi):
        connection.cursor().execute(f"SELECT {', '.join(calls)}")


def note_return(connection: Any | None, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()
    # A transaction that somebody began by hand would become the next request's.
    if connection is not None and connection.driver_connection.is_in_transaction():
        record.invalidate()


def replace_if_lost(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Let no request have a connection that Postgres has closed: the first one after a restart of it would fail.

    A closed one is known at once; only of one that was idle might a firewall have forgotten to tell.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("closed by Postgres")
    returned = record.info.get("returned")  # never, when it is new
    if returned is not None and time.monotonic() - returned > PING_AFTER_IDLE_SECONDS:
        try:
            with network_errors_of(connection.dbapi):
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


class ReadSession(Protocol):
    """What a handler that only reads may do. Any AsyncSession can do it too, so helpers that read take either."""

    async def get[T](
        self, entity: type[T], ident: Any, /, *, options: Sequence[ORMOption] | None = None
    ) -> T | None: ...
    async def get_one[T](self, entity: type[T], ident: Any, /, *, options: Sequence[ORMOption] | None = None) -> T: ...
    async def scalar[T](self, statement: Select[T], /) -> T | None: ...
    async def scalars[T](self, statement: Select[T] | CompoundSelect[T], /) -> ScalarResult[T]: ...
    async def execute[*Ts](self, statement: Select[*Ts] | CompoundSelect[*Ts], /) -> Result[*Ts]: ...


class ReadOnlySession(AsyncSession):
    """Each of its statements is a transaction of its own, and Postgres refuses one that stores: configure()."""

    async def flush(self, _objects: Sequence[Any] | None = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("A ReadSessionDep stores nothing: ask for a SessionDep")

    async def stream(self, *_arguments: Any, **_options: Any) -> NoReturn:
        # Postgres would say so too, but not in the tests, each of which is a transaction.
        raise RuntimeError("Rows are streamed in a transaction: ask for a SessionDep")


def begin_to_write(connection: Connection) -> None:
    # SQLAlchemy's option for the opposite: https://docs.sqlalchemy.org/en/21/dialects/postgresql.html
    read_only = connection.get_execution_options().get("postgresql_readonly", False)
    connection.exec_driver_sql("BEGIN READ ONLY" if read_only else "BEGIN READ WRITE")


def commit(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")


def roll_back(connection: Connection) -> None:
    if not connection.invalidated:  # Postgres has done it when the connection is gone
        connection.exec_driver_sql("ROLLBACK")


def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    # Responses are built after the commit, and an expired attribute could not be loaded then.
    writing = engine.execution_options()
    event.listen(writing.sync_engine, "begin", begin_to_write)
    event.listen(writing.sync_engine, "commit", commit)
    event.listen(writing.sync_engine, "rollback", roll_back)
    return async_sessionmaker(
        writing,
        expire_on_commit=False,
        # A response that is streamed may still hold the session of its handler, and would begin a transaction that
        # nobody ends.
        close_resets_only=False,
    )


def create_read_session_factory(engine: AsyncEngine) -> async_sessionmaker[ReadOnlySession]:
    """Create sessions without BEGIN and COMMIT: a query takes one round trip, and not three."""
    return async_sessionmaker(engine, class_=ReadOnlySession, autoflush=False, close_resets_only=False)
