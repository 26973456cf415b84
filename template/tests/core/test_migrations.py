"""Migrations run up and down, and match the models. scripts/check_migrations.py has the checks that need no database."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Column, Connection, Integer, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.core.schema_check import is_ours
from app.models import Base
from app.settings import get_settings
from scripts.postgres import temporary_database
from tests.conftest import ROOT, migrate

RULE = "Migrations via Alembic auto-generate + manual review. Never edit applied migrations."
MAKE = "uv run scripts/makemigration.py"
OPTIONS = {"compare_server_default": True, "include_name": is_ours, "include_schemas": True}


@pytest.fixture
async def empty(server_url: URL) -> AsyncIterator[AsyncConnection]:
    async with temporary_database(server_url) as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            yield connection
        await engine.dispose()


def drift(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(connection, opts=OPTIONS)
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    schemas = {None, *(table.schema for table in Base.metadata.tables.values())}
    names = {schema: inspect(connection).get_table_names(schema) for schema in schemas}
    return {f"{schema}.{name}" if schema else name for schema in names for name in names[schema]} - {"alembic_version"}


async def test_up_down_and_up_again(empty: AsyncConnection) -> None:
    await empty.run_sync(migrate)
    migrated = await empty.run_sync(tables)
    assert migrated == set(Base.metadata.tables), f"app/models:1: {RULE} Models and migrations differ: {MAKE}"

    await empty.run_sync(migrate, "base")
    assert await empty.run_sync(tables) == set(), f"alembic/versions:1: {RULE} A downgrade leaves tables behind."

    await empty.run_sync(migrate)
    assert await empty.run_sync(tables) == migrated


async def test_no_drift(empty: AsyncConnection) -> None:
    await empty.run_sync(migrate)

    found = await empty.run_sync(drift, Base.metadata)
    assert found == [], f"app/models:1: {RULE} Models and migrations differ: {MAKE}"


async def test_drift_is_noticed(empty: AsyncConnection) -> None:
    """Prove that the test above can fail: add a model that no migration creates."""
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    await empty.run_sync(migrate)

    assert "forgotten" in str(await empty.run_sync(drift, metadata))


async def test_alembic_as_a_deploy_runs_it(
    server_url: URL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Alembic reads the settings, limits its wait for locks, and logs as the service does."""
    caplog.set_level("INFO", "alembic")
    (tmp_path / "a.py").write_text(
        "from alembic import op\n"
        "revision, down_revision = 'a', None\n"
        "def upgrade():\n"
        "    op.execute(\"CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock_timeout\")\n"
    )
    ini = (ROOT / "alembic.ini").read_text()
    (tmp_path / "alembic.ini").write_text(ini.replace("[alembic]", f"[alembic]\nversion_locations = {tmp_path}"))

    async with temporary_database(server_url) as url:
        monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
        get_settings.cache_clear()
        await asyncio.to_thread(alembic.config.main, ["--config", str(tmp_path / "alembic.ini"), "upgrade", "head"])
        get_settings.cache_clear()
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            seen = await connection.scalar(text("SELECT lock_timeout FROM seen"))
        await engine.dispose()

    assert seen == "4s"
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert "alembic.runtime.migration" in {line["logger"] for line in lines}
