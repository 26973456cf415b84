import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.types import Message

from app.lifespan import drain_on_sigterm


@pytest.fixture
def stopped() -> Iterator[list[int]]:
    """Signals that reached the handler which a server has installed before the app starts."""
    numbers: list[int] = []
    previous = signal.signal(signal.SIGTERM, lambda number, _frame: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGTERM, previous)


async def test_sigterm_reaches_the_server_after_the_drain(stopped: list[int]) -> None:
    draining = asyncio.Event()

    with drain_on_sigterm(draining, 0.05):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(draining.wait(), 1)
        assert stopped == []
        await asyncio.sleep(0.2)

    assert stopped == [signal.SIGTERM]


async def test_a_second_sigterm_does_not_wait(stopped: list[int]) -> None:
    draining = asyncio.Event()

    with drain_on_sigterm(draining, 60):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)

    assert draining.is_set()
    assert stopped == [signal.SIGTERM]


async def test_the_handler_of_the_server_is_put_back(stopped: list[int]) -> None:
    handler = signal.getsignal(signal.SIGTERM)

    with drain_on_sigterm(asyncio.Event(), 60):
        assert signal.getsignal(signal.SIGTERM) is not handler

    assert signal.getsignal(signal.SIGTERM) is handler


async def test_start_up_and_shutdown_through_asgi(app: FastAPI) -> None:
    sent: list[str] = []
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Message:
        return {"type": next(messages)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
