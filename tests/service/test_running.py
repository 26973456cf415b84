"""The commands of the card work in a fresh clone, and the service does what it promises under its real server."""

import json
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from service.conftest import Service, environment
from support.running import EXECUTE, KEY, free_port, serving

HOLD = """
import asyncio, asyncpg, sys
async def main(url, lock, seconds):
    connection = await asyncpg.connect(url)
    await connection.execute("SELECT pg_advisory_lock($1)", int(lock))
    print("held", flush=True)
    await asyncio.sleep(float(seconds))
    await connection.close()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture(scope="session")
def database(billing: Service, postgres: str) -> str:
    """An empty database, as `docker compose up db` gives."""
    created = billing.run("python", "-c", EXECUTE, postgres, "CREATE DATABASE app")
    assert created.returncode == 0, created.stderr
    return postgres.replace("/postgres?", "/app?")


def test_commands_of_the_card(billing: Service, database: str, tmp_path: Path) -> None:
    """In a fresh clone, as a colleague has it."""
    clone = replace(billing, path=tmp_path / "clone")
    subprocess.run(["git", "clone", "--quiet", billing.path, clone.path], check=True)
    (clone.path / ".env").write_text((clone.path / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    python = str((billing.path / ".venv" / "bin" / "python").resolve())

    agents = (clone.path / "AGENTS.md").read_text(encoding="utf-8")
    install = re.search(r"`([^`]*uv venv && uv sync)`", agents)
    assert install
    # The second time over the .venv that is there, as where the service was made.
    for command in (["bash", "-c", install[1]], ["bash", "-c", install[1]], ["alembic", "upgrade", "head"]):
        result = clone.run(*command, DATABASE_URL=database, UV_PYTHON=python)
        assert result.returncode == 0, result.stderr
    with serving(
        clone, tmp_path / "log", "app.main:app", "--reload", "--reload-dir", "app", DATABASE_URL=database
    ) as server:
        status, _headers, body = server.get("/healthz")
        docs, _headers, page = server.get("/docs")
        ready, _headers, _body = server.get("/readyz")

    assert (status, json.loads(body)) == (200, {"status": "ok"})
    assert (docs, ready) == (200, 200)
    assert b"swagger" in page


def test_promises(billing: Service, database: str, tmp_path: Path) -> None:
    """Health, auth, request ids and SIGTERM with a request in flight, on the sample resource of the tests."""
    script = (
        "import asyncio, tests.sample as s, app.db as d, app.settings as c, sqlalchemy as a\n"
        "async def main():\n"
        "    engine = d.create_engine(c.get_settings().database_url, pool_size=1, application_name='test')\n"
        "    async with engine.connect() as connection:\n"
        "        await connection.execute(a.text('BEGIN READ WRITE'))\n"
        "        await connection.run_sync(s.Base.metadata.create_all)\n"
        "        await connection.execute(a.text('COMMIT'))\n"
        "    await engine.dispose()\n"
        "asyncio.run(main())\n"
    )
    variables = {
        "DATABASE_URL": database,
        "API_KEY": KEY,
        "DOCS_ENABLED": "false",
        "DRAIN_SECONDS": "0.5",
        "ENVIRONMENT": "production",
        "PYTHONPATH": str(billing.path),
    }
    (tmp_path / "live.py").write_text(
        "from app import api\nfrom tests import sample\napi.routers.append(sample.router)\nfrom app.main import app\n"
    )
    created = billing.run("python", "-c", script, **variables)
    assert created.returncode == 0, created.stderr

    with serving(billing, tmp_path / "log", "live:app", "--app-dir", str(tmp_path), **variables) as server:
        assert server.get("/readyz")[0] == 200
        assert server.get("/widgets/1")[0] == 401
        assert server.get("/widgets/1", **{"X-API-Key": "wrong"})[0] == 401
        assert server.get("/docs")[0] == 404
        status, headers, body = server.get("/widgets/1", **{"X-API-Key": KEY, "X-Request-ID": "from-the-edge"})
        assert (status, headers["content-type"]) == (404, "application/problem+json")
        assert headers["x-request-id"] == json.loads(body)["request_id"] == "from-the-edge"

        statuses: list[int] = []
        in_flight = threading.Thread(
            target=lambda: statuses.append(server.get("/widgets/sleep/1.5", **{"X-API-Key": KEY})[0])
        )
        in_flight.start()
        server.wait_for(lambda: any(line["event"] == "sleeping" for line in server.lines()))
        server.process.terminate()
        server.wait_for(lambda: server.get("/readyz")[0] == 503)
        in_flight.join()
        assert statuses == [200]
        assert server.process.wait(10) == -signal.SIGTERM

    lines = server.lines()
    assert {"from-the-edge"} == {line["request_id"] for line in lines if line.get("path") == "/widgets/1"} - {
        line["request_id"] for line in lines if line.get("status") == 401
    }
    assert all(line["request_id"] for line in lines if line["logger"] == "app.access")


def test_the_second_of_two_deploys_waits_for_the_first(billing: Service, database: str) -> None:
    """However long its migrations take: the bound on waits for locks is for those of tables."""
    env = (billing.path / "alembic" / "env.py").read_text(encoding="utf-8")
    number, timeout = (re.search(rf"{name} = ([\d_]+)", env) for name in ("MIGRATION_LOCK", "LOCK_TIMEOUT_MS"))
    assert number
    assert timeout
    first = [
        billing.path / ".venv" / "bin" / "python",
        "-c",
        HOLD,
        database,
        number[1],
        str(int(timeout[1]) / 1000 + 3),
    ]
    with subprocess.Popen(first, env=environment(), stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout
        assert holding.stdout.readline() == "held\n"
        second = billing.run("alembic", "upgrade", "head", DATABASE_URL=database)

    assert second.returncode == 0, second.stderr


def test_refuses_to_start_readably(billing: Service, tmp_path: Path) -> None:
    """One line for each variable that is missing or wrong, no traceback, no value."""
    uvicorn = billing.path / ".venv" / "bin" / "uvicorn"
    elsewhere = replace(billing, path=tmp_path)  # where there is no .env
    result = elsewhere.run(uvicorn, "app.main:app", "--app-dir", billing.path, API_KEY=KEY, LOG_LEVEL="loud")

    assert result.returncode == 1
    assert "DATABASE_URL: Field required" in result.stderr
    assert "LOG_LEVEL: Input should be" in result.stderr
    assert "Traceback" not in result.stderr
    assert KEY not in result.stdout + result.stderr


def test_local_postgres_without_docker(billing: Service, tmp_path: Path) -> None:
    """`uv run scripts/devdb.py` keeps its data and stops on Ctrl-C, or says that the port is taken."""
    port = free_port()
    service = tmp_path / "service"
    (service / "scripts").mkdir(parents=True)
    (service / "app").symlink_to(billing.path / "app")
    for script in ("devdb.py", "postgres.py", "supervisor.py"):
        shutil.copyfile(billing.path / "scripts" / script, service / "scripts" / script)
    command: list[str | Path] = [billing.path / ".venv" / "bin" / "python", service / "scripts" / "devdb.py"]
    url = f"postgresql://postgres:postgres@localhost:{port}/app"
    environ = {**environment(), "DATABASE_URL": url, "API_KEY": KEY}

    for attempt in range(2):
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as devdb:
            assert devdb.stdout
            assert f"localhost:{port}/app" in devdb.stdout.readline()
            query = "CREATE TABLE kept (id int)" if attempt == 0 else "SELECT * FROM kept"
            used = billing.run("python", "-c", EXECUTE, url, query)
            assert used.returncode == 0, used.stderr
            if attempt:
                second = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
                assert second.returncode == 1
                assert second.stderr.startswith(f"Port {port} is taken, ")
                psql = subprocess.run(
                    [*command, "psql", "-Atc", "SELECT 6 * 7"], env=environ, capture_output=True, text=True, check=False
                )
                assert (psql.stdout, psql.returncode) == ("42\n", 0), psql.stderr
            devdb.send_signal(signal.SIGINT)
            assert devdb.wait(20) == 0
    psql = subprocess.run([*command, "psql"], env=environ, capture_output=True, text=True, check=False)
    assert (psql.returncode, psql.stderr.count("\n")) == (1, 1)
    assert "Start it in another terminal: uv run scripts/devdb.py" in psql.stderr
