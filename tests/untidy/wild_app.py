"""Routes that a team may well write, in the service as its image starts it: python -m untidy.wild_app."""

import runpy
from collections.abc import AsyncIterator

import structlog
from app import api
from app.deps import SessionDep
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy import text

router = APIRouter(prefix="/wild")
logger = structlog.get_logger(__name__)


class Done(BaseModel):
    """What the routes answer."""

    done: bool = True


class Text(StreamingResponse):
    """A stream that is no JSON."""

    media_type = "text/plain"


class Unspeakable:
    """Has no representation."""

    def __repr__(self) -> str:
        raise RuntimeError


CYCLE: dict[object, object] = {}
CYCLE["itself"] = CYCLE
ODD = {"tuple": {("a", 1): 1}, "bytes": {b"\xff": 1}, "cycle": CYCLE, "repr": Unspeakable(), "huge": 10**5000}


@router.get("/late", response_class=Text)
async def stream_too_late(session: SessionDep) -> Text:
    """Go on with the session of the handler, as many do."""

    async def lines() -> AsyncIterator[str]:
        yield str(await session.scalar(text("SELECT 'late'")))

    return Text(lines())


@router.get("/log/{name}", response_model=Done)  # noqa: FAST001  # a rule of the service
async def log_odd_value(name: str) -> Done:
    """Log what has no form in JSON."""
    logger.info("odd", value=ODD[name])
    return Done()


@router.get("/changing", response_model=Done)  # noqa: FAST001
async def read_changing(session: SessionDep) -> Done:
    """Read a table that a migration changes."""
    await session.execute(text("SELECT n FROM changing"))
    return Done()


if __name__ == "__main__":
    api.routers.append(router)
    runpy.run_module("app", run_name="__main__")
