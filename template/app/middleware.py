"""Pure ASGI middleware: request id, access log, security headers, limits of the body."""

import asyncio
import contextvars
import re
import time
from http import HTTPStatus
from random import getrandbits
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.errors import ServiceUnavailableError, problem_response

REQUEST_ID = b"x-request-id"
VALID_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,128}")
PROBES = frozenset({"/healthz", "/readyz"})
# The OWASP REST Security Cheat Sheet's, but for X-Frame-Options, which frame-ancestors replaces.
SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
# Only over TLS: RFC 6797, section 7.2.
SECURITY_HEADERS_OVER_TLS = (*SECURITY_HEADERS, (b"strict-transport-security", b"max-age=31536000"))
# RFC 9112, section 9.6: the next request of this caller is to go elsewhere.
LAST_ANSWER = (b"connection", b"close")
REFUSALS_LOGGED_PER_SECOND = 10


def raw_header(scope: Scope, name: bytes) -> bytes:
    """Read one header, its name in lower case, without decoding them all: this runs for every request."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


class RefusalLog:
    """Lets so many lines a second through and counts the others, so that a flood of bad keys does not drown the log."""

    def __init__(self, logger: Any, per_second: int) -> None:
        self.logger = logger
        self.per_second = per_second
        self.logged = self.left_out = 0

    def admits_line(self) -> bool:
        if not self.logged:
            # In a context of its own: the line is of no single request.
            asyncio.get_running_loop().call_later(1, self.start_anew, context=contextvars.Context())
        if self.logged < self.per_second:
            self.logged += 1
            return True
        self.left_out += 1
        return False

    def start_anew(self) -> None:
        if self.left_out:
            self.logger.warning("requests without a valid key", left_out=self.left_out)
        self.logged = self.left_out = 0


class RequestContextMiddleware:
    """Give every request an id, on its log lines and on its response, and log one line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Bound here, once: an unbound logger is put together anew at every call.
        self.logger = structlog.get_logger("app.access").bind()
        self.refusals = RefusalLog(self.logger, REFUSALS_LOGGED_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            self.refusals.start_anew()  # the end of the lifespan, among others: no count is lost
            return

        started = time.perf_counter()
        request_id = raw_header(scope, REQUEST_ID)
        if not VALID_REQUEST_ID.fullmatch(request_id):
            request_id = b"%032x" % getrandbits(128)
        # Bound until the task ends: the traceback of a 500 is logged by the server, after this has returned.
        clear_contextvars()
        bind_contextvars(request_id=request_id.decode())
        defaults = SECURITY_HEADERS_OVER_TLS if scope["scheme"] == "https" else SECURITY_HEADERS
        draining = scope["state"]["draining"]
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                given = dict(headers)
                wanted = (*defaults, LAST_ANSWER) if draining.is_set() else defaults
                missing = [header for header in wanted if header[0] not in given]
                message["headers"] = [*headers, *missing, (REQUEST_ID, request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            # By the server, whose time for requests in flight is over: the handler has been rolled back.
            if status or not draining.is_set():
                raise
            headers = ServiceUnavailableError.headers
            response = problem_response(HTTPStatus.SERVICE_UNAVAILABLE, "Shutting down", headers=headers)
            await response(scope, receive, send_with_headers)
        except Exception:
            if not status:
                await problem_response(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_with_headers)
            raise
        finally:
            # Once this turn of the loop is over: line after line costs a busy service half of what it costs in between.
            asyncio.get_running_loop().call_soon(
                self.log, scope, status or HTTPStatus.INTERNAL_SERVER_ERROR, time.perf_counter() - started
            )

    def log(self, scope: Scope, status: int, seconds: float) -> None:
        if status == HTTPStatus.UNAUTHORIZED and not self.refusals.admits_line():
            return
        log = self.logger.debug if scope["path"] in PROBES and status == HTTPStatus.OK else self.logger.info
        log(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            duration_ms=round(seconds * 1000, 2),
        )


class BodyLimitMiddleware:
    """Refuse a body over ``max_bytes``, declared or not, and one that takes longer than ``max_seconds`` to arrive.

    Starlette's own limit answers in plain text, and everything else here is a problem.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = LimitedBody(scope, receive, self)
        await self.app(scope, receive, send)


class LimitedBody:
    """Receives one body, or raises the 413 or 408 that it deserves."""

    def __init__(self, scope: Scope, receive: Receive, limits: BodyLimitMiddleware) -> None:
        self.scope = scope
        self.receive = receive
        self.limits = limits
        self.received = 0
        self.deadline: float | None = None
        self.is_complete = False

    async def __call__(self) -> Message:
        if self.is_complete:  # what is waited for now is the end of the connection
            return await self.receive()
        if self.deadline is None:
            self.begin()
        message = await self.receive_in_time()
        self.received += len(message.get("body", b""))
        self.refuse_over(self.received)
        self.is_complete = not message.get("more_body", False)
        return message

    def begin(self) -> None:
        self.refuse_over(declared_length(self.scope))
        self.deadline = asyncio.get_running_loop().time() + self.limits.max_seconds

    def refuse_over(self, length: int) -> None:
        if length > self.limits.max_bytes:
            raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE, f"The body is larger than {self.limits.max_bytes} bytes")

    async def receive_in_time(self) -> Message:
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self.receive()
        except TimeoutError:
            detail = f"The body did not arrive within {self.limits.max_seconds:g} seconds"
            # RFC 9110, section 15.5.9: the rest of it is not waited for.
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from None


def declared_length(scope: Scope) -> int:
    length = raw_header(scope, b"content-length")
    return int(length) if length.isdigit() else 0
