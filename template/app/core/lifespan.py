"""Start-up and shutdown: the engine, the check of its schema, and the drain on SIGTERM."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.logging import silence_server
from app.core.schema_check import READINESS_TIMEOUT_SECONDS, OutdatedSchemaError, SchemaCheck, SchemaError
from app.db import create_engine, create_read_session_factory, create_session_factory
from app.deps import State
from app.errors import reason_of
from app.settings import Settings

logger = structlog.get_logger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    settings: Settings = app.state.settings
    is_development = settings.environment == "development"
    engine = create_engine(settings.database_url, pool_size=settings.database_pool_size, application_name=app.title)
    draining = asyncio.Event()
    schema = await asyncio.to_thread(SchemaCheck)
    try:
        await check_schema(schema, engine, may_be_outdated=is_development)
        if is_development and settings.docs_enabled:
            logger.info("API documentation is at /docs")
        with drain_on_sigterm(draining, 0 if is_development else settings.drain_seconds):
            yield State(
                api_keys=settings.api_keys,
                draining=draining,
                read_session_factory=create_read_session_factory(engine),
                schema=schema,
                session_factory=create_session_factory(engine),
            )
    finally:
        await engine.dispose()


async def check_schema(schema: SchemaCheck, engine: AsyncEngine, *, may_be_outdated: bool) -> None:
    """Raise a ``SchemaError`` on a schema that this code can't work on. Without a database, /readyz checks it later.

    In development an older schema is only logged, because it can be migrated without a restart.
    """
    try:
        async with asyncio.timeout(READINESS_TIMEOUT_SECONDS), engine.connect() as connection:
            await connection.run_sync(schema)
    except SchemaError as error:
        logger.critical(str(error))
        if may_be_outdated and isinstance(error, OutdatedSchemaError):
            return
        silence_server()
        raise
    except (SQLAlchemyError, TimeoutError) as error:
        logger.warning("the schema is not checked yet", reason=reason_of(error))


@contextmanager
def drain_on_sigterm(draining: asyncio.Event, seconds: float) -> Iterator[None]:
    """On SIGTERM, set ``draining``, which turns /readyz into a 503, and pass the signal to uvicorn ``seconds`` later.

    Uvicorn closes its listener at once, so that no load balancer would see the 503.
    """
    stop_server = signal.getsignal(signal.SIGTERM)
    if not callable(stop_server) or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def drain(number: int, frame: FrameType | None) -> None:
        if draining.is_set():  # a second SIGTERM ends the drain
            stop_server(number, frame)
        else:
            draining.set()
            loop.call_soon_threadsafe(loop.call_later, seconds, stop_server, number, frame)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop_server)
