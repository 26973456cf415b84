"""Migrations are one line of history, go both ways, match the models and are safe on a live table."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import alembic.config
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Connection, Integer, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.models import Base
from app.settings import get_settings
from tests.conftest import ROOT, migrate, temporary_database

SCRIPTS = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))


@pytest.fixture
async def empty(server_url: URL) -> AsyncIterator[AsyncConnection]:
    async with temporary_database(server_url) as url:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            yield connection
        await engine.dispose()


def drift(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def squawk(sql: str, path: Path) -> subprocess.CompletedProcess[str]:
    path.write_text(sql)
    return subprocess.run(
        [Path(sys.executable).with_name("squawk"), "--config", ROOT / ".squawk.toml", path],
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_head() -> None:
    heads = SCRIPTS.get_heads()

    assert len(heads) <= 1, f"Two branches of migrations; merge them: alembic merge {' '.join(heads)}"


async def test_up_down_and_up_again(empty: AsyncConnection) -> None:
    await empty.run_sync(migrate)
    migrated = await empty.run_sync(tables)
    assert migrated == set(Base.metadata.tables)

    await empty.run_sync(migrate, "base")
    assert await empty.run_sync(tables) == set()

    await empty.run_sync(migrate)
    assert await empty.run_sync(tables) == migrated


async def test_no_drift(empty: AsyncConnection) -> None:
    await empty.run_sync(migrate)

    assert await empty.run_sync(drift, Base.metadata) == [], "Models and migrations differ: make a migration"


async def test_drift_is_noticed(empty: AsyncConnection) -> None:
    """Proves the test above: a model that no migration knows."""
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    await empty.run_sync(migrate)

    assert "forgotten" in str(await empty.run_sync(drift, metadata))


def test_safe_on_a_live_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.upgrade(Config(ROOT / "alembic.ini"), "head", sql=True)
    result = squawk(capsys.readouterr().out, tmp_path / "migrations.sql")

    assert result.returncode == 0, result.stdout


def test_danger_is_noticed(tmp_path: Path) -> None:
    """Proves the test above: an index that blocks every write while it is built."""
    result = squawk("CREATE INDEX ix_orders_number ON orders (number);", tmp_path / "dangerous.sql")

    assert result.returncode == 1
    assert "require-concurrent-index-creation" in result.stdout


async def test_alembic_as_a_deploy_runs_it(
    server_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It reads the settings, bounds its waits for locks, and logs as the service does."""
    (tmp_path / "a.py").write_text(
        "from alembic import op\n"
        "revision, down_revision = 'a', None\n"
        "def upgrade():\n"
        "    op.execute(\"CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock_timeout\")\n"
    )
    ini = (ROOT / "alembic.ini").read_text().replace("%(here)s", str(ROOT))
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
