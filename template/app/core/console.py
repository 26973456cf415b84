"""Log lines as text, for a developer's terminal."""

import sys
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from traceback import TracebackException
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo

ROOT = Path(__file__).parents[2]
# Every error of a request passes through these.
PASSED = {str(ROOT / "app" / name) for name in ("core/development.py", "core/middleware.py", "errors.py")}


class Console:
    """Render a line with structlog's ConsoleRenderer: local time, colours, and a short traceback below it."""

    def __init__(self, *, colors: bool) -> None:
        # With repr(), because the path of a request may hold escape sequences that the terminal would run.
        self.render = structlog.dev.ConsoleRenderer(
            colors=colors, repr_native_str=True, sort_keys=False, exception_formatter=write_traceback
        )

    def __call__(self, logger: Any, method: str, event: EventDict) -> str:
        # Enums as in JSON, and the long request id at the end.
        shown = {key: value.value if isinstance(value, Enum) else value for key, value in event.items()}
        shown |= {"event": str(event["event"]).strip(), "timestamp": time.strftime("%H:%M:%S")}
        if "request_id" in event:
            shown["request_id"] = shown.pop("request_id")
        return self.render(logger, method, shown)


def write_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    """Write a traceback without the frames of libraries, about forty for a request. JSON lines have all of them."""
    error = TracebackException(*exc_info)
    for part in parts(error):
        # The innermost frame is where the error was raised.
        part.stack[:] = [
            frame
            for frame in part.stack
            if frame is part.stack[-1] or (is_own(frame.filename) and frame.filename not in PASSED)
        ]
    out.write("\n" + "".join(error.format()).rstrip())


def parts(error: TracebackException) -> Iterator[TracebackException]:
    """Yield an error, its causes, and the members of a group."""
    waiting = [error]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [other for other in (part.__cause__, part.__context__, *(part.exceptions or ())) if other]


def is_own(filename: str) -> bool:
    """Return whether a file belongs to this repository, and not to a virtual environment in it."""
    path = Path(filename)
    return path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix)
