"""The service as its image starts it, with routes for what no real one of it does: python -m faults.app.

Runs in the service. FAULTS_CONSTANTS, such as `app.db:STATEMENT_TIMEOUT_MS=500`, makes a wait shorter than it is in
production, or what a team may well make it.
"""

import asyncio
import os
import runpy
from importlib import import_module

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


@router.get("/upstream/{host}/{port}", response_model=Done)  # noqa: FAST001
async def call_upstream(host: str, port: int) -> Done:
    """Call a service that is not there, as a team's own code does."""
    async with asyncio.timeout(0.3):
        reader, _writer = await asyncio.open_connection(host, port)
        await reader.read()
    return Done()


api.routers.append(router)
for constant in os.environ.get("FAULTS_CONSTANTS", "").split():
    place, _, value = constant.partition("=")
    module, _, name = place.partition(":")
    setattr(import_module(module), name, int(value) if value.isdecimal() else value)
runpy.run_module("app", run_name="__main__")
