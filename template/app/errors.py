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
from sqlalchemy.exc import DBAPIError, OperationalError
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
# A list of 100,000 wrong values would cause a response ten times as large as the request.
MAX_FIELDS_SHOWN = 50
# SQLSTATE codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
# Foreign key, unique and exclusion violations. Any other violated constraint is a bug of this service.
CONFLICTS = frozenset({"23503", "23505", "23P01"})
# Postgres refuses the connection: it is full, starts up, shuts down, or the password or database is wrong.
UNAVAILABLE = ("08", "28", "3D", "53", "57P01", "57P02", "57P03")
# Postgres rolled the transaction back for another one, a lock or a timeout. The same request may succeed the next time,
# so it is not a conflict for the caller to resolve.
BUSY = frozenset({"40001", "40P01", "55P03", "57014"})
# A NUL, which JSON and Python allow in text and Postgres does not.
UNSTORABLE_TEXT = frozenset({"22021", "22P05"})


class AppError(Exception):
    """Base of the errors that business code raises. The caller sees ``detail``."""

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
    # Starlette's default detail is the phrase; FastAPI allows any value.
    detail = None if error.detail == HTTPStatus(error.status_code).phrase else str(error.detail)
    headers = {"Allow": methods_at(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    return problem_response(error.status_code, detail, headers=headers)


def methods_at(request: Request) -> str:
    """Name the methods of all routes at a path: RFC 9110, section 15.5.6. Starlette names those of one route."""
    contexts = iter_route_contexts(request.app.routes)
    routes = [route for route in contexts if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in route.methods or ()}))


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    shown = error.errors()[:MAX_FIELDS_SHOWN]
    errors = [InvalidField(location=list(item["loc"]), message=item["msg"]) for item in shown]
    detail = explain_content_type(request, error) or "The request is not valid"
    return problem_response(HTTPStatus.UNPROCESSABLE_CONTENT, detail, errors=errors)


def explain_content_type(request: Request, error: RequestValidationError) -> str | None:
    """Name the Content-Type as the cause where FastAPI left the body as bytes, because it is not declared as JSON."""
    # An error that a handler raises itself has no type.
    in_body = [item.get("type", "") for item in error.errors() if "body" in item["loc"][:1]]
    if not isinstance(error.body, bytes) or not any(kind.endswith(("_type", "missing")) for kind in in_body):
        return None
    given = request.headers.get("content-type")
    found = f"Content-Type is {given[:100]!r}, which is not JSON" if given else "The Content-Type header is missing"
    return f"{found}: send the body as JSON, with Content-Type: application/json"


async def on_stale_data(_request: Request, _error: StaleDataError) -> Response:
    return problem_response(HTTPStatus.CONFLICT, "Somebody else changed this meanwhile")


async def on_database_error(request: Request, error: DBAPIError) -> Response:
    sqlstate = sqlstate_of(error)
    if sqlstate in CONFLICTS:
        return problem_response(HTTPStatus.CONFLICT, "The request conflicts with what is stored")
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


def sqlstate_of(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def reason_of(error: Exception) -> str:
    """Return the driver's message without the statement that SQLAlchemy adds, or else the type of the error."""
    return str(getattr(error, "orig", None) or error) or type(error).__name__


def add_error_handlers(app: FastAPI) -> None:
    handlers: dict[type[Exception], Any] = {
        AppError: on_app_error,
        HTTPException: on_http_exception,
        RequestValidationError: on_invalid_request,
        StaleDataError: on_stale_data,
        DBAPIError: on_database_error,
        OperationalError: on_database_unavailable,  # app.db raises it when a connection fails
        PoolTimeoutError: on_database_unavailable,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    declare_problem_media_type(app)


def declare_problem_media_type(app: FastAPI) -> None:
    """Declare ``application/problem+json`` in the OpenAPI document, where FastAPI has the media type of the route."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if status >= "400" and (declared := response.get("content", {}).pop("application/json", None)):
                        example = example_of(status, response["description"])
                        response["content"][PROBLEM_MEDIA_TYPE] = {**example, **declared}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # https://fastapi.tiangolo.com/how-to/extending-openapi


def example_of(status: str, title: str) -> dict[str, Any]:
    if not status.isdigit():  # a range, such as 4XX
        return {}
    return {"example": {"type": "about:blank", "title": title, "status": int(status)}}


def problem_responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the value of ``responses=`` that declares these problems in the OpenAPI document."""
    return {status.value: {"model": Problem, "description": status.phrase} for status in statuses}
