from hmac import compare_digest

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient

from app.core.request_log import Throttle
from app.deps import State
from app.main import create_app
from app.settings import Settings
from tests.conftest import API_KEY, SECOND_API_KEY, client_of
from tests.sample import WidgetCreate

OPEN = {"/", "/healthz", "/readyz", "/docs", "/docs/assets/{name}", "/openapi.json"}


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


@pytest.mark.parametrize(("given", "status"), [(API_KEY, 404), (SECOND_API_KEY, 404), ("neither", 401)])
async def test_every_key_is_compared_in_constant_time(
    monkeypatch: pytest.MonkeyPatch, anonymous: AsyncClient, given: str, status: int
) -> None:
    compared: list[bytes] = []

    def compare(given: bytes, known: bytes) -> bool:
        compared.append(known)
        return compare_digest(given, known)

    monkeypatch.setattr("app.core.api_key.compare_digest", compare)

    response = await anonymous.get("/widgets/1", headers={"X-API-Key": given})

    assert response.status_code == status
    assert compared == [API_KEY.encode(), SECOND_API_KEY.encode()]


async def test_the_key_comes_before_the_body(anonymous: AsyncClient) -> None:
    response = await anonymous.post("/widgets", content=b"{{{", headers={"Content-Type": "application/json"})

    assert response.status_code == 401
    assert (response.headers["www-authenticate"], response.headers["connection"]) == ("ApiKey", "close")


async def test_a_public_route_takes_a_body(settings: Settings, state: State) -> None:
    app = create_app(settings)

    @app.post("/echo", response_model=WidgetCreate)
    async def echo(body: WidgetCreate) -> WidgetCreate:
        return body

    async with client_of(app, state) as client:
        assert (await client.post("/echo", json={"name": "bolt"})).json() == {"name": "bolt"}
        assert (await client.post("/widgets", json={})).status_code == 401


async def test_spaces_around_a_key_are_no_part_of_it(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/widgets/1", headers=[(b"X-API-Key", f" \t{API_KEY} ".encode())])

    assert response.status_code == 404


class Lines(list[dict[str, object]]):
    def warning(self, event: str, **values: object) -> None:
        self.append({"event": event, **values})


async def test_a_flood_of_refusals_does_not_flood_the_log() -> None:
    lines = Lines()
    throttle = Throttle(lines, "requests without a valid key", per_second=2)

    assert [throttle.admits() for _ in range(5)] == [True, True, False, False, False]
    throttle.reset()
    assert [throttle.admits() for _ in range(2)] == [True, True]
    throttle.reset()
    assert lines == [{"event": "requests without a valid key", "left_out": 3}]
