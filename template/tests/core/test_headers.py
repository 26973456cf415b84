"""Every response has these headers, errors included."""

import pytest
from fastapi import FastAPI, Response
from httpx import AsyncClient

from app.core.middleware import SECURITY_HEADERS, NotModifiedMiddleware, RequestContextMiddleware
from app.deps import State
from tests.conftest import client_of

HSTS = "strict-transport-security"
REQUESTS = [
    ("GET", "/healthz", 200),
    ("GET", "/nowhere", 404),
    ("DELETE", "/healthz", 405),
    ("POST", "/widgets", 422),
    ("POST", "/widgets/bolt/then-crash", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
async def test_security_headers(client: AsyncClient, method: str, path: str, status: int) -> None:
    response = await client.request(method, path)

    assert response.status_code == status
    for name, value in SECURITY_HEADERS:
        assert response.headers.get_list(name.decode()) == [value.decode()]
    assert HSTS not in response.headers


async def test_security_headers_without_a_key(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/widgets/1")

    assert response.status_code == 401
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_hsts_over_tls(client: AsyncClient) -> None:
    response = await client.get("https://test/healthz")

    assert response.headers[HSTS].startswith("max-age=")


async def test_a_handler_may_know_better(state: State) -> None:
    app = RequestContextMiddleware(Response(headers={"Cache-Control": "max-age=60"}))
    async with client_of(app, state) as client:
        response = await client.get("/")

    assert response.headers.get_list("cache-control") == ["max-age=60"]
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
async def test_no_other_origin_is_let_in(app: FastAPI, client: AsyncClient, method: str) -> None:
    headers = {"Origin": "https://elsewhere.test", "Access-Control-Request-Method": "GET"}
    for path in ("/widgets/1", "/healthz"):
        response = await client.request(method, path, headers=headers)

        assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("method", "tags", "status"),
    [
        ("GET", '"1"', 304),
        ("HEAD", '"1"', 304),
        ("GET", '"0", W/"1"', 304),
        ("GET", "*", 304),
        ("GET", '"2"', 200),
        ("GET", "1", 200),
        ("POST", '"1"', 200),
    ],
)
async def test_what_the_caller_has_is_not_sent_again(state: State, method: str, tags: str, status: int) -> None:
    app = NotModifiedMiddleware(Response("bolt", headers={"ETag": '"1"'}))
    async with client_of(app, state) as client:
        response = await client.request(method, "/", headers={"If-None-Match": tags})

    assert (response.status_code, response.headers["etag"]) == (status, '"1"')
    assert response.content == (b"" if status == 304 else b"bolt")


async def test_what_has_no_etag_is_sent(state: State) -> None:
    async with client_of(NotModifiedMiddleware(Response("bolt")), state) as client:
        assert (await client.get("/", headers={"If-None-Match": "*"})).text == "bolt"


async def test_a_crash_closes_the_connection(client: AsyncClient) -> None:
    assert (await client.post("/widgets/bolt/then-crash")).headers["connection"] == "close"
