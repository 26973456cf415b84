"""Log lines as a developer reads them in a terminal."""

import sys
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from traceback import FrameSummary, TracebackException
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo

ROOT = Path(__file__).parents[2]
# Every error of a request passes these on its way out.
PASSED = {str(ROOT / "app" / name) for name in ("core/development.py", "core/middleware.py", "errors.py")}


class Console:
    """Render a line with structlog's ConsoleRenderer: local time, colours, and a short traceback below it."""

    def __init__(self, *, colors: bool) -> None:
        # As repr(): the path of a request may hold the escape sequences of a terminal.
        self.render = structlog.dev.ConsoleRenderer(
            colors=colors, repr_native_str=True, sort_keys=False, exception_formatter=write_traceback
        )

    def __call__(self, logger: Any, method: str, event: EventDict) -> str:
        # Enums as in JSON, and what is long at the end.
        shown = {key: value.value if isinstance(value, Enum) else value for key, value in event.items()}
        shown |= {"event": str(event["event"]).strip(), "timestamp": time.strftime("%H:%M:%S")}
        if "request_id" in event:
            shown["request_id"] = shown.pop("request_id")
        return self.render(logger, method, shown)


def write_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    """Write a traceback without the frames of libraries, some forty for a request; JSON lines have them all."""
    error = TracebackException(*exc_info)
    for part in parts(error):
        part.stack[:] = frames_to_show(part.stack)
    out.write("\n" + "".join(error.format()).rstrip())


def parts(error: TracebackException) -> Iterator[TracebackException]:
    """Yield an error, its causes, and the members of a group."""
    waiting = [error]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [other for other in (part.__cause__, part.__context__, *(part.exceptions or ())) if other]


def frames_to_show(frames: list[FrameSummary]) -> list[FrameSummary]:
    """Keep this repository's frames and the innermost one, where the error was raised."""
    return [
        frame for frame in frames if frame is frames[-1] or (is_own(frame.filename) and frame.filename not in PASSED)
    ]


def is_own(filename: str) -> bool:
    """Tell whether a file is this repository's, and not in a virtual environment inside it."""
    path = Path(filename)
    return path.is_relative_to(ROOT) and not path.is_relative_to(sys.prefix)
