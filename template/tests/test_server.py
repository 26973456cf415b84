"""What only a server of its own shows: log lines, signals."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy import URL

from tests.conftest import API_KEY

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 10
type Line = dict[str, object]


@dataclass
class Server:
    process: asyncio.subprocess.Process
    lines: list[Line] = field(default_factory=list)

    async def read_until(self, wanted: Callable[[Line], bool]) -> Line:
        assert self.process.stdout
        async with asyncio.timeout(PATIENCE_SECONDS):
            while raw := await self.process.stdout.readline():
                self.lines.append(json.loads(raw))
                if wanted(self.lines[-1]):
                    return self.lines[-1]
        raise AssertionError(f"The server ended before such a line: {self.lines}")


@pytest.fixture(scope="module")
async def server(database_url: URL) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "tests.live:app", "--port", "0", "--timeout-graceful-shutdown", "5"),
        cwd=ROOT,
        env={
            **os.environ,
            "API_KEY": API_KEY,
            "DATABASE_URL": database_url.render_as_string(hide_password=False),
            "DRAIN_SECONDS": "0.3",
            "ENVIRONMENT": "production",
            "LOG_LEVEL": "INFO",
            "SENTRY_DSN": "",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Server(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture(scope="module")
async def remote(server: Server) -> AsyncIterator[AsyncClient]:
    line = await server.read_until(lambda line: "running on" in str(line["event"]))
    address = re.search(r"http://\S+", str(line["event"]))
    assert address
    async with AsyncClient(base_url=address[0], headers={"X-API-Key": API_KEY}) as client:
        yield client


async def test_logs(server: Server, remote: AsyncClient, empty_tables: None) -> None:
    crashed = await remote.post(
        "/widgets/bolt/then-crash", headers={"X-Request-ID": "the-one-that-crashed", "Connection": "close"}
    )
    logged = await remote.post("/widgets", json={"name": "bolt"}, headers={"X-Request-ID": "the-one-that-worked"})
    await remote.get("/healthz")
    await remote.get("/nowhere", params={"token": "in-the-query"})
    await server.read_until(lambda line: line.get("path") == "/nowhere")
    lines = server.lines

    assert crashed.status_code == 500
    assert logged.status_code == 201
    for line in lines:
        assert {"timestamp", "level", "logger", "event"} <= line.keys()

    # The access line and the traceback, which uvicorn logs.
    crash = [line for line in lines if line.get("request_id") == "the-one-that-crashed"]
    assert [line["logger"] for line in crash] == ["app.access", "uvicorn.error"]
    assert "RuntimeError" in str(crash[1]["exception"])

    # The line of the handler and the access line.
    work = [line for line in lines if line.get("request_id") == "the-one-that-worked"]
    assert [line["event"] for line in work] == ["widget created", "request"]
    assert {"method": "POST", "path": "/widgets", "status": 201}.items() <= work[1].items()
    assert isinstance(work[1]["duration_ms"], float)

    # One line a request, none for a probe that went well, no query string.
    assert [line["path"] for line in lines if line["event"] == "request"] == [
        "/widgets/bolt/then-crash",
        "/widgets",
        "/nowhere",
    ]
    assert "in-the-query" not in str(lines)
    assert {"uvicorn.error", "app.access"} <= {line["logger"] for line in lines}


async def test_sigterm_drains(server: Server, remote: AsyncClient) -> None:
    """A request in flight is answered, /readyz says 503 meanwhile, and then the server ends."""
    assert (await remote.get("/readyz")).status_code == 200
    in_flight = asyncio.create_task(remote.get("/widgets/sleep/0.6"))
    await server.read_until(lambda line: line["event"] == "sleeping")

    server.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.1)
    draining = await remote.get("/readyz")
    still_served = await remote.get("/healthz")

    assert draining.status_code == 503
    assert still_served.status_code == 200
    assert (await in_flight).status_code == 200
    await server.read_until(lambda line: str(line["event"]).startswith("Finished server process"))
    # Uvicorn raises the signal again once it has shut down.
    assert await server.process.wait() in {0, -signal.SIGTERM}
