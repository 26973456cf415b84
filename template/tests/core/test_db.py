"""Connections and sessions: their round trips, and how they handle failures."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from math import inf
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import URL, event, select, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.db import FairPool, create_engine, create_read_session_factory, create_session_factory
from app.deps import State
from tests.conftest import API_KEY, client_of
from tests.sample import WAYS_TO_STORE, Widget


@pytest.fixture
async def pooled(database_url: URL) -> AsyncIterator[AsyncEngine]:
    """The service's own engine, with one connection."""
    engine = create_engine(database_url, pool_size=1, application_name="test")
    yield engine
    await engine.dispose()


async def backend(engine: AsyncEngine) -> int:
    async with create_read_session_factory(engine)() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def terminate(engine: AsyncEngine, pid: int) -> None:
    async with AsyncSession(engine) as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


async def test_a_connection_that_postgres_closed_is_replaced(pooled: AsyncEngine, engine: AsyncEngine) -> None:
    closed = await backend(pooled)
    await terminate(engine, closed)

    assert await backend(pooled) != closed


@pytest.fixture
def transports(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.BaseTransport]:
    """The transports of the connections that the test opens."""
    opened: list[asyncio.BaseTransport] = []
    loop = asyncio.get_event_loop()

    def remember(create: Any) -> Any:
        async def created(*arguments: Any, **options: Any) -> Any:
            transport, protocol = await create(*arguments, **options)
            opened.append(transport)
            return transport, protocol

        return created

    for name in ("create_connection", "create_unix_connection"):
        monkeypatch.setattr(loop, name, remember(getattr(loop, name)))
    return opened


async def test_an_idle_connection_is_pinged(pooled: AsyncEngine, transports: list[asyncio.BaseTransport]) -> None:
    """It may be lost without notice."""
    event.listen(pooled.sync_engine, "checkin", lambda _connection, record: record.info.update(returned=-inf))
    lost = await backend(pooled)
    transports[-1].get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    assert await backend(pooled) != lost


async def test_no_request_waits_longer_than_the_timeout(database_url: URL) -> None:
    engine = create_async_engine(database_url, poolclass=FairPool, pool_size=1, max_overflow=0, pool_timeout=0.1)
    waited: list[float] = []

    async def ask() -> None:
        started = time.monotonic()
        with pytest.raises(PoolTimeoutError, match="QueuePool limit"):
            await engine.connect()
        waited.append(time.monotonic() - started)

    async with engine.connect():
        tasks = []
        for _ in range(6):
            tasks.append(asyncio.create_task(ask()))
            await asyncio.sleep(0.03)
        await asyncio.gather(*tasks)
    async with asyncio.timeout(1), engine.connect():
        pass
    await engine.dispose()

    assert max(waited) < 0.19


async def test_a_waiting_request_gets_the_next_connection(pooled: AsyncEngine) -> None:
    served: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def ask(caller: str) -> None:
        async with pooled.connect():
            served.append(caller)

    def ask_when_it_returns(*_event: object) -> None:
        tasks.append(asyncio.create_task(ask("newcomer")))

    async with pooled.connect():
        tasks.append(asyncio.create_task(ask("waiting")))
        await asyncio.sleep(0.01)
        event.listen(pooled.sync_engine, "checkin", ask_when_it_returns, once=True)

    await asyncio.gather(*tasks)
    assert served == ["waiting", "newcomer"]


