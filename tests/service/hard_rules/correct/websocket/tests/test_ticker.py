from fastapi import FastAPI
from starlette.types import Message

from app.deps import State
from tests.conftest import API_KEY, with_state


async def test_ticks(app: FastAPI, state: State) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"x-api-key", API_KEY.encode())]
    scope = {"type": "websocket", "path": "/ticker", "headers": headers, "query_string": b"", "subprotocols": []}
    await with_state(app, state)(scope, receive, send)

    assert [message.get("text") for message in sent] == [None, '{"number":0}', '{"number":1}', None]
