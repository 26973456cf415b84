"""Errors that callers see, each an RFC 9457 problem.

AppError
├── UnauthorizedError         401
├── NotFoundError             404
├── ConflictError             409
└── ServiceUnavailableError   503
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from structlog.contextvars import get_contextvars

from app.db import OUTDATED
from app.schemas.problem import InvalidField, Problem

logger = structlog.get_logger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"
# A list of 100,000 wrong values would be answered by ten times as many bytes as it took.
MOST_FIELDS_SHOWN = 50
# Foreign key, unique and exclusion violations; any other broken constraint is a bug of ours.
CONFLICTS = frozenset({"23503", "23505", "23P01"})
# Postgres refuses the connection: no room, starting up, shutting down, wrong password or database.
UNAVAILABLE = ("08", "28", "3D", "53", "57P01", "57P02", "57P03")
# Postgres gave the transaction up for another one, for a lock, or for the time it took. Nothing of it is stored, and the
# same request may succeed the next time, so it is no conflict for the caller to resolve.
BUSY = frozenset({"40001", "40P01", "55P03", "57014"})
# A NUL, which JSON and Python allow in a text and Postgres does not.
UNSTORABLE_TEXT = frozenset({"22021", "22P05"})


class AppError(Exception):
    """Base of what business code raises; ``detail`` is shown to the caller."""

    status: ClassVar[HTTPStatus]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UnauthorizedError(AppError):
    status = HTTPStatus.UNAUTHORIZED
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "ApiKey"}


class NotFoundError(AppError):
    status = HTTPStatus.NOT_FOUND


class ConflictError(AppError):
    status = HTTPStatus.CONFLICT


class ServiceUnavailableError(AppError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": RETRY_AFTER_SECONDS}


def problem_response(
    status: int,
    detail: str | None = None,
    *,
    errors: list[InvalidField] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=get_contextvars().get("request_id"),
        errors=errors,
    )
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=status,
        headers=headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


async def on_app_error(_request: Request, error: AppError) -> Response:
    return problem_response(error.status, error.detail, headers=error.headers)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    # Starlette repeats the phrase as the detail where it was given none; FastAPI lets it be anything.
    detail = None if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    headers = {"Allow": methods_at(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return problem_response(error.status_code, detail, headers=headers)


def methods_at(request: Request) -> str:
    """Name the methods of all routes at a path, as RFC 9110 demands; Starlette names those of one route."""
    contexts = iter_route_contexts(request.app.routes)
    routes = [route for route in contexts if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    shown = error.errors()[:MOST_FIELDS_SHOWN]
    errors = [InvalidField(location=list(item["loc"]), message=item["msg"]) for item in shown]
    detail = explain_content_type(request, error) or "The request is not valid"
    return problem_response(HTTPStatus.UNPROCESSABLE_CONTENT, detail, errors=errors)


def explain_content_type(request: Request, error: RequestValidationError) -> str | None:
    """Name the cause where a model was expected but FastAPI has left the body as bytes: it is not declared as JSON."""
    # An error that a handler raises itself has no type.
    in_body = [item.get("type", "") for item in error.errors() if "body" in item["loc"][:1]]
    is_unread = isinstance(error.body, bytes) and any(kind.endswith(("_type", "missing")) for kind in in_body)
    if not is_unread:
        return None
    given = request.headers.get("content-type")
    found = f"Content-Type is {given[:100]!r}, which is not JSON" if given else "The Content-Type header is missing"
    return f"{found}: send the body as JSON, with Content-Type: application/json"


async def on_integrity_error(_request: Request, error: IntegrityError) -> Response:
    if getattr(error.orig, "sqlstate", None) not in CONFLICTS:
        raise error
    return problem_response(HTTPStatus.CONFLICT, "The request conflicts with what is stored")


async def on_stale_data(_request: Request, _error: StaleDataError) -> Response:
    return problem_response(HTTPStatus.CONFLICT, "Somebody else changed this meanwhile")


async def on_database_error(request: Request, error: DBAPIError) -> Response:
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    if sqlstate in UNSTORABLE_TEXT:
        return problem_response(HTTPStatus.UNPROCESSABLE_CONTENT, "A text holds a character that cannot be stored")
    if sqlstate in BUSY:
        return try_again("The database is too busy, nothing was stored", error)
    if isinstance(getattr(error.orig, "__cause__", None), OUTDATED):
        return try_again("The schema of the database has changed, nothing was stored", error)
    if error.connection_invalidated or sqlstate.startswith(UNAVAILABLE):
        return await on_database_unavailable(request, error)
    raise error


async def on_database_unavailable(_request: Request, error: Exception) -> Response:
    return try_again("The database is not available", error)


def try_again(detail: str, error: Exception) -> Response:
    logger.warning(detail, reason=reason_of(error))
    return problem_response(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=ServiceUnavailableError.headers)


def reason_of(error: Exception) -> str:
    """What the driver said, without the statement that SQLAlchemy adds, or else what kind of error it is."""
    return str(getattr(error, "orig", None) or error) or type(error).__name__


def add_error_handlers(app: FastAPI) -> None:
    handlers: dict[type[Exception], Any] = {
        AppError: on_app_error,
        HTTPException: on_http_exception,
        RequestValidationError: on_invalid_request,
        IntegrityError: on_integrity_error,
        StaleDataError: on_stale_data,
        DBAPIError: on_database_error,
        OperationalError: on_database_unavailable,  # what app.db makes of a connection that fails
        PoolTimeoutError: on_database_unavailable,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    declare_problem_media_type(app)


def declare_problem_media_type(app: FastAPI) -> None:
    """Let the OpenAPI document say ``application/problem+json``; FastAPI declares every model as the route's own type."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if status >= "400" and "application/json" in response.get("content", {}):
                        declared = response["content"]["application/json"]
                        response["content"] = {
                            PROBLEM_MEDIA_TYPE: {**example_of(status, response["description"]), **declared}
                        }
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def example_of(status: str, title: str) -> dict[str, Any]:
    if not status.isdigit():  # a range, such as 4XX
        return {}
    return {"example": {"type": "about:blank", "title": title, "status": int(status)}}


def problem_responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """What to pass as ``responses=`` so that the OpenAPI document declares these problems."""
    return {status.value: {"model": Problem, "description": status.phrase} for status in statuses}
