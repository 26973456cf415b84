"""Swagger UI, served from this service's own files: https://fastapi.tiangolo.com/how-to/custom-docs-ui-assets/."""

from functools import partial
from importlib.resources import files
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

# Relative URLs also work behind a proxy that strips a path prefix.
ASSETS = "docs/assets"
# Descriptions are Markdown: an image in one must not make the reader's browser call another host.
CONTENT_SECURITY_POLICY = "default-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.api_route("/docs", methods=["GET", "HEAD"], response_class=HTMLResponse)
async def swagger_ui(request: Request) -> HTMLResponse:
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{request.app.title} - Swagger UI",
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon-32x32.png",
        swagger_ui_parameters={"persistAuthorization": True},
    )
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return page


@router.api_route("/docs/assets/{name}", methods=["GET", "HEAD"], response_class=FileResponse)
def asset(name: Literal["favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css"]) -> FileResponse:
    return FileResponse(str(files("fastapi_swagger.resources") / name))


def add_swagger_ui(app: FastAPI) -> None:
    app.include_router(router)
    app.add_exception_handler(404, partial(on_not_found, app.exception_handlers[HTTPException]))


async def on_not_found(handler: Any, request: Request, error: HTTPException) -> Response:
    """Open the documentation at /, unless the service has a route there."""
    if request.url.path == "/" and request.method in {"GET", "HEAD"} and "endpoint" not in request.scope:
        return RedirectResponse("docs")
    response: Response = await handler(request, error)
    return response
