"""The service, as it is, with one more router: what no real route of it can be brought to do. Runs in the service."""

import asyncio

from app import api
from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(prefix="/faults")


class Done(BaseModel):
    """What the routes answer."""

    done: bool = True


@router.get("/sleep/{seconds}", response_model=Done)  # noqa: FAST001  # a rule of the service
async def sleep(seconds: float) -> Done:
    """Take long without the database."""
    await asyncio.sleep(seconds)
    return Done()


api.routers.append(router)

from app.main import app  # noqa: E402, F401
