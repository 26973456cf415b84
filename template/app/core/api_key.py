"""Whether a request has a valid key: asked by its route, before its body is read, and by the log."""

from functools import cache
from hmac import compare_digest
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyHeader
from starlette.types import Scope

API_KEY_HEADER = "X-API-Key"
RAW_API_KEY_HEADER = API_KEY_HEADER.lower().encode()
REFUSAL = f"A valid {API_KEY_HEADER} header is required"


def raw_header(scope: Scope, name: bytes) -> bytes:
    """Read one header, its name in lower case, without decoding them all: this runs for every request."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).strip(b" \t")  # RFC 9110, section 5.5
    return b""


def has_valid_key(scope: Scope) -> bool:
    state: dict[str, Any] = scope["state"]
    if "has_valid_key" not in state:
        given = raw_header(scope, RAW_API_KEY_HEADER)  # compare_digest takes non-ASCII only as bytes
        # No early exit, so that the time taken does not tell which key came close.
        state["has_valid_key"] = any([compare_digest(given, known) for known in state["api_keys"]])  # noqa: C419
    return bool(state["has_valid_key"])


def needs_key(scope: Scope) -> bool:
    """Tell whether the route that a request has reached declares the key."""
    return "endpoint" in scope and declares_key(scope["app"], scope["endpoint"])


@cache
def declares_key(app: FastAPI, endpoint: object) -> bool:
    contexts = [context for context in iter_route_contexts(app.routes) if context.endpoint is endpoint]
    return bool(contexts) and all(asks_for_key(getattr(context, "dependant", None)) for context in contexts)


def asks_for_key(dependant: Dependant | None) -> bool:
    if dependant is None:  # a route of Starlette's, or a mounted app
        return False
    is_key = isinstance(dependant.call, APIKeyHeader) and dependant.call.model.name == API_KEY_HEADER
    return is_key or any(asks_for_key(dependency) for dependency in dependant.dependencies)
