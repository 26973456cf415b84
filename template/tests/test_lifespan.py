import asyncio
import os
import signal

from fastapi import FastAPI
from starlette.types import Message

from app.lifespan import drain_on_sigterm


async def test_sigterm_reaches_the_server_after_the_drain(sigterm: list[int]) -> None:
    draining = asyncio.Event()

    with drain_on_sigterm(draining, 0.03):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(draining.wait(), 1)
        assert sigterm == []
        await asyncio.sleep(0.1)

    assert sigterm == [signal.SIGTERM]


async def test_a_second_sigterm_does_not_wait(sigterm: list[int]) -> None:
    draining = asyncio.Event()

    with drain_on_sigterm(draining, 60):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)

    assert draining.is_set()
    assert sigterm == [signal.SIGTERM]


async def test_the_handler_of_the_server_is_put_back(sigterm: list[int]) -> None:
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
