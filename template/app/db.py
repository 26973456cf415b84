"""Engine and session factories."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, NoReturn, Protocol

from asyncpg import InvalidCachedStatementError, OutdatedSchemaCacheError
from sqlalchemy import URL, AdaptedConnection, CompoundSelect, Connection, Dialect, Result, ScalarResult, Select, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection

# A migration changed a type that the connection had cached. SQLAlchemy then clears the cache of every connection.
OUTDATED: Final = (InvalidCachedStatementError, OutdatedSchemaCacheError)
# Postgres' own default, which the tests use. A database or a role may have another one.
TRANSACTION_ISOLATION: Final = "READ COMMITTED"
CONNECT_TIMEOUT_SECONDS = 5
# Short, because a waiting request depends on other requests: a quick 503 is better than a growing queue.
POOL_TIMEOUT_SECONDS = 1
# When Fly replaces its proxy, it cuts connections that are older than ten minutes.
RECYCLE_SECONDS = 570
# SQLAlchemy's pool_pre_ping takes three round trips at every checkout, and reading a row takes one.
PING_AFTER_IDLE_SECONDS = 5
STATEMENT_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000


def create_engine(url: URL, *, pool_size: int, application_name: str) -> AsyncEngine:
    """Create an engine that limits every wait: for a connection, a statement, an idle transaction.

    Every failure of a connection is a ``sqlalchemy.exc.OperationalError``.
    """
    engine = create_async_engine(
        url,
        # For reads. Sessions that write send BEGIN themselves: begin_to_write().
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
    event.listen(engine.sync_engine, "connect", partial(configure, engine.dialect))
    event.listen(engine.sync_engine, "checkin", note_return)
    event.listen(engine.sync_engine, "checkout", partial(replace_if_lost, engine.dialect))
    return engine


@contextmanager
def network_errors_of(dbapi: Any) -> Iterator[None]:
    """Distinguish the failures of a new connection from those of other network calls in a handler."""
    try:
        yield
    # Refused, reset, timed out, unknown host, untrusted certificate; or no host has the wanted target_session_attrs.
    except (OSError, dbapi.InternalClientError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise dbapi.OperationalError(reason, error) from error


def connect(dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> DBAPIConnection:
    with network_errors_of(dialect.loaded_dbapi):
        return dialect.connect(*args, **options)


def configure(dialect: Dialect, connection: Any, _record: object) -> None:
    """Make Postgres end what takes too long, and write only in transactions that BEGIN READ WRITE.

    Set by a statement, because the PgBouncer behind Fly's URL refuses them as parameters of the connection.
    """
    settings = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
        "default_transaction_isolation": TRANSACTION_ISOLATION,
        "default_transaction_read_only": "on",
    }
    calls = (f"set_config('{name}', '{value}', false)" for name, value in settings.items())
    with network_errors_of(dialect.loaded_dbapi):
        connection.cursor().execute(f"SELECT {', '.join(calls)}")


def note_return(connection: Any | None, record: ConnectionPoolEntry) -> None:
    record.info["returned"] = time.monotonic()
    # A transaction that a handler began by a statement would become the next request's.
    if connection is not None and connection.driver_connection.is_in_transaction():
        record.invalidate()


def replace_if_lost(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Replace a connection that Postgres has closed, so that no request fails after a restart of Postgres.

    asyncpg knows of a closed connection. Only an idle one may have been dropped by a firewall without notice.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("closed by Postgres")
    returned = record.info.get("returned")  # None for a new one
    if returned is not None and time.monotonic() - returned > PING_AFTER_IDLE_SECONDS:
        try:
            with network_errors_of(dialect.loaded_dbapi):
                dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError("no answer") from error


class FairPool(AsyncAdaptedQueuePool):
    """Give a returned connection to the request that has waited longest.

    SQLAlchemy's own queue gives it to whichever asks next, so under load some requests wait until they time out:
    https://github.com/sqlalchemy/sqlalchemy/issues/7679
    """

    bridge: AdaptedConnection | None = None  # any connection: its run_async() awaits in synchronous code

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.waiting = 0
        self.turn = asyncio.Lock()  # which serves its waiters in order
        self.returned = asyncio.Event()
        event.listen(self, "connect", self.on_connect)
        event.listen(self, "checkin", self.on_checkin)

    def on_connect(self, connection: Any, _record: object) -> None:
        self.bridge = connection

    def on_checkin(self, _connection: object, _record: object) -> None:
        self.returned.set()

    def connect(self) -> PoolProxiedConnection:
        if self.bridge and (self.waiting or self.is_exhausted()):
            self.waiting += 1
            try:
                self.bridge.run_async(lambda _connection: asyncio.wait_for(self.wait(), self.timeout()))
            except TimeoutError as error:
                # As SQLAlchemy's own, which docs/runbook.md names.
                limit = f"QueuePool limit of size {self.size()} reached"
                raise PoolTimeoutError(f"{limit}, connection timed out, timeout {self.timeout()}") from error
            finally:
                self.waiting -= 1
        try:
            return super().connect()
        except BaseException:
            self.returned.set()  # a failed attempt makes room, too
            raise

    async def wait(self) -> None:
        async with self.turn:
            while self.is_exhausted():
                self.returned.clear()
                await self.returned.wait()

    def is_exhausted(self) -> bool:
        return self.checkedout() >= self.size()


class ReadSession(Protocol):
    """The methods for handlers that only read. An AsyncSession has them too, so helpers that read accept both."""

    async def get[T](
        self, entity: type[T], ident: Any, /, *, options: Sequence[ORMOption] | None = None
    ) -> T | None: ...
    async def get_one[T](self, entity: type[T], ident: Any, /, *, options: Sequence[ORMOption] | None = None) -> T: ...
    async def scalar[T](self, statement: Select[T], /) -> T | None: ...
    async def scalars[T](self, statement: Select[T] | CompoundSelect[T], /) -> ScalarResult[T]: ...
    async def execute[*Ts](self, statement: Select[*Ts] | CompoundSelect[*Ts], /) -> Result[*Ts]: ...


class ReadOnlySession(AsyncSession):
    """Every statement is a transaction of its own, and Postgres refuses to write in it: configure()."""

    async def flush(self, _objects: Sequence[Any] | None = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("A ReadSessionDep can't write: use a SessionDep")

    async def stream(self, *_arguments: Any, **_options: Any) -> NoReturn:
        # Postgres would refuse it too, but not in the tests, each of which is a transaction.
        raise RuntimeError("Streaming rows needs a transaction: use a SessionDep")


def begin_to_write(connection: Connection) -> None:
    # SQLAlchemy's own option: https://docs.sqlalchemy.org/en/21/dialects/postgresql.html
    read_only = connection.get_execution_options().get("postgresql_readonly", False)
    connection.exec_driver_sql("BEGIN READ ONLY" if read_only else "BEGIN READ WRITE")


def commit(connection: Connection) -> None:
    connection.exec_driver_sql("COMMIT")


def roll_back(connection: Connection) -> None:
    if not connection.invalidated:  # Postgres rolls back when the connection is lost
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
        # A streamed response may still use the session of its handler: make that fail instead of beginning a transaction
        # that is never ended.
        close_resets_only=False,
    )


def create_read_session_factory(engine: AsyncEngine) -> async_sessionmaker[ReadOnlySession]:
    """Create sessions without BEGIN and COMMIT, so that a query takes one round trip instead of three."""
    return async_sessionmaker(engine, class_=ReadOnlySession, autoflush=False, close_resets_only=False)
