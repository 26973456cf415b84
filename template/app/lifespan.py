"""What lives as long as the process: the engine, and the way out on SIGTERM."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

from fastapi import FastAPI

from app.db import create_engine, create_session_factory
from app.deps import State
from app.settings import Settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    settings: Settings = app.state.settings
    engine = create_engine(settings.database_url, pool_size=settings.database_pool_size, application_name=app.title)
    draining = asyncio.Event()
    try:
        with drain_on_sigterm(draining, settings.drain_seconds):
            yield State(
                api_keys=settings.api_keys,
                draining=draining,
                session_factory=create_session_factory(engine),
            )
    finally:
        await engine.dispose()


@contextmanager
def drain_on_sigterm(draining: asyncio.Event, seconds: float) -> Iterator[None]:
    """Set ``draining``, which turns /readyz into a 503, some ``seconds`` before the server hears of SIGTERM.

    Uvicorn closes its listener the moment it hears of it, and no load balancer would ever see the 503.
    """
    stop_server = signal.getsignal(signal.SIGTERM)
    if not callable(stop_server) or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def drain(number: int, frame: FrameType | None) -> None:
        if draining.is_set():  # a second SIGTERM: somebody is in a hurry
            stop_server(number, frame)
        else:
            draining.set()
            loop.call_soon_threadsafe(loop.call_later, seconds, stop_server, number, frame)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop_server)
