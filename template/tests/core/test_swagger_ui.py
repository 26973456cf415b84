"""Swagger UI loads nothing from another host, and is off by default."""

import re

import pytest
from httpx import AsyncClient

from app.core.swagger_ui import CONTENT_SECURITY_POLICY
from app.deps import State
from app.main import create_app
from app.schemas.problem import Problem
from app.settings import Settings
from tests.conftest import client_of

ASSETS = {
    "/docs/assets/swagger-ui-bundle.js": "text/javascript",
    "/docs/assets/swagger-ui.css": "text/css",
    "/docs/assets/favicon-32x32.png": "image/png",
}


async def test_the_page_loads_only_this_service(anonymous: AsyncClient) -> None:
    page = await anonymous.get("/docs")

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert {f"/{url}" for url in re.findall(r'(?:src|href)="(.+?)"', page.text)} == set(ASSETS)
    assert re.findall(r"url: '(.+?)'", page.text) == ["openapi.json"]
    assert (await anonymous.get("/openapi.json")).json()["info"]["title"] in page.text


@pytest.mark.parametrize(("path", "media_type"), ASSETS.items())
async def test_assets(anonymous: AsyncClient, path: str, media_type: str) -> None:
    asset = await anonymous.get(path)

    assert asset.status_code == 200
    assert asset.headers["content-type"].startswith(media_type)
    assert (await anonymous.get(path, headers={"If-None-Match": asset.headers["etag"]})).status_code == 304
    assert (await anonymous.post(path)).headers["allow"] == "GET, HEAD"


async def test_no_other_file_is_served(anonymous: AsyncClient) -> None:
    for name in ("__init__.py", "..%2Fmain.py", "%00"):
        assert (await anonymous.get(f"/docs/assets/{name}")).status_code in {404, 422}


async def test_the_root_redirects_to_the_page(anonymous: AsyncClient) -> None:
    redirect = await anonymous.get("/")

    assert redirect.status_code == 307
    assert redirect.headers["location"] == "docs"
    assert (await anonymous.head("/")).status_code == 307
    assert (await anonymous.head("/docs")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/redoc", *ASSETS])
async def test_off_by_default(settings: Settings, state: State, path: str) -> None:
    default = Settings.model_fields["docs_enabled"].default
    app = create_app(settings.model_copy(update={"docs_enabled": default}))
    async with client_of(app, state) as client:
        assert (await client.get(path)).status_code == 404


async def test_a_route_of_the_service_at_the_root_is_not_redirected(settings: Settings, state: State) -> None:
    async def index() -> Problem:
        return Problem(title="Ours", status=200)

    app = create_app(settings.model_copy(update={"docs_enabled": True}))
    app.add_api_route("/", index, response_model=Problem)
    async with client_of(app, state) as client:
        assert (await client.get("/")).json()["title"] == "Ours"
