"""Whether a request has a valid key: its route, the body limit and the request log need to know."""

from functools import cache
from hmac import compare_digest
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyHeader
from starlette.types import Scope

API_KEY_HEADER = "X-API-Key"
REFUSAL = f"A valid {API_KEY_HEADER} header is required"


def raw_header(scope: Scope, name: bytes) -> bytes:
    """Return the value of one header, by its name in lower case; decoding all headers would cost every request."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).strip(b" \t")  # RFC 9110, section 5.5
    return b""


def has_valid_key(scope: Scope) -> bool:
    state: dict[str, Any] = scope["state"]
    if "has_valid_key" not in state:
        given = raw_header(scope, b"x-api-key")  # as bytes: compare_digest() refuses a non-ASCII str
        # A list, so that all keys are compared: an early exit would show in the time which key is close.
        state["has_valid_key"] = any([compare_digest(given, known) for known in state["api_keys"]])  # noqa: C419
    return bool(state["has_valid_key"])


def needs_key(scope: Scope) -> bool:
    """Return whether the route that matched the request requires a key."""
    return "endpoint" in scope and is_keyed(scope["app"], scope["endpoint"])


@cache
def is_keyed(app: FastAPI, endpoint: object) -> bool:
    contexts = [context for context in iter_route_contexts(app.routes) if context.endpoint is endpoint]
    # Only FastAPI's own routes have a dependant.
    return bool(contexts) and all(requires_key(getattr(context, "dependant", None)) for context in contexts)


def requires_key(dependant: Any) -> bool:
    if dependant is None:
        return False
    is_key = isinstance(dependant.call, APIKeyHeader) and dependant.call.model.name == API_KEY_HEADER
    return is_key or any(requires_key(dependency) for dependency in dependant.dependencies)
