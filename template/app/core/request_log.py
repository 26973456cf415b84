"""One log line for each request that has ended."""

import asyncio
import contextvars
from http import HTTPStatus
from io import BytesIO
from typing import Any

import structlog
from starlette.types import Scope

from app.core.api_key import has_valid_key
from app.core.logging import STDOUT

PROBES = frozenset({"/healthz", "/readyz"})
REFUSALS_LOGGED_PER_SECOND = 10


class RefusalLog:
    """Lets so many lines a second through and counts the others, so that who has no key can't drown the log."""

    def __init__(self, logger: Any, per_second: int, event: str = "requests without a valid key") -> None:
        self.logger = logger
        self.per_second = per_second
        self.event = event
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
            self.logger.warning(self.event, left_out=self.left_out)
        self.logged = self.left_out = 0


class RequestLog:
    """Write the lines of the requests that end in one turn of the event loop at once: a busy service pays half for them."""

    def __init__(self) -> None:
        self.ended: list[tuple[contextvars.Context, Scope, int, float]] = []
        self.lines = BytesIO()
        # Bound here, once: an unbound logger is put together anew at every call.
        self.logger = structlog.wrap_logger(structlog.BytesLogger(self.lines, name="app.access")).bind()
        self.refusals = RefusalLog(structlog.get_logger("app.access"), REFUSALS_LOGGED_PER_SECOND)

    def add(self, scope: Scope, status: int, seconds: float) -> None:
        if not self.ended:
            asyncio.get_running_loop().call_soon(self.write)
        self.ended.append((contextvars.copy_context(), scope, status, seconds))

    def write(self) -> None:
        ended, self.ended = self.ended, []
        for context, scope, status, seconds in ended:
            context.run(self.log, scope, status, seconds)
        if lines := self.lines.getvalue():  # none for probes and refusals
            STDOUT.write(lines)
            self.lines.seek(0)
            self.lines.truncate()

    def log(self, scope: Scope, status: int, seconds: float) -> None:
        if status >= HTTPStatus.BAD_REQUEST and not has_valid_key(scope) and not self.refusals.admits_line():
            return
        log = self.logger.debug if scope["path"] in PROBES and status == HTTPStatus.OK else self.logger.info
        log(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            duration_ms=round(seconds * 1000, 2),
        )

    def close(self) -> None:
        """Leave no request and no refusal untold."""
        self.write()
        self.refusals.start_anew()
