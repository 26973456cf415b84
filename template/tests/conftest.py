"""A throwaway Postgres, built by the migrations, and a client that makes real ASGI calls."""

import asyncio
import logging
import os
import signal
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from blockbuster import BlockBuster, BlockingError
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from starlette.types import ASGIApp, Receive, Scope, Send

from app import api
from app.core.lifespan import lifespan
from app.db import ReadOnlySession
from app.deps import State
from app.models import Base
from app.settings import Settings, parse_database_url
from scripts.postgres import explained, missing_extension, server_for_tests, temporary_database
from scripts.supervisor import has_name
from tests import sample
from tests.core import reporting

# app.main reads the settings when it is imported, and a developer's .env must not change the tests.
Settings.model_config["env_file"] = None
for setting in Settings.model_fields:
    os.environ.pop(setting.upper(), None)
os.environ["DATABASE_URL"] = "postgresql+asyncpg://never-used/by-tests"
os.environ["API_KEY"] = "never-used-by-tests"

from app.main import create_app  # noqa: E402

ROOT = Path(__file__).parents[1]
api.routers.append(sample.router)  # mounts it like the service's own routers

API_KEY = "first-key-of-the-tests"
SECOND_API_KEY = "second-key-of-the-tests"


def pytest_configure(config: pytest.Config) -> None:
    """Start one Postgres for all workers, which inherit its URL."""
    config.pluginmanager.register(reporting)
    for name in ("alembic", "httpx"):  # migrations and requests, logged in each test
        logging.getLogger(name).setLevel(logging.WARNING)
    if config.getoption("collectonly"):
        return
    resources = ExitStack()
    config.add_cleanup(resources.close)
    try:
        url = resources.enter_context(server_for_tests())
        with explained():
            asyncio.run(connect_to(parse_database_url(url)))
    except SystemExit as error:
        pytest.exit(str(error), 1)
    environ = resources.enter_context(pytest.MonkeyPatch.context())
    environ.setenv("TEST_DATABASE_URL", url)
    if not has_name():  # or pytest uses one folder for all users without a name
        environ.setenv("LOGNAME", str(os.geteuid()))


async def connect_to(url: URL) -> None:
    """Fail once, before the first test, if the server does not answer."""
    engine = create_async_engine(url, connect_args={"timeout": 5})
    try:
        await (await engine.connect()).close()
    finally:
        await engine.dispose()


@pytest.fixture(scope="session")
def server_url() -> URL:
    """The server of TEST_DATABASE_URL, which CI sets, or else a temporary one."""
    return parse_database_url(os.environ["TEST_DATABASE_URL"])


@pytest.fixture(scope="session", autouse=True)
def no_blocking_calls() -> Iterator[None]:
    """Make a call that blocks the event loop fail, however deep below a handler."""
    watched = ("time.", "socket.", "ssl.", "os.read", "io.BufferedReader.read", "io.TextIOWrapper.read")
    calls = [call for name, call in BlockBuster("app").functions.items() if name.startswith(watched)]
    for call in calls:
        call.can_block_in("asyncpg/connect_utils.py", {"_read_password_file"}).activate()
    yield
    for call in calls:
        call.deactivate()


def migrate(connection: Connection, revision: str = "head") -> None:
    connection.commit()  # a migration begins its own transactions, and CREATE INDEX CONCURRENTLY ends one
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    try:
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
    except DBAPIError as error:
        if reason := missing_extension(error):
            pytest.fail(reason, pytrace=False)
        raise


@pytest.fixture(scope="session")
async def database_url(server_url: URL) -> AsyncIterator[URL]:
    async with temporary_database(server_url) as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.run_sync(sample.Base.metadata.create_all)
            await connection.commit()
        await engine.dispose()
        yield url


