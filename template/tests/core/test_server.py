"""Behaviour that only a real server shows: every log line of a request, and the shutdown on SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from httpx import AsyncClient

from app.core.protocol import BoundedProtocol
from app.main import create_app
from app.settings import Settings
from tests.conftest import API_KEY, ROOT

type Line = dict[str, object]
RULE = "app/core/middleware.py: All structured logs include request_id set in middleware."


@asynccontextmanager
async def serve(settings: Settings) -> AsyncIterator[AsyncClient]:
    # As on the command line: uvicorn sets up its logging, and then imports the app, which replaces it.
    config = uvicorn.Config("app.main:app", port=0, http=BoundedProtocol, timeout_graceful_shutdown=5)
    config.app = create_app(settings)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": API_KEY}) as client:
        yield client
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
async def remote(settings: Settings) -> AsyncIterator[AsyncClient]:
    async with serve(settings) as client:
        yield client


def read_log(capfd: pytest.CaptureFixture[str]) -> list[Line]:
    lines: list[Line] = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    return [line for line in lines if line["logger"] != "httpx"]


async def test_lines_of_a_request(remote: AsyncClient, empty_tables: None, capfd: pytest.CaptureFixture[str]) -> None:
    await remote.post("/widgets", json={"name": "bolt"}, headers={"X-Request-ID": "the-request"})

    lines = [line for line in read_log(capfd) if line.get("request_id") == "the-request"]
    assert [line["event"] for line in lines] == ["widget created", "request"], RULE
    assert {"method": "POST", "path": "/widgets", "status": 201}.items() <= lines[1].items()
    assert isinstance(lines[1]["duration_ms"], float)
    for line in lines:
        assert {"timestamp", "level", "logger", "event"} <= line.keys()


async def test_lines_of_a_crash(remote: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    """The traceback, which uvicorn logs after the app has returned, and the access line."""
    headers = {"X-Request-ID": "the-request", "Connection": "close"}
    await remote.post("/widgets/bolt/then-crash", headers=headers)

    lines = [line for line in read_log(capfd) if line.get("request_id") == "the-request"]
    assert [line["logger"] for line in lines] == ["uvicorn.error", "app.access"], RULE
    assert "a secret of the inside" in str(lines[0]["exception"])


async def test_one_line_a_request(remote: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    """A successful probe has none, and no line has the query string."""
    await remote.get("/healthz")
    await remote.get("/nowhere", params={"token": "in-the-query"})

    lines = read_log(capfd)
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/nowhere"]
    assert "in-the-query" not in str(lines)


async def test_a_flood_of_refusals(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    """Few lines are logged, and every refusal is counted when the server ends."""
    async with serve(settings) as remote:
        remote.headers["X-API-Key"] = "wrong"
        assert {(await remote.get("/widgets/1")).status_code for _ in range(20)} == {401}

    lines = [line for line in read_log(capfd) if line["logger"] == "app.access"]
    logged = [line for line in lines if line.get("status") == 401]
    left_out = [line["left_out"] for line in lines if "left_out" in line]
    assert len(logged) < 20
    assert len(logged) + sum(left_out) == 20  # type: ignore[arg-type]  # numbers


async def test_sigterm_drains(settings: Settings, sigterm: list[int]) -> None:
    """During the drain an in-flight request completes, /readyz returns 503 and connections are closed."""
    async with asyncio.timeout(5), serve(settings.model_copy(update={"drain_seconds": 60})) as remote:
        before = await remote.get("/readyz")
        in_flight = asyncio.create_task(remote.get("/widgets/sleep/0.1"))
        await asyncio.sleep(0.03)

        os.kill(os.getpid(), signal.SIGTERM)
        draining = await remote.get("/readyz")
        still_served = await remote.get("/healthz")
        os.kill(os.getpid(), signal.SIGTERM)  # to skip the rest of the drain

        assert (before.status_code, before.headers.get("connection")) == (200, None)
        assert (draining.status_code, draining.headers["connection"]) == (503, "close")
        assert (still_served.status_code, still_served.headers["connection"]) == (200, "close")
        assert (await in_flight).status_code == 200
        while not sigterm:  # uvicorn raises the signal again once it has shut down
            await asyncio.sleep(0.01)


async def test_as_production_runs_it(settings: Settings, tmp_path: Path) -> None:
    """`python -m app` logs only JSON, and exits with 0 on SIGTERM after the exit handlers, such as Sentry's."""
    (tmp_path / "sitecustomize.py").write_text("import atexit\natexit.register(print, 'at exit')\n")
    variables = {
        "DATABASE_URL": settings.database_url.render_as_string(hide_password=False),
        "API_KEY": API_KEY,
        "PORT": "0",
        "DRAIN_SECONDS": "0",
        "PYTHONPATH": str(tmp_path),
    }
    process = await start(**variables)
    assert process.stdout
    async for line in process.stdout:
        if json.loads(line)["event"].startswith("Uvicorn running"):
            break
    process.terminate()

    rest = await asyncio.wait_for(process.stdout.read(), 10)
    assert rest.endswith(b"at exit\n")
    assert await process.wait() == 0


async def test_sigterm_during_the_imports(tmp_path: Path) -> None:
    """The kernel drops a signal without a handler for the first process of a container."""
    (tmp_path / "uvicorn.py").write_text(
        "import time\n"
        "print('importing', flush=True)\n"
        "try:\n    time.sleep(60)\n"
        "except BaseException:\n    time.sleep(60)\n"  # as a callback of the import system does
    )
    process = await start(PYTHONPATH=str(tmp_path))
    assert process.stdout
    assert await process.stdout.readline() == b"importing\n"
    process.terminate()

    assert await asyncio.wait_for(process.wait(), 10) == 0


async def start(**variables: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", cwd=ROOT, env={**os.environ, **variables}, stdout=asyncio.subprocess.PIPE
    )
