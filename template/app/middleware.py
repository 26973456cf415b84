"""Pure ASGI middleware: request id, access log, body limit."""

import re
import time
from http import HTTPStatus
from secrets import token_hex

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

REQUEST_ID = b"x-request-id"
VALID_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,128}")
PROBES = frozenset({"/healthz", "/readyz"})


def raw_header(scope: Scope, name: bytes) -> bytes:
    """Read one header, its name in lower case, without decoding them all: this runs for every request."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def declared_length(scope: Scope) -> int:
    length = raw_header(scope, b"content-length")
    return int(length) if length.isdigit() else 0


class RequestContextMiddleware:
    """Give every request an id, on its log lines and on its response, and log one line when it ends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # Bound here, once: an unbound logger is put together anew at every call.
        self.logger = structlog.get_logger("app.access").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = time.perf_counter()
        request_id = raw_header(scope, REQUEST_ID)
        if not VALID_REQUEST_ID.fullmatch(request_id):
            request_id = token_hex(16).encode()
        # Bound until the task ends: the traceback of a 500 is logged by the server, after this has returned.
        clear_contextvars()
        bind_contextvars(request_id=request_id.decode())
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            log = self.logger.debug if scope["path"] in PROBES and status == HTTPStatus.OK else self.logger.info
            log(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
            )


class BodyLimitMiddleware:
    """Refuse a body over ``max_bytes``, whether its length is declared or not.

    Starlette's own limit answers in plain text, and everything else here is a problem.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if max(received, declared_length(scope)) > self.max_bytes:
                raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE, f"The body is larger than {self.max_bytes} bytes")
            return message

        await self.app(scope, receive_limited, send)