@pytest.fixture(scope="session")
def settings(database_url: URL) -> Settings:
    return Settings(
        database_url=database_url,
        api_key=f"{API_KEY},{SECOND_API_KEY}",
        log_level="INFO",
        sentry_dsn=None,
        environment="production",
        docs_enabled=True,
        max_body_bytes=10_000,
        drain_seconds=0,
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture(scope="session")
async def state(app: FastAPI) -> AsyncIterator[State]:
    async with lifespan(app) as state:
        yield state


@pytest.fixture(scope="session")
async def engine(database_url: URL) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose transaction is rolled back after the test."""
    async with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        await transaction.rollback()


@pytest.fixture
def session_factory(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    """Sessions that commit and roll back as usual, but only within the transaction of the test."""
    return async_sessionmaker(
        connection,
        expire_on_commit=False,
        close_resets_only=False,
        join_transaction_mode="create_savepoint",
    )


class SavepointReadSession(ReadOnlySession):
    """Rejects writes within the transaction of the test, as the service's read-only connection does."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        event.listen(self.sync_session, "after_begin", self.refuse_to_store)

    @staticmethod
    def refuse_to_store(_session: object, _transaction: object, connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")  # until the end of the savepoint


@pytest.fixture
def read_session_factory(connection: AsyncConnection) -> async_sessionmaker[ReadOnlySession]:
    """Sessions that see what the test has not committed."""
    options: dict[str, Any] = {"autoflush": False, "join_transaction_mode": "create_savepoint"}
    return async_sessionmaker(connection, class_=SavepointReadSession, close_resets_only=False, **options)


@pytest.fixture
async def session(session_factory: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session to arrange and to assert with. The request has another one, so no identity map is shared."""
    async with session_factory() as session:
        yield session


def place_of(error: BaseException) -> str:
    """The innermost line of this repository in a traceback."""
    lines = ((Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__))
    path, line = [(path, line) for path, line in lines if path.is_relative_to(ROOT) and ".venv" not in path.parts][-1]
    return f"{path.relative_to(ROOT)}:{line}"


def with_state(app: ASGIApp, state: State) -> ASGIApp:
    """What uvicorn does with the state of the lifespan."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app({**scope, "state": dict(state)}, receive, send)
        except BlockingError as error:
            pytest.fail(f"{place_of(error)}: No blocking call in async code. {error}: await it, or asyncio.to_thread")
        except Exception as error:  # the client sees a 500
            reporting.exceptions.append(error)
            raise
        finally:
            await asyncio.sleep(0)  # app.core.request_log writes at the end of an event-loop iteration

    return call


def client_of(app: ASGIApp, state: State, **headers: str) -> AsyncClient:
    transport = ASGITransport(with_state(app, state), raise_app_exceptions=False)
    hooks = {"response": [reporting.remember]}
    return AsyncClient(transport=transport, base_url="http://test", headers=headers, event_hooks=hooks)


@pytest.fixture
async def anonymous(
    app: FastAPI,
    state: State,
    session_factory: async_sessionmaker[AsyncSession],
    read_session_factory: async_sessionmaker[ReadOnlySession],
) -> AsyncIterator[AsyncClient]:
    """A client without a key."""
    of_test: State = {**state, "session_factory": session_factory, "read_session_factory": read_session_factory}
    async with client_of(app, of_test) as client:
        yield client


@pytest.fixture
async def client(anonymous: AsyncClient) -> AsyncClient:
    """A client with a valid key."""
    anonymous.headers["X-API-Key"] = API_KEY
    return anonymous


@pytest.fixture
async def developer(
    settings: Settings,
    state: State,
    session_factory: async_sessionmaker[AsyncSession],
    read_session_factory: async_sessionmaker[ReadOnlySession],
) -> AsyncIterator[AsyncClient]:
    """A client with a valid key, of the service in development."""
    app = create_app(settings.model_copy(update={"environment": "development"}))
    of_test: State = {**state, "session_factory": session_factory, "read_session_factory": read_session_factory}
    async with client_of(app, of_test, **{"X-API-Key": API_KEY}) as client:
        yield client


@pytest.fixture
def sigterm() -> Iterator[list[int]]:
    """Every SIGTERM that reaches the handler installed before the server and the app."""
    received: list[int] = []
    previous = signal.signal(signal.SIGTERM, lambda number, _frame: received.append(number))
    yield received
    signal.signal(signal.SIGTERM, previous)


@pytest.fixture
async def empty_tables(engine: AsyncEngine) -> AsyncIterator[None]:
    """Truncate every table after a test that really commits."""
    yield
    tables = [table.fullname for base in (Base, sample.Base) for table in base.metadata.sorted_tables]
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {', '.join(tables)} CASCADE"))


@pytest.fixture
async def committing_client(app: FastAPI, state: State, empty_tables: None) -> AsyncIterator[AsyncClient]:
    """A client whose commits are real, for tests that need a real COMMIT."""
    async with client_of(app, state, **{"X-API-Key": API_KEY}) as client:
        yield client
