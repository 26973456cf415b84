"""Pure ASGI middleware: request id, security headers, body limits, 304 responses."""

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
# Those of the OWASP REST Security Cheat Sheet, without X-Frame-Options, which frame-ancestors replaces.
SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
# Only over TLS: RFC 6797, section 7.2.
SECURITY_HEADERS_OVER_TLS = (*SECURITY_HEADERS, (b"strict-transport-security", b"max-age=31536000"))
# The client must open a new connection for its next request: RFC 9112, section 9.6.
CLOSE = (b"connection", b"close")


class RequestContextMiddleware:
    """Give every request an id, in its log lines and its response, and log one line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.request_log = RequestLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            self.request_log.close()  # the lifespan ends here
            return

        started = time.perf_counter()
        request_id = raw_header(scope, REQUEST_ID)
        if not VALID_REQUEST_ID.fullmatch(request_id):
            request_id = b"%032x" % getrandbits(128)
        # Never unbound: uvicorn logs the traceback of a 500 in the same task, after this has returned.
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
                wanted = (*defaults, CLOSE) if draining.is_set() else defaults
                missing = [header for header in wanted if header[0] not in given]
                message["headers"] = [*headers, *missing, (REQUEST_ID, request_id)]
            return send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except asyncio.CancelledError:
            # By uvicorn, at the end of its graceful shutdown. The handler has been rolled back.
            if status or not draining.is_set():
                raise
            headers = ServiceUnavailableError.headers
            response = problem_response(HTTPStatus.SERVICE_UNAVAILABLE, "Shutting down", headers=headers)
            await response(scope, receive, send_with_headers)
        except Exception as error:
            if not status:
                detail = describe(error, scope["app"].state.settings)
                # Uvicorn closes the connection after an exception without announcing it.
                response = problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail, headers={"Connection": "close"})
                await response(scope, receive, send_with_headers)
            raise
        finally:
            self.request_log.add(scope, status or HTTPStatus.INTERNAL_SERVER_ERROR, time.perf_counter() - started)


class BodyLimitMiddleware:
    """Refuse a body that comes without a key, exceeds ``max_bytes`` or takes longer than ``max_seconds``.

    Starlette's own limit answers in plain text, and every error of this service is a problem.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, max_seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.max_seconds = max_seconds

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return self.app(scope, self.limit(scope, receive) if scope["type"] == "http" else receive, send)

    def limit(self, scope: Scope, receive: Receive) -> Receive:
        received = 0
        deadline: float | None = None
        is_complete = False

        async def receive_limited() -> Message:
            nonlocal received, deadline, is_complete
            if is_complete:  # the caller waits for the client to disconnect
                return await receive()
            if deadline is None:
                # FastAPI reads and parses a body before it calls the dependencies, of which one checks the key.
                if not has_valid_key(scope) and needs_key(scope):
                    headers = {**UnauthorizedError.headers, "Connection": "close"}
                    raise HTTPException(UnauthorizedError.status, REFUSAL, headers)
                self.refuse_over(declared_length(scope))
                deadline = asyncio.get_running_loop().time() + self.max_seconds
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                detail = f"The body did not arrive within {self.max_seconds:g} seconds"
                # RFC 9110, section 15.5.9.
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"}) from None
            received += len(message.get("body", b""))
            self.refuse_over(received)
            is_complete = not message.get("more_body", False)
            return message

        return receive_limited

    def refuse_over(self, length: int) -> None:
        if length > self.max_bytes:
            raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE, f"The body is larger than {self.max_bytes} bytes")


def declared_length(scope: Scope) -> int:
    length = raw_header(scope, b"content-length")
    return int(length) if length.isdigit() else 0


class NotModifiedMiddleware:
    """Answer 304 to a GET whose If-None-Match names the ETag of the response: RFC 9110, section 13.1.2."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            tags = raw_header(scope, b"if-none-match")
            send = unless_known(tags, send) if tags else send
        return self.app(scope, receive, send)


def unless_known(tags: bytes, send: Send) -> Send:
    known = {tag.strip().removeprefix(b"W/") for tag in tags.split(b",")}
    is_known = False

    def send_unless_known(message: Message) -> Awaitable[None]:
        nonlocal is_known
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
            etag = dict(message["headers"]).get(b"etag", b"").removeprefix(b"W/")
            is_known = bool(etag) and not known.isdisjoint({b"*", etag})
            if is_known:
                of_body = {b"content-length", b"content-type"}
                headers = [header for header in message["headers"] if header[0] not in of_body]
                message = {**message, "status": HTTPStatus.NOT_MODIFIED, "headers": headers}
        elif is_known:
            message = {**message, "body": b""}
        return send(message)

    return send_unless_known
