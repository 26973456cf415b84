import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import URL

from app.api import health
from app.db import create_engine, create_session_factory
from app.deps import State
from tests.conftest import API_KEY, client_of


def url_of(port: int) -> URL:
    return URL.create("postgresql+asyncpg", username="nobody", host="127.0.0.1", port=port, database="none")


@asynccontextmanager
async def client_with_database(app: FastAPI, state: State, url: URL) -> AsyncIterator[AsyncClient]:
    engine = create_engine(url, pool_size=1, application_name="test")
    async with client_of(app, {**state, "session_factory": create_session_factory(engine)}) as client:
        yield client
    await engine.dispose()


@pytest.fixture
async def refused(app: FastAPI, state: State, unused_tcp_port: int) -> AsyncIterator[AsyncClient]:
    """A client of a service whose Postgres is down."""
    async with client_with_database(app, state, url_of(unused_tcp_port)) as client:
        yield client


@pytest.fixture
async def hanging(app: FastAPI, state: State) -> AsyncIterator[AsyncClient]:
    """A client of a service whose Postgres accepts connections and never responds."""
    done = asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with client_with_database(app, state, url_of(server.sockets[0].getsockname()[1])) as client:
        yield client
    done.set()
    server.close()
    await server.wait_closed()


async def test_live(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_head(anonymous: AsyncClient, path: str) -> None:
    """Monitors and load balancers send HEAD: it returns what GET returns, without the body."""
    response = await anonymous.head(path)
    document = (await anonymous.get("/openapi.json")).json()

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/json"
    assert document["paths"][path].keys() == {"get"}


async def test_head_while_the_database_is_down(refused: AsyncClient) -> None:
    assert (await refused.head("/readyz")).status_code == 503


async def test_live_while_the_database_is_down(refused: AsyncClient) -> None:
    assert (await refused.get("/healthz")).status_code == 200


async def test_ready(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


async def test_not_ready_while_the_database_is_down(refused: AsyncClient) -> None:
    response = await refused.get("/readyz")

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["detail"] == "The database does not answer"


async def test_not_ready_when_the_database_hangs(hanging: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "READINESS_TIMEOUT_SECONDS", 0.05)

    async with asyncio.timeout(2):
        response = await hanging.get("/readyz")

    assert response.status_code == 503


async def test_not_ready_while_draining(app: FastAPI, state: State) -> None:
    draining = asyncio.Event()
    draining.set()

    async with client_of(app, {**state, "draining": draining}) as client:
        response = await client.get("/readyz")
        alive = await client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["detail"] == "Shutting down"
    assert alive.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"host": "127.0.0.1", "port": 1, "query": {}}, id="refused"),
        pytest.param({"host": "no-such-host.invalid", "query": {}}, id="unknown host"),
        pytest.param({"database": "no_such_database"}, id="unknown database"),
        pytest.param({"username": "nobody"}, id="unknown user"),
    ],
)
async def test_requests_without_a_database_are_503(
    app: FastAPI, state: State, database_url: URL, wrong: dict[str, Any]
) -> None:
    async with client_with_database(app, state, database_url.set(**wrong)) as client:
        response = await client.get("/widgets/1/parts", headers={"X-API-Key": API_KEY})

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.headers["content-type"] == "application/problem+json"
