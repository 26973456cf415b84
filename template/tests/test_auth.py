from collections.abc import AsyncIterator
from hmac import compare_digest

import pytest
from fastapi import FastAPI, Response
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient
from starlette.types import Receive, Scope, Send

from app.deps import State, check_api_key
from app.middleware import BodyLimitMiddleware, RefusalLog
from tests.conftest import API_KEY, SECOND_API_KEY, client_of

OPEN = {"/healthz", "/readyz", "/docs", "/docs/oauth2-redirect", "/openapi.json", "/redoc"}


async def test_without_a_key(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/widgets/1")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "ApiKey"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", [API_KEY, SECOND_API_KEY])
async def test_each_key_opens(anonymous: AsyncClient, key: str) -> None:
    response = await anonymous.get("/widgets/1", headers={"X-API-Key": key})

    assert response.status_code == 404


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"wrong",
        API_KEY[:-1].encode(),
        f"{API_KEY},{SECOND_API_KEY}".encode(),
        "schlüssel".encode(),
        b"\xff\xfe",
    ],
)
async def test_wrong_key(anonymous: AsyncClient, key: bytes) -> None:
    response = await anonymous.get("/widgets/1", headers=[(b"X-API-Key", key)])

    assert response.status_code == 401


async def test_every_route_but_the_probes_needs_a_key(app: FastAPI, anonymous: AsyncClient) -> None:
    routes = {
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if context.path and context.path not in OPEN
    }
    assert routes

    for method, path in routes:
        response = await anonymous.request(method, path.replace("{", "").replace("}", ""))
        assert response.status_code == 401, f"{method} {path} is open"


async def test_no_body_is_read_of_a_caller_without_a_key(anonymous: AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield pytest.fail("The body was read")

    response = await anonymous.post("/widgets", content=body(), headers={"Content-Type": "application/json"})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "ApiKey"
    assert response.json()["detail"] == "A valid X-API-Key header is required"


async def test_an_open_route_may_listen_for_the_end_of_the_connection(state: State) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await Response("open")(scope, receive, send)

    async with client_of(BodyLimitMiddleware(app, check_api_key, 1, 1), state) as client:
        assert (await client.get("/")).text == "open"


@pytest.mark.parametrize(("given", "status"), [(API_KEY, 404), (SECOND_API_KEY, 404), ("neither", 401)])
async def test_every_key_is_compared_in_constant_time(
    monkeypatch: pytest.MonkeyPatch, anonymous: AsyncClient, given: str, status: int
) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, known: bytes) -> bool:
        compared.append(known)
        return compare_digest(given, known)

    monkeypatch.setattr("app.deps.compare_digest", compare)

    response = await anonymous.get("/widgets/1", headers={"X-API-Key": given})

    assert response.status_code == status
    assert compared == [API_KEY.encode(), SECOND_API_KEY.encode()]


class Lines(list[dict[str, object]]):
    def warning(self, event: str, **values: object) -> None:
        self.append({"event": event, **values})


async def test_a_flood_of_refusals_does_not_flood_the_log() -> None:
    lines = Lines()
    log = RefusalLog(lines, per_second=2)

    assert [log.admits_line() for _ in range(5)] == [True, True, False, False, False]
    log.start_anew()
    assert [log.admits_line() for _ in range(2)] == [True, True]
    log.start_anew()
    assert lines == [{"event": "requests without a valid key", "left_out": 3}]
