import asyncio
import os
import signal

from fastapi import FastAPI
from starlette.types import Message

from app.core.lifespan import drain_on_sigterm
from app.deps import State
from tests.conftest import API_KEY, client_of


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


async def test_a_request_cut_off_by_the_end_is_a_503(app: FastAPI, state: State) -> None:
    draining = asyncio.Event()
    draining.set()
    async with client_of(app, {**state, "draining": draining}, **{"X-API-Key": API_KEY}) as client:
        request = asyncio.create_task(client.get("/widgets/sleep/60"))
        await asyncio.sleep(0.05)
        request.cancel()  # as uvicorn does
        response = await request

    assert response.status_code == 503
    assert response.json()["detail"] == "Shutting down"
    assert response.headers["retry-after"]


async def test_start_up_and_shutdown_through_asgi(app: FastAPI) -> None:
    sent: list[str] = []
    messages = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> Message:
        return {"type": next(messages)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
