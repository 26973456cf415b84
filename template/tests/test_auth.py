import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient

from tests.conftest import API_KEY, SECOND_API_KEY

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
