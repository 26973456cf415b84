"""One format on stdout for the app, uvicorn, Alembic and SQLAlchemy: JSON, or text in a developer's terminal."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict

from app.core.console import Console
from app.core.stdout import Stdout
from app.settings import Settings

# structlog and the standard library share it, so that lines stay whole and in order.
STDOUT = Stdout()
# Attributes of every record. Others were passed as `extra`, but for uvicorn's second copy of the event.
STANDARD = {*vars(logging.makeLogRecord({})), "color_message", "message", "taskName"}
JSON_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
# orjson's own limit is 254.
MAX_DEPTH = 100


def to_json(logger: Any, method: str, event: EventDict) -> bytes:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    try:
        return orjson.dumps(event, default=repr, option=JSON_OPTIONS)
    except TypeError:  # such as a lone surrogate, a cycle, a tuple as a key, a repr() that raises
        return orjson.dumps(plain(event, set()), option=JSON_OPTIONS)


def plain(value: Any, seen: set[int], depth: int = 0) -> Any:
    """Return a value that always has a JSON form, because a log line must never fail a request."""
    if isinstance(value, dict | list | tuple | set | frozenset) and id(value) not in seen and depth < MAX_DEPTH:
        seen.add(id(value))
        with suppress(Exception):
            if isinstance(value, dict):
                return {text_of(key): plain(item, seen, depth + 1) for key, item in value.items()}
            return [plain(item, seen, depth + 1) for item in value]
    if isinstance(value, bool | int | float | datetime | None):
        with suppress(TypeError):
            orjson.dumps(value)
            return value
    return text_of(value)


def text_of(value: object) -> str:
    text = f"<{type(value).__name__}>"
    with suppress(Exception):
        text = value if isinstance(value, str) else repr(value)
    return text.encode(errors="backslashreplace").decode()


def to_terminal(console: Console) -> Callable[[Any, str, EventDict], bytes]:
    """Return a processor that renders text for a terminal, whatever a repr() raises."""

    def render(logger: Any, method: str, event: EventDict) -> bytes:
        try:
            line = console(logger, method, event)
        except Exception:  # noqa: BLE001  # from a repr()
            line = console(logger, method, {**plain(event, set()), "exc_info": event.get("exc_info")})
        return line.encode(errors="backslashreplace")

    return render


def add_common(logger: Any, method: str, event: EventDict) -> EventDict:
    """Add in one call what structlog has one processor each for, because this runs for every request."""
    event["logger"] = logger.name
    event["level"] = method
    event["timestamp"] = datetime.now(UTC)  # orjson writes it in RFC 3339
    return event


class Handler(logging.Handler):
    """Process and write the records of the standard library as structlog does its own."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: Any = {"event": record.getMessage(), "exc_info": record.exc_info}
            line |= {key: value for key, value in vars(record).items() if key not in STANDARD}
            if record.stack_info:
                line["stack_info"] = record.stack_info
            for process in structlog.get_config()["processors"]:
                line = process(record, record.levelname.lower(), line)
            STDOUT.write(line + b"\n")
        except Exception:  # noqa: BLE001  # such as arguments that do not fit the message
            self.handleError(record)


def is_statement(record: logging.LogRecord) -> bool:
    """Drop SQLAlchemy's notes on hidden parameters and autocommit, and keep the statements."""
    message = str(record.msg)
    return not message.startswith("[") and "autocommit" not in message


def configure_logging(settings: Settings) -> None:
    """Send every log line to stdout, with the values that ``structlog.contextvars`` binds, such as the request id."""
    in_terminal = settings.environment == "development" and STDOUT.isatty()
    render = to_terminal(Console(colors=not settings.no_color)) if in_terminal else to_json
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_common,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.BytesLoggerFactory(STDOUT),
        cache_logger_on_first_use=True,
    )

    logging.root.handlers = [Handler()]
    logging.root.setLevel(settings.log_level)
    logging.getLogger("sqlalchemy.engine").setLevel("INFO" if settings.log_sql else "WARNING")
    logging.getLogger("sqlalchemy.engine.Engine").addFilter(is_statement)
    # SQLAlchemy names the logger of a pool after its class. At INFO it logs every disposal.
    logging.getLogger("app.db.FairPool").setLevel("WARNING")
    # Uvicorn adds its own handlers; app.core.middleware logs each request, with more detail.
    for name, propagate in (("uvicorn", True), ("uvicorn.access", False)):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = propagate


def silence_server() -> None:
    """Keep uvicorn from adding a traceback to the one line that says why the service does not start."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


def throttle_server(admits: Callable[[], bool]) -> None:
    """Drop uvicorn's warnings, one for each refused request, unless ``admits`` returns True."""
    server = logging.getLogger("uvicorn.error")
    server.addFilter(lambda record: record.levelno != logging.WARNING or admits())