async def test_a_cancelled_request_loses_no_connection(pooled: AsyncEngine) -> None:
    async with pooled.connect():
        tasks = [asyncio.create_task(backend(pooled)) for _ in range(2)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()

    assert await tasks[1] == await backend(pooled)


async def transaction(engine: AsyncEngine, factory: async_sessionmaker[Any]) -> list[str]:
    """Return the commands that one query of a request sends, on a connection that was just in use."""
    sent: list[str] = []
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver
        driver.add_query_logger(
            lambda record: sent.append(record.query)
        )  # of statements that SQLAlchemy does not prepare
    event.listen(engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, query, *_: sent.append(query))
    async with factory.begin() as session:
        await session.execute(text("SELECT 1"))
    return [statement.strip(";").split()[0] for statement in sent]


async def test_a_read_takes_one_round_trip(pooled: AsyncEngine) -> None:
    assert await transaction(pooled, create_read_session_factory(pooled)) == ["SELECT"]


async def test_a_write_takes_a_transaction(pooled: AsyncEngine) -> None:
    assert await transaction(pooled, create_session_factory(pooled)) == ["BEGIN", "SELECT", "COMMIT"]


WAYS = ["renamed/nut", *(f"by/{way}" for way in WAYS_TO_STORE)]


@pytest.mark.parametrize("way", WAYS)
async def test_a_read_session_stores_nothing(committing_client: AsyncClient, engine: AsyncEngine, way: str) -> None:
    created = (await committing_client.post("/widgets", json={"name": "bolt"})).json()
    response = await committing_client.get(f"/widgets/{created['id']}/{way}")

    assert response.status_code == 500
    async with AsyncSession(engine) as other:
        assert list(await other.scalars(select(Widget.name))) == ["bolt"]


@pytest.mark.parametrize("way", WAYS)
async def test_a_read_session_stores_nothing_in_a_test(client: AsyncClient, session: AsyncSession, way: str) -> None:
    created = (await client.post("/widgets", json={"name": "bolt"})).json()
    response = await client.get(f"/widgets/{created['id']}/{way}")

    assert response.status_code == 500
    assert list(await session.scalars(select(Widget.name))) == ["bolt"]


async def test_a_writing_session_after_another_isolation(pooled: AsyncEngine) -> None:
    """The connection returns to the pool with its own settings."""
    factory = create_session_factory(pooled)
    async with factory.begin() as session:
        await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        assert await session.scalar(text("SHOW transaction_isolation")) == "serializable"
        await session.execute(text("CREATE TEMPORARY TABLE scratch ()"))
    async with factory.begin() as session:
        assert await session.scalar(text("SHOW transaction_isolation")) == "read committed"
        await session.execute(text("DROP TABLE scratch"))
    async with create_read_session_factory(pooled)() as session:
        assert (await session.execute(text("SHOW transaction_read_only"))).scalar_one() == "on"


async def test_a_transaction_may_be_read_only(pooled: AsyncEngine) -> None:
    async with create_session_factory(pooled)() as session:
        await session.connection(execution_options={"postgresql_readonly": True})
        assert await session.scalar(text("SHOW transaction_read_only")) == "on"


async def test_a_transaction_begun_by_hand_is_not_handed_on(pooled: AsyncEngine) -> None:
    before = await backend(pooled)
    async with create_read_session_factory(pooled)() as session:
        await session.execute(text("BEGIN"))

    assert await backend(pooled) != before


async def test_a_read_session_does_not_stream(pooled: AsyncEngine) -> None:
    async with create_read_session_factory(pooled)() as session:
        with pytest.raises(RuntimeError, match="use a SessionDep"):
            await session.stream(text("SELECT 1"))


async def test_a_read_without_a_database_is_503(app: FastAPI, state: State, unused_tcp_port: int) -> None:
    engine = create_engine(
        URL.create("postgresql+asyncpg", host="127.0.0.1", port=unused_tcp_port), pool_size=1, application_name="test"
    )
    async with client_of(app, {**state, "read_session_factory": create_read_session_factory(engine)}) as client:
        response = await client.get("/widgets/1", headers={"X-API-Key": API_KEY})

    assert response.status_code == 503


async def test_the_next_request_may_store_again(committing_client: AsyncClient) -> None:
    """Both kinds of sessions share one pool."""
    created = (await committing_client.post("/widgets", json={"name": "bolt"})).json()
    read = await committing_client.get(f"/widgets/{created['id']}")
    refused = await committing_client.post("/widgets/nut/then-refuse")
    stored = await committing_client.post("/widgets", json={"name": "nut"})

    assert (read.status_code, refused.status_code, stored.status_code) == (200, 400, 201)
