"""One request is one transaction, committed before the response is sent."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import URL, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.db import IDLE_IN_TRANSACTION_TIMEOUT_MS, STATEMENT_TIMEOUT_MS, create_engine, create_session_factory
from app.deps import State
from tests.conftest import API_KEY, client_of
from tests.sample import Part, Widget

TIMEOUTS = {
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
    "statement_timeout": STATEMENT_TIMEOUT_MS,
}


async def names(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(Widget.name)))


async def test_a_201_is_stored(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post("/widgets", json={"name": "bolt"})

    assert response.status_code == 201
    assert await names(session) == ["bolt"]


async def test_a_201_is_seen_by_others(committing_client: AsyncClient, engine: AsyncEngine) -> None:
    await committing_client.post("/widgets", json={"name": "bolt"})

    async with AsyncSession(engine) as other:
        assert await names(other) == ["bolt"]


async def test_a_commit_that_fails_is_no_success(committing_client: AsyncClient, engine: AsyncEngine) -> None:
    """The foreign key is deferred, so only COMMIT finds that the widget does not exist."""
    response = await committing_client.post("/widgets/parts", json={"widget_id": 404})

    assert response.status_code == 409
    async with AsyncSession(engine) as other:
        assert list(await other.scalars(select(Part.id))) == []


@pytest.mark.parametrize(("after", "status"), [("refuse", 400), ("conflict", 409), ("crash", 500)])
async def test_an_error_rolls_back(client: AsyncClient, session: AsyncSession, after: str, status: int) -> None:
    response = await client.post(f"/widgets/bolt/then-{after}")

    assert response.status_code == status
    assert await names(session) == []


async def test_the_next_request_is_not_disturbed(client: AsyncClient, session: AsyncSession) -> None:
    await client.post("/widgets/bolt/then-crash")
    response = await client.post("/widgets", json={"name": "nut"})

    assert response.status_code == 201
    assert await names(session) == ["nut"]


async def test_duplicate(client: AsyncClient) -> None:
    await client.post("/widgets", json={"name": "bolt"})
    response = await client.post("/widgets", json={"name": "bolt"})

    assert response.status_code == 409
    assert "bolt" not in response.text


@pytest.mark.parametrize("sql", ["null", "division"])
async def test_bad_sql_is_a_bug_and_no_conflict(client: AsyncClient, sql: str) -> None:
    response = await client.post(f"/widgets/sql/{sql}")

    assert response.status_code == 500


async def test_a_lost_connection_is_503_and_the_next_request_works(committing_client: AsyncClient) -> None:
    lost = await committing_client.post("/widgets/sql/terminate")
    after = await committing_client.get("/readyz")

    assert (lost.status_code, after.status_code) == (503, 200)


@pytest.mark.parametrize("sql", ["serialization", "deadlock", "lock", "slow"])
async def test_what_may_succeed_the_next_time_is_503(client: AsyncClient, sql: str) -> None:
    response = await client.post(f"/widgets/sql/{sql}")

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["detail"] == "The database is too busy, nothing was stored"


@pytest.mark.parametrize("error", ["refused", "slow", "unknown"])
async def test_the_database_is_not_blamed_for_others(client: AsyncClient, error: str) -> None:
    response = await client.post(f"/widgets/upstream/{error}")

    assert response.status_code == 500


@pytest.mark.parametrize("path", ["late", "late-read"])
async def test_a_session_ends_with_its_handler(committing_client: AsyncClient, path: str) -> None:
    """A stream that still uses the session fails. Otherwise it would hold a connection forever."""
    response = await committing_client.get(f"/widgets/{path}.csv")

    assert response.content == b""


async def test_streaming(committing_client: AsyncClient) -> None:
    for name in ("bolt", "nut"):
        await committing_client.post("/widgets", json={"name": name})
    response = await committing_client.get("/widgets.csv")

    assert response.text == "bolt\nnut\n"


@pytest.fixture
async def single(app: FastAPI, state: State, database_url: URL) -> AsyncIterator[AsyncClient]:
    """A client of a service that has one connection."""
    engine = create_engine(database_url, pool_size=1, application_name="test")
    of_test: State = {**state, "session_factory": create_session_factory(engine)}
    async with client_of(app, of_test, **{"X-API-Key": API_KEY}) as client:
        yield client
    await engine.dispose()


async def test_a_type_that_a_migration_changes_is_503_once(single: AsyncClient, engine: AsyncEngine) -> None:
    """Postgres rejects a statement that was prepared for the old type."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CREATE TABLE changing (n int)"))
        before = await single.post("/widgets/sql/changing")
        await connection.execute(text("ALTER TABLE changing ALTER n TYPE bigint"))
        changed = await single.post("/widgets/sql/changing")
        after = await single.post("/widgets/sql/changing")
        await connection.execute(text("DROP TABLE changing"))

    assert [response.status_code for response in (before, changed, after)] == [200, 503, 200]
    assert changed.headers["retry-after"]


async def test_timeouts(state: State) -> None:
    """Postgres enforces the timeouts, because a service that has crashed can't end its transactions."""
    async with state["session_factory"]() as session:
        settings = await session.execute(text("SELECT name, setting FROM pg_settings"))
        in_force = {name: int(setting) for name, setting in settings if name in TIMEOUTS}

    assert in_force == TIMEOUTS


async def test_lost_update(client: AsyncClient, session: AsyncSession) -> None:
    created = (await client.post("/widgets", json={"name": "bolt"})).json()
    response = await client.put(f"/widgets/{created['id']}/race")

    assert response.status_code == 409
    assert await names(session) == ["bolt"]


async def test_lazy_loading_fails_loudly(client: AsyncClient) -> None:
    created = (await client.post("/widgets", json={"name": "bolt"})).json()
    response = await client.get(f"/widgets/{created['id']}/parts")

    assert response.status_code == 500


@pytest.mark.parametrize("attempt", [1, 2])
async def test_tests_do_not_see_each_other(client: AsyncClient, session: AsyncSession, attempt: int) -> None:
    assert await names(session) == []
    await client.post("/widgets", json={"name": f"bolt {attempt}"})
