import asyncio
import json
import re

import pytest
from httpx import AsyncClient
from structlog.contextvars import bind_contextvars

GENERATED = re.compile(r"[0-9a-f]{32}")


async def test_generated(client: AsyncClient) -> None:
    first = await client.get("/healthz")
    second = await client.get("/healthz")

    assert GENERATED.fullmatch(first.headers["x-request-id"])
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_taken_over(client: AsyncClient) -> None:
    response = await client.get("/healthz", headers={"X-Request-ID": "from-the-edge_1.2"})

    assert response.headers["x-request-id"] == "from-the-edge_1.2"


@pytest.mark.parametrize("bad", ["", "short", "x" * 129, "with a space", 'quote"quote', "line\\nline", "ünïcödé-id"])
async def test_bad_one_is_replaced(client: AsyncClient, bad: str) -> None:
    response = await client.get("/healthz", headers=[(b"X-Request-ID", bad.encode())])

    assert GENERATED.fullmatch(response.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/widgets", 422), ("POST", "/widgets/bolt/then-crash", 500)],
)
async def test_on_every_error(client: AsyncClient, method: str, path: str, status: int) -> None:
    response = await client.request(method, path, headers={"X-Request-ID": "from-the-edge"})

    assert response.status_code == status
    assert response.headers.get_list("x-request-id") == ["from-the-edge"]


async def test_lines_of_requests_that_end_together(client: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    """Each line has the id of its own request."""
    paths = {f"request-{number}": f"/nowhere/{number}" for number in range(5)}
    await asyncio.gather(*(client.get(path, headers={"X-Request-ID": name}) for name, path in paths.items()))

    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if "app.access" in line]
    assert {line["request_id"]: line["path"] for line in lines} == paths


async def test_nothing_of_the_request_before(client: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    """Uvicorn runs pipelined requests in one context."""
    bind_contextvars(customer="of the request before")
    await client.get("/nowhere", headers={"X-Request-ID": "the-request"})

    (line,) = [line for line in capfd.readouterr().out.splitlines() if "app.access" in line]
    assert "the-request" in line
    assert "of the request before" not in line
