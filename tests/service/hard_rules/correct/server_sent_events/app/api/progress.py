"""How far a long job is, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse

from app.schemas.progress import Progress

INTERVAL_SECONDS = 0.01

router = APIRouter(prefix="/progress", tags=["progress"])


@router.get("", response_class=EventSourceResponse)
async def watch_progress() -> AsyncIterator[Progress]:
    for percent in (0, 50, 100):
        yield Progress(percent=percent)
        await asyncio.sleep(INTERVAL_SECONDS)
