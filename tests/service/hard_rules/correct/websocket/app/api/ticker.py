from fastapi import APIRouter, WebSocket

from app.schemas.tick import Tick

TICKS = 2

router = APIRouter(prefix="/ticker", tags=["ticker"])


@router.websocket("")
async def tick(websocket: WebSocket) -> None:
    await websocket.accept()
    for number in range(TICKS):
        await websocket.send_text(Tick(number=number).model_dump_json())
    await websocket.close()
