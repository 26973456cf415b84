"""The service as its image starts it, with routes for what no real one of it does: python -m faults.app.

Runs in the service. FAULTS_CONSTANTS, such as `app.db:STATEMENT_TIMEOUT_MS=500`, makes a wait shorter than it is in
production, or what a team may well make it.
"""

import asyncio
import os
import runpy
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any

from app import api
from app.deps import get_read_session
from app.models.customer import Customer
from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

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


@router.post("/crash", response_model=Done)  # noqa: FAST001
async def crash() -> Done:
    """Fail as only a bug does."""
    raise RuntimeError


NEW = {"name": "attacked", "email": "attacked", "version": 1}
INSERT = "INSERT INTO customers (name, email, version) VALUES ('attacked', 'attacked', 1)"


async def _begin(session: AsyncSession) -> None:
    async with session.begin():
        session.add(Customer(name="attacked", email="attacked"))


async def _commit(session: AsyncSession) -> None:
    session.add(Customer(name="attacked", email="attacked"))
    await session.commit()


async def _connection(session: AsyncSession) -> None:
    await (await session.connection()).execute(insert(Customer).values(NEW))


async def _isolation(session: AsyncSession) -> None:
    connection = await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
    await connection.execute(insert(Customer).values(NEW))
    await connection.commit()


# How a handler that asked for a read session may try to store something.
WAYS: dict[str, Callable[[AsyncSession], Awaitable[Any]]] = {
    "insert": lambda session: session.execute(insert(Customer).values(NEW)),
    "many": lambda session: session.execute(insert(Customer), [NEW]),
    "text": lambda session: session.execute(text(INSERT)),
    "with": lambda session: session.execute(text(f"WITH made AS ({INSERT} RETURNING id) SELECT * FROM made")),  # noqa: S608
    "run_sync": lambda session: session.run_sync(lambda sync: sync.execute(text(INSERT))),
    "bulk": lambda session: session.run_sync(lambda sync: sync.bulk_insert_mappings(Customer, [NEW])),  # type: ignore[arg-type]
    "begin": _begin,
    "commit": _commit,
    "connection": _connection,
    "isolation": _isolation,
}


@router.post("/read/{way}", response_model=Done)  # noqa: FAST001
async def store_while_reading(way: str, session: Annotated[Any, Depends(get_read_session, scope="function")]) -> Done:
    """Store something where nothing is stored, and then fail."""
    await WAYS[way](session)
    raise RuntimeError


api.routers.append(router)
# Its image has no such package, but fastapi-cli brings it to the dev group, and uvicorn uses it where it is.
sys.modules["websockets"] = None  # type: ignore[assignment]
for constant in os.environ.get("FAULTS_CONSTANTS", "").split():
    place, _, value = constant.partition("=")
    module, _, name = place.partition(":")
    if find_spec(module):  # not in the service of an older svcgen
        setattr(import_module(module), name, int(value) if value.isdecimal() else value)
runpy.run_module("app", run_name="__main__")
