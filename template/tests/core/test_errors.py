"""Every error is an RFC 9457 problem, and reveals nothing internal."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from httpx import AsyncClient, Response

from app.deps import State
from app.errors import MAX_FIELDS_SHOWN, on_invalid_request
from app.main import create_app
from app.settings import Settings
from tests.conftest import API_KEY, client_of


def assert_problem(response: Response, status: int) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"] == "about:blank"
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


async def test_unknown_path(client: AsyncClient) -> None:
    assert_problem(await client.get("/nowhere"), 404)


async def test_wrong_method(client: AsyncClient) -> None:
    response = await client.delete("/healthz")

    assert_problem(response, 405)
    assert response.headers["allow"] == "GET, HEAD"


async def test_allow_names_the_methods_of_all_routes(client: AsyncClient) -> None:
    response = await client.delete("/widgets/parts")

    assert_problem(response, 405)
    assert response.headers["allow"] == "GET, POST"


async def test_no_redirect_to_another_path(client: AsyncClient) -> None:
    assert_problem(await client.get("/widgets/1/"), 404)


async def test_domain_error(client: AsyncClient) -> None:
    problem = assert_problem(await client.get("/widgets/1"), 404)

    assert problem["detail"] == "There is no such widget"


async def test_invalid_body(client: AsyncClient) -> None:
    response = await client.post("/widgets", json={"name": "secret" * 10})

    problem = assert_problem(response, 422)
    assert problem["errors"] == [{"location": ["body", "name"], "message": "String should have at most 50 characters"}]
    assert "secret" not in response.text


async def test_many_invalid_values(app: FastAPI) -> None:
    """A response stays short, however many values are wrong."""
    errors = [{"loc": ("body", number), "type": "missing", "msg": "wrong"} for number in range(1000)]
    response = await on_invalid_request(Request({"type": "http", "app": app}), RequestValidationError(errors))

    assert len(json.loads(bytes(response.body))["errors"]) == MAX_FIELDS_SHOWN


async def test_a_character_that_postgres_cannot_store(client: AsyncClient) -> None:
    assert_problem(await client.post("/widgets", json={"name": "bolt\0"}), 422)


async def test_invalid_json(client: AsyncClient) -> None:
    response = await client.post("/widgets", content=b"{", headers={"Content-Type": "application/json"})

    assert_problem(response, 422)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, "The Content-Type header is missing"),
        ({"Content-Type": ""}, "The Content-Type header is missing"),
        ({"Content-Type": "text/plain"}, "Content-Type is 'text/plain', which is not JSON"),
        (
            {"Content-Type": "application/x-www-form-urlencoded"},
            "Content-Type is 'application/x-www-form-urlencoded', which",
        ),
    ],
)
async def test_body_that_is_not_declared_as_json(client: AsyncClient, headers: dict[str, str], found: str) -> None:
    response = await client.post("/widgets", content=b'{"name": "bolt"}', headers=headers)

    detail = str(assert_problem(response, 422)["detail"])
    assert detail.startswith(found)
    assert detail.endswith("send the body as JSON, with Content-Type: application/json")


@pytest.mark.parametrize(
    ("errors", "body"),
    [
        pytest.param([("body", "model_attributes_type")], {"name": "bolt"}, id="read as JSON"),
        pytest.param([("body", "missing")], None, id="no body"),
        pytest.param([("body", "bytes_too_long")], b"bolt", id="bytes are expected"),
        pytest.param([("query", "missing")], b"bolt", id="another parameter is wrong"),
    ],
)
async def test_content_type_is_not_blamed_for_other_faults(
    app: FastAPI, errors: list[tuple[str, str]], body: object
) -> None:
    error = RequestValidationError(
        [{"loc": (place,), "type": kind, "msg": "wrong"} for place, kind in errors], body=body
    )
    response = await on_invalid_request(Request({"type": "http", "app": app, "headers": []}), error)

    assert json.loads(bytes(response.body))["detail"] == "The request is not valid"


@pytest.mark.parametrize("body", [b"bolt", {"name": "bolt"}])
async def test_an_error_that_a_handler_raises_itself(app: FastAPI, body: object) -> None:
    error = RequestValidationError([{"loc": ("body", "name"), "msg": "taken"}, {"loc": (), "msg": "wrong"}], body=body)
    response = await on_invalid_request(Request({"type": "http", "app": app, "headers": []}), error)

    assert [shown["message"] for shown in json.loads(bytes(response.body))["errors"]] == ["taken", "wrong"]


async def test_crash_gives_nothing_away(client: AsyncClient) -> None:
    response = await client.post("/widgets/bolt/then-crash")

    assert_problem(response, 500)
    assert "inside" not in response.text


async def test_body_too_large(client: AsyncClient) -> None:
    assert_problem(await client.post("/widgets", json={"name": "x" * 20_000}), 413)


async def test_body_too_large_without_a_declared_length(client: AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 1_000

    assert_problem(await client.post("/widgets", content=chunks()), 413)


async def test_body_within_the_limit(client: AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name":'
        yield b'"bolt"}'

    response = await client.post("/widgets", content=chunks(), headers={"Content-Type": "application/json"})

    assert response.status_code == 201


async def test_slow_body(settings: Settings, state: State) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.02)

    impatient = create_app(settings.model_copy(update={"body_timeout_seconds": 0.05}))
    async with client_of(impatient, state, **{"X-API-Key": API_KEY}) as client:
        response = await client.post("/widgets", content=chunks())

    assert_problem(response, 408)
    assert response.headers["connection"] == "close"


async def test_problems_are_declared(app: FastAPI) -> None:
    responses = app.openapi()["paths"]["/widgets/{widget_id}"]["get"]["responses"]

    for status in ("400", "401", "404", "408", "413"):
        title = HTTPStatus(int(status)).phrase
        assert responses[status]["content"] == {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {"type": "about:blank", "title": title, "status": int(status)},
            }
        }
    assert "application/json" in responses["200"]["content"]
