from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from app.deps import State
from tests.conftest import API_KEY, client_of


def fail(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("too slow", request=request)


@pytest.mark.parametrize(
    ("register", "status", "valid"),
    [
        pytest.param(lambda _request: httpx.Response(200), 200, True, id="known"),
        pytest.param(lambda _request: httpx.Response(404), 200, False, id="unknown"),
        pytest.param(fail, 503, None, id="down"),
    ],
)
async def test_number(
    app: FastAPI,
    state: State,
    register: Callable[[httpx.Request], httpx.Response],
    status: int,
    valid: bool | None,
) -> None:
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(register)) as http,
        client_of(app, {**state, "http": http}, **{"X-API-Key": API_KEY}) as client,
    ):
        response = await client.get("/vat/DE123")

    assert response.status_code == status
    assert response.json().get("valid") is valid
