"""Rules for every endpoint, present and future."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAliasType, get_args, get_type_hints

import pytest
from fastapi import FastAPI
from fastapi.datastructures import DefaultPlaceholder
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from app.main import create_app
from app.settings import Settings
from tests.conftest import ROOT


@pytest.fixture
def routes(app: FastAPI) -> list[APIRoute]:
    routes = [
        context.original_route
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    ]
    assert {"/healthz", "/readyz"} <= {route.path for route in routes}
    return routes


def dependencies(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency
        yield from dependencies(dependency)


def where(function: Callable[..., object]) -> str:
    code = inspect.unwrap(function).__code__
    return f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno}"


def answers_json(route: APIRoute) -> bool:
    if route.status_code in {204, 205, 304}:
        return False
    declared = [
        media
        for status, response in route.responses.items()
        if str(status)[0] == "2"
        for media in response.get("content", ())
    ]
    json_class = route.response_class
    if isinstance(json_class, DefaultPlaceholder) or json_class is Response:
        return not declared
    return issubclass(json_class, JSONResponse)


def untyped(declared: object, seen: tuple[object, ...] = ()) -> Iterator[object]:
    """Yield the untyped parts of a declared type: Any, object, a bare dict or list."""
    if declared in seen or declared is JsonValue:
        return
    if any(declared is vague for vague in (Any, object, dict, list, set, tuple, Mapping, Sequence)):
        yield declared
    parts = list(get_args(declared))
    if isinstance(declared, TypeAliasType):
        parts.append(declared.__value__)
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        parts += [field.annotation for field in declared.model_fields.values()]
    for part in parts:
        yield from untyped(part, (*seen, declared))


def breaches(route: APIRoute) -> Iterator[str]:
    dependants = (route.dependant, *dependencies(route.dependant))
    bodies = [body.field_info.annotation for dependant in dependants for body in dependant.body_params]
    if answers_json(route):
        returned = get_type_hints(route.endpoint).get("return")
        if not route.response_model:
            yield "Declare one, or a response_class that is not JSON."
        if returned is Response:
            yield "Return the model. To set headers and cookies, add a Response parameter."
        bodies += [route.response_model, returned]
    yield from (f"{body} hides its content: declare a model." for body in bodies if list(untyped(body)))


def test_every_endpoint_declares_its_response_model(routes: list[APIRoute]) -> None:
    found = [
        f"{where(route.endpoint)}: Every endpoint declares response_model. No untyped JSON dicts. {breach}"
        for route in routes
        for breach in breaches(route)
        if "ast-grep-ignore: response-model" not in inspect.getsource(route.endpoint)
    ]

    assert not found, "\n".join(found)


def yields_session(dependency: Any) -> bool:
    call = dependency.call
    return inspect.isasyncgenfunction(call) and AsyncSession in get_args(get_type_hints(call).get("return"))


def test_every_session_ends_before_the_response(routes: list[APIRoute]) -> None:
    sessions = [
        (route, dependency)
        for route in routes
        for dependency in dependencies(route.dependant)
        if yields_session(dependency)
    ]
    assert sessions
    rule = "No commit in a handler, no session dependency without function scope."
    found = [
        f"{where(route.endpoint)}: {rule} Use SessionDep."
        for route, dependency in sessions
        if dependency.scope != "function"
    ]

    assert not found, "\n".join(found)


def test_the_key_is_declared(app: FastAPI) -> None:
    document = app.openapi()

    (scheme,) = document["components"]["securitySchemes"]
    assert document["components"]["securitySchemes"][scheme]["name"] == "X-API-Key"
    assert document["paths"]["/widgets"]["post"]["security"] == [{scheme: []}]
    assert "security" not in document["paths"]["/healthz"]["get"]


def test_sentry_only_with_a_dsn(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr("sentry_sdk.init", lambda **options: started.append(options["dsn"]))

    create_app(settings)
    assert started == []

    with_dsn = Settings(
        database_url=settings.database_url,
        api_key=settings.api_key,
        sentry_dsn="https://key@sentry.test/1",
    )
    create_app(with_dsn)
    assert started == ["https://key@sentry.test/1"]
