"""Uvicorn's HTTP protocol, with limits on headers."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from itertools import chain
from typing import NamedTuple, override

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.logging import throttle_server
from app.core.middleware import CLOSE, SECURITY_HEADERS
from app.core.request_log import Throttle
from app.errors import problem_response

# For comparison: nginx's default buffers hold 33 kB and Node's 16 kB; Apache accepts 100 headers.
MAX_HEAD_BYTES = 65_536
MAX_HEADERS = 100
# From the first byte of a request to the end of its headers.
HEAD_TIMEOUT_SECONDS = 10


class Refusal(NamedTuple):
    status: HTTPStatus
    detail: str


INVALID = Refusal(HTTPStatus.BAD_REQUEST, "This is not valid HTTP")
TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"At most {MAX_HEADERS} headers and {MAX_HEAD_BYTES} bytes of them"
)
TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The headers took too long to arrive")


class HeadTooLargeError(Exception):
    """Ends the parsing of a request."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuse headers that are too large or too slow, and answer invalid HTTP with a problem.

    The same limit applies to whatever comes between and after the chunks of a body, such as trailers.
    """

    refusal = INVALID
    slow_head: TimerHandle | None = None
    # Since the request began or its last body bytes came. An overestimate: one read may hold more than headers.
    head_bytes = 0

    @property
    def is_in_head(self) -> bool:
        return self.cycle is None or self.cycle.scope is not self.scope

    @property
    def is_pipelined(self) -> bool:
        """Whether an earlier request of this connection is complete and not answered yet."""
        is_waiting = self.cycle and not self.cycle.more_body and not self.cycle.response_complete
        return bool(self.pipeline or is_waiting)

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        # Uvicorn limits the idle time only after the first request.
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_timer()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self.head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.head_bytes > MAX_HEAD_BYTES:
            self.refuse(TOO_LARGE)
        elif not self.is_in_head:
            self.stop_timer()
        elif self.slow_head is None:
            self.slow_head = self.loop.call_later(HEAD_TIMEOUT_SECONDS, self.end_slow_head)

    @override
    def on_headers_complete(self) -> None:
        is_too_long = self.head_bytes > MAX_HEAD_BYTES and self.length_of_head() > MAX_HEAD_BYTES
        if is_too_long or len(self.headers) > MAX_HEADERS:
            self.refusal = TOO_LARGE
            raise HeadTooLargeError
        super().on_headers_complete()
        self.scope["headers"] = self.headers.copy()  # uvicorn appends trailers to the original: RFC 9110, section 6.5.1
        self.head_bytes = 0

    @override
    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self.head_bytes = 0

    def length_of_head(self) -> int:
        return len(self.url) + sum(map(len, chain.from_iterable(self.headers)))

    def stop_timer(self) -> None:
        if self.slow_head:
            self.slow_head.cancel()
            self.slow_head = None

    def end_slow_head(self) -> None:
        self.slow_head = None
        if self.cycle and not self.cycle.response_complete:  # the slow request is the next one: answer this one first
            self.slow_head = self.loop.call_later(HEAD_TIMEOUT_SECONDS, self.end_slow_head)
        elif self.transport.get_protocol() is self:  # not a WebSocket by now
            self.refuse(TOO_SLOW)

    def refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.logger.warning(refusal.detail)
        self.send_400_response(refusal.detail)

    @override
    def send_400_response(self, msg: str) -> None:
        """Answer bytes that never become a request and so have no request id."""
        if self.is_pipelined:
            # The client would mistake this for the answer to its earlier request. Close after that one.
            self.cycle.keep_alive = False
            return
        response = problem_response(*self.refusal)
        headers = (*self.server_state.default_headers, *SECURITY_HEADERS, *response.raw_headers, CLOSE)
        lines = [f"HTTP/1.1 {response.status_code} {self.refusal.status.phrase}".encode()]
        lines += [b"%b: %b" % header for header in headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()


def throttle_warnings() -> None:
    """Keep requests that uvicorn itself refuses from flooding the log."""
    throttle_server(Throttle(structlog.get_logger(__name__), "requests that uvicorn refused").admits)
