"""What the OpenAPI document says beyond what FastAPI finds in the routes."""

from typing import Any

from fastapi import FastAPI

from app.deps import API_KEY_HEADER
from app.errors import PROBLEM_MEDIA_TYPE

SECURITY_SCHEME = "ApiKey"


def complete_openapi(app: FastAPI) -> None:
    """Declare the API key and the media type of problems."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes[SECURITY_SCHEME] = {"type": "apiKey", "in": "header", "name": API_KEY_HEADER}
        for path in document["paths"].values():
            for operation in path.values():
                complete_operation(operation)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def complete_operation(operation: dict[str, Any]) -> None:
    if "401" in operation["responses"]:
        operation["security"] = [{SECURITY_SCHEME: []}]
    for status, response in operation["responses"].items():
        # FastAPI declares every model as the route's own type.
        if status >= "400" and "application/json" in response.get("content", {}):
            response["content"] = {PROBLEM_MEDIA_TYPE: response["content"]["application/json"]}
