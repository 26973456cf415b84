"""One request is one transaction, committed before the response is sent."""

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.db import IDLE_IN_TRANSACTION_TIMEOUT_MS, STATEMENT_TIMEOUT_MS
from app.deps import State
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
    """The foreign key is deferred, so that only the COMMIT finds that there is no such widget."""
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


async def test_timeouts(state: State) -> None:
    """Set by Postgres itself: a service that is gone cannot end what it has begun."""
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
