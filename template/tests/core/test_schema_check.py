"""A service does not start on a schema that is older than its code, nor on the database of another service."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from starlette.types import Message

from app.core import development, lifespan
from app.core.schema_check import OtherServiceError, OutdatedSchemaError, SchemaCheck, name_service
from app.deps import State
from app.main import create_app
from app.settings import Settings
from scripts.postgres import temporary_database
from tests.conftest import ROOT, client_of

type History = Callable[[dict[str, str]], SchemaCheck]


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Return the check of code with these migrations: each revision, and the one before it."""

    def write(migrations: dict[str, str]) -> SchemaCheck:
        for revision, follows in migrations.items():
            content = f"revision = {revision!r}\ndown_revision = {follows}\n"
            (tmp_path / f"{revision}.py").write_text(content)
        ini = (ROOT / "alembic.ini").read_text()
        (tmp_path / "alembic.ini").write_text(ini.replace("[alembic]", f"[alembic]\nversion_locations = {tmp_path}"))
        return SchemaCheck(tmp_path / "alembic.ini")

    return write


def be_at(connection: Connection, *revisions: str) -> None:
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
    for revision in revisions:
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


LINE = {"one": "None", "two": "'one'"}
BRANCHES = {"one": "None", "left": "'one'", "right": "'one'"}


@pytest.mark.parametrize(
    ("migrations", "at"),
    [(LINE, []), (LINE, ["one"]), (BRANCHES, ["one"]), (BRANCHES, ["left"])],
)
async def test_older(connection: AsyncConnection, history: History, migrations: dict[str, str], at: list[str]) -> None:
    schema = history(migrations)
    await connection.run_sync(be_at, *at)

    with pytest.raises(OutdatedSchemaError, match="Run: alembic upgrade head"):
        await connection.run_sync(schema)
    assert not schema.passed


@pytest.mark.parametrize(
    ("migrations", "at"),
    [
        pytest.param({}, [], id="no migration yet"),
        pytest.param(LINE, ["two"], id="current"),
        pytest.param(LINE, ["three"], id="newer"),
        pytest.param(BRANCHES, ["left", "right"], id="branches"),
        pytest.param(BRANCHES, ["merged"], id="newer than branches"),
    ],
)
async def test_not_older(
    connection: AsyncConnection, history: History, migrations: dict[str, str], at: list[str]
) -> None:
    schema = history(migrations)
    await connection.run_sync(be_at, *at)

    await connection.run_sync(schema)

    assert schema.passed


async def test_never_migrated(connection: AsyncConnection, history: History) -> None:
    await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))

    with pytest.raises(OutdatedSchemaError, match="at revision none"):
        await connection.run_sync(history(LINE))


async def test_another_services(connection: AsyncConnection, history: History) -> None:
    """The revision is unknown here, like that of a newer release."""
    schema = history(LINE)
    await connection.run_sync(be_at, "three")
    await connection.execute(text("COMMENT ON TABLE alembic_version IS 'somebody-else'"))

    with pytest.raises(OtherServiceError, match="'somebody-else'"):
        await connection.run_sync(schema)
    assert not schema.passed


async def test_takes_the_database_of_an_older_release(connection: AsyncConnection, history: History) -> None:
    schema = history(LINE)
    await connection.run_sync(be_at, "two")

    await connection.run_sync(name_service, schema.config)
    await connection.run_sync(schema)

    assert schema.passed


async def test_is_ready_only_once_migrated(
    app: FastAPI,
    state: State,
    session_factory: async_sessionmaker[AsyncSession],
    connection: AsyncConnection,
    history: History,
) -> None:
    """Covers a database that was down when the service started."""
    old: State = {**state, "schema": history(LINE), "session_factory": session_factory}
    await connection.run_sync(be_at, "one")
    async with client_of(app, old) as client:
        before = await client.get("/readyz")
        await connection.run_sync(be_at, "two")
        after = await client.get("/readyz")

    assert (before.status_code, after.status_code) == (503, 200)
    assert before.json()["detail"] == "The schema of the database is older than this code"


@pytest.mark.parametrize("error", ["changing", "null"])
async def test_a_developer_is_told_of_a_migration(
    developer: AsyncClient,
    connection: AsyncConnection,
    history: History,
    monkeypatch: pytest.MonkeyPatch,
    error: str,
) -> None:
    """A migration that is added while the service runs: its table is missing, or a column is still NOT NULL."""
    monkeypatch.setattr(development, "SchemaCheck", lambda: history(LINE))
    await connection.run_sync(be_at, "one")
    before = await developer.post(f"/widgets/sql/{error}")
    await connection.run_sync(be_at, "two")
    after = await developer.post(f"/widgets/sql/{error}")

    assert (before.status_code, after.status_code) == (503, 500)
    assert before.json()["detail"] == (
        "The schema of the database, at revision one, is older than this code, which needs two."
        " Run: alembic upgrade head"
    )


async def test_does_not_start(
    server_url: URL,
    settings: Settings,
    history: History,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    schema = history(LINE)
    silenced: list[bool] = []
    monkeypatch.setattr(lifespan, "SchemaCheck", lambda: schema)
    monkeypatch.setattr(lifespan, "silence_server", lambda: silenced.append(True))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    async with temporary_database(server_url) as url:
        app = create_app(settings.model_copy(update={"database_url": url}))
        with pytest.raises(OutdatedSchemaError):
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert silenced
    assert "Run: alembic upgrade head" in capfd.readouterr().out


async def test_starts_in_development(
    server_url: URL,
    settings: Settings,
    history: History,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It logs the same line. After the migration, the service continues without a restart."""
    monkeypatch.setattr(lifespan, "SchemaCheck", lambda: history(LINE))
    async with temporary_database(server_url) as url:
        app = create_app(settings.model_copy(update={"database_url": url, "environment": "development"}))
        async with lifespan.lifespan(app), create_async_engine(url).connect() as connection:
            assert "Run: alembic upgrade head" in capfd.readouterr().out
            await connection.run_sync(be_at, "two")
            await connection.execute(text("COMMENT ON TABLE alembic_version IS 'somebody-else'"))
            await connection.commit()
        with pytest.raises(OtherServiceError):
            await lifespan.lifespan(app).__aenter__()
