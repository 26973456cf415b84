"""What holds for every endpoint, those of tomorrow included."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import AsyncClient

from app.deps import get_session
from app.main import create_app
from app.settings import Settings


@pytest.fixture
def routes(app: FastAPI) -> list[APIRoute]:
    routes = [
        context.original_route
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    ]
    assert {"/healthz", "/readyz"} <= {route.path for route in routes}
    return routes


def dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for dependency in dependant.dependencies:
        yield dependency
        yield from dependencies(dependency)


def test_every_endpoint_declares_its_response_model(routes: list[APIRoute]) -> None:
    for route in routes:
        assert route.response_model or route.status_code == 204, f"{route.path} declares no response_model"


def test_every_session_ends_before_the_response(routes: list[APIRoute]) -> None:
    sessions = [
        (route.path, dependency)
        for route in routes
        for dependency in dependencies(route.dependant)
        if dependency.call is get_session
    ]
    assert sessions
    for path, dependency in sessions:
        assert dependency.scope == "function", f"{path} commits after the response: use SessionDep"


async def test_docs(client: AsyncClient) -> None:
    assert (await client.get("/docs")).status_code == 200
    assert (await client.get("/openapi.json")).json()["info"]["title"]


async def test_docs_are_off_by_default(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"docs_enabled": Settings.model_fields["docs_enabled"].default}))

    assert not {"/docs", "/redoc", "/openapi.json"} & {context.path for context in iter_route_contexts(app.routes)}


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
