"""One format on stdout for the app, uvicorn, Alembic and SQLAlchemy: JSON, or text in the terminal of a developer."""

import io
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

# Shared by both ways of writing, so that lines come out whole and in order.
STDOUT = Stdout()
STDOUT_TEXT = io.TextIOWrapper(STDOUT, encoding="utf-8", errors="backslashreplace", write_through=True)

JSON_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
# orjson allows 254.
MOST_NESTED = 100


def to_json(logger: Any, method: str, event: EventDict) -> bytes:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    try:
        return orjson.dumps(event, default=repr, option=JSON_OPTIONS)
    except TypeError:  # among others: a lone surrogate, a cycle, a tuple as a key, a repr() that raises
        return orjson.dumps(plain(event, set()), option=JSON_OPTIONS)


def plain(value: Any, seen: set[int], depth: int = 0) -> Any:
    """Return a value that certainly has a JSON form: what a request logs must never fail it."""
    if isinstance(value, dict | list | tuple | set | frozenset) and id(value) not in seen and depth < MOST_NESTED:
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
    """Return a processor that a value whose repr() raises can't break, as it can't break JSON."""

    def render(logger: Any, method: str, event: EventDict) -> bytes:
        try:
            line = console(logger, method, event)
        except Exception:  # noqa: BLE001  # whatever a repr() raises
            readable = {**plain(event, set()), "exc_info": event.get("exc_info")}
            line = console(logger, method, readable)
        return line.encode(errors="backslashreplace")

    return render


def add_common(logger: Any, method: str, event: EventDict) -> EventDict:
    """Add in one call what structlog has a processor each for: this runs for every request."""
    event["logger"] = logger.name
    event["level"] = method
    event["timestamp"] = datetime.now(UTC)  # orjson writes it in RFC 3339
    return event


def drop_color_message(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second copy of the event
    return event


def is_statement(record: logging.LogRecord) -> bool:
    """Drop SQLAlchemy's notes on hidden parameters and on autocommit, and keep the statements."""
    said = str(record.msg)
    return not said.startswith("[") and "autocommit" not in said


def configure_logging(settings: Settings) -> None:
    """Send every log line to stdout, with what ``structlog.contextvars`` binds: the request id."""
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

    handler = logging.StreamHandler(STDOUT_TEXT)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.ExtraAdder(),
                drop_color_message,
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                lambda logger, method, event: render(logger, method, event).decode(),
            ],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(settings.log_level)
    logging.getLogger("sqlalchemy.engine").setLevel("INFO" if settings.log_sql else "WARNING")
    logging.getLogger("sqlalchemy.engine.Engine").addFilter(is_statement)
    # SQLAlchemy names the logger of a pool after its class; at INFO it reports each end of the service.
    logging.getLogger("app.db.FairPool").setLevel("WARNING")
    # Uvicorn gave these handlers of their own; app.core.middleware logs each request itself, with more in it.
    for name, propagate in (("uvicorn", True), ("uvicorn.access", False)):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = propagate


def silence_server() -> None:
    """Keep the server from adding a traceback of its own to the one line that says why the service does not start."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)


def throttle_server(admits: Callable[[], bool]) -> None:
    """Drop a warning of the server, one for each request that it refuses, unless ``admits`` says otherwise."""
    server = logging.getLogger("uvicorn.error")
    server.addFilter(lambda record: record.levelno != logging.WARNING or admits())
