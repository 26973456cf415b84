"""Pure ASGI middleware: request id, security headers, limits of the body."""

import asyncio
import re
import time
from collections.abc import Awaitable
from http import HTTPStatus
from random import getrandbits

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.api_key import REFUSAL, has_valid_key, needs_key, raw_header
from app.core.development import describe
from app.core.request_log import RequestLog
from app.errors import ServiceUnavailableError, UnauthorizedError, problem_response

REQUEST_ID = b"x-request-id"
VALID_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,128}")
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


class RequestContextMiddleware:
    """Give every request an id, on its log lines and on its response, and log one line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.request_log = RequestLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            self.request_log.close()  # the end of the lifespan, among others
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

        def send_with_headers(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                given = dict(headers)
                wanted = (*defaults, LAST_ANSWER) if draining.is_set() else defaults
                missing = [header for header in wanted if header[0] not in given]
                message["headers"] = [*headers, *missing, (REQUEST_ID, request_id)]
            return send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            # By the server, whose time for requests in flight is over: the handler has been rolled back.
            if status or not draining.is_set():
                raise
            headers = ServiceUnavailableError.headers
            response = problem_response(HTTPStatus.SERVICE_UNAVAILABLE, "Shutting down", headers=headers)
            await response(scope, receive, send_with_headers)
        except Exception as error:
            if not status:
                detail = describe(error, scope["app"].state.settings)
                # Uvicorn closes a connection after an exception, but does not say so.
                response = problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail, headers={"Connection": "close"})
                await response(scope, receive, send_with_headers)
            raise
        finally:
            self.request_log.add(scope, status or HTTPStatus.INTERNAL_SERVER_ERROR, time.perf_counter() - started)


class BodyLimitMiddleware:
    """Refuse a body without a key, one over ``max_bytes``, declared or not, and one that takes longer than ``max_seconds``.

    Starlette's own limit answers in plain text, and everything else here is a problem.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            receive = LimitedBody(scope, receive, self)
        return self.app(scope, receive, send)


class LimitedBody:
    """Receives one body, or raises the 401, 413 or 408 that it deserves."""

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
        # FastAPI reads and parses a body before it asks the dependencies.
        if not has_valid_key(self.scope) and needs_key(self.scope):
            raise HTTPException(UnauthorizedError.status, REFUSAL, {**UnauthorizedError.headers, "Connection": "close"})
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


class NotModifiedMiddleware:
    """Answer 304 where a caller has what it asks for already: RFC 9110, section 13.1.2."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            tags = raw_header(scope, b"if-none-match")
            send = NotModified(tags, send) if tags else send
        return self.app(scope, receive, send)


class NotModified:
    """Sends a response, or no more than that it is the one whose ETag was given."""

    def __init__(self, tags: bytes, send: Send) -> None:
        self.known = {tag.strip().removeprefix(b"W/") for tag in tags.split(b",")}
        self.send = send
        self.is_known = False

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            etag = dict(message["headers"]).get(b"etag", b"").removeprefix(b"W/")
            self.is_known = bool(etag) and not self.known.isdisjoint({b"*", etag})
            if self.is_known:
                kept = [
                    header for header in message["headers"] if header[0] not in {b"content-length", b"content-type"}
                ]
                message = {**message, "status": HTTPStatus.NOT_MODIFIED, "headers": kept}
        elif self.is_known:
            message = {**message, "body": b""}
        return self.send(message)
