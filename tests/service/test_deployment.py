"""Migrations run once for each deploy, as a command of its own: the service itself never changes the schema."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from service.conftest import Service, environment
from support.running import EXECUTE, KEY, Server, free_port, is_up

RECORD = """
CREATE TABLE recorded (command text);
CREATE FUNCTION record() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO recorded VALUES (tg_tag); END';
CREATE EVENT TRIGGER record ON ddl_command_start EXECUTE FUNCTION record();
"""
RECORDED = """
import asyncio, asyncpg, sys
async def main(url):
    connection = await asyncpg.connect(url)
    print([row["command"] for row in await connection.fetch("SELECT command FROM recorded")])
    await connection.close()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture(params=["empty", "migrated"])
def watched(request: pytest.FixtureRequest, billing: Service, postgres: str) -> str:
    """The URL of a database that records every change of its schema."""
    name = f"watched_{request.param}"
    url = postgres.replace("/postgres?", f"/{name}?")
    execute(billing, postgres, f"CREATE DATABASE {name}")
    if request.param == "migrated":
        assert billing.run("alembic", "upgrade", "head", DATABASE_URL=url).returncode == 0
    execute(billing, url, RECORD)
    return url


def execute(service: Service, url: str, statement: str) -> None:
    result = service.run("python", "-c", EXECUTE, url, statement)
    assert result.returncode == 0, result.stderr


def test_a_start_changes_no_schema(billing: Service, watched: str, tmp_path: Path) -> None:
    """Whether the service starts at all: on a schema that is older than its code it need not."""
    port = free_port()
    log = tmp_path / "log"
    variables = {"DATABASE_URL": watched, "API_KEY": KEY, "PORT": str(port), "DRAIN_SECONDS": "0"}
    command: list[str | Path] = [billing.path / ".venv" / "bin" / "python", "-m", "app"]
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, cwd=billing.path, env={**environment(), **variables}, stdout=output, stderr=output, text=True
        ) as process,
    ):
        server = Server(process, f"http://127.0.0.1:{port}", log)
        while process.poll() is None and not is_up(server):
            time.sleep(0.05)
        if process.poll() is None:
            server.get("/readyz")
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(20) == 0

    # The last one shows that there is something to see.
    execute(billing, watched, "CREATE TABLE last (id int)")
    assert billing.run("python", "-c", RECORDED, watched).stdout == "['CREATE TABLE']\n"
