"""What the OpenAPI document says beyond what FastAPI finds in the routes."""

from typing import Any

from fastapi import FastAPI

from app.errors import PROBLEM_MEDIA_TYPE


def declare_problem_media_type(app: FastAPI) -> None:
    """Let the document say ``application/problem+json``; FastAPI declares every model as the route's own type."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if status >= "400" and "application/json" in response.get("content", {}):
                        response["content"] = {PROBLEM_MEDIA_TYPE: response["content"]["application/json"]}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
