"""Serves one of these apps as a service serves itself, with its Python and its app/core/server.py: apps.py NAME.

They are the service, and what it is measured against.
"""

import asyncio
import sys
import time
from typing import Any

from app import api
from app.core.lifespan import lifespan
from app.deps import require_api_key
from app.schemas.types import Id
from app.settings import get_settings
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.types import ASGIApp, Receive, Scope, Send


class Answer(BaseModel):
    """What the route without a database answers."""

    status: str


async def _answer() -> Answer:
    return Answer(status="ok")


async def _answer_late(seconds: float) -> Answer:
    await asyncio.sleep(seconds)
    return Answer(status="late")


def _router(path: str) -> APIRouter:
    router = APIRouter()
    router.get(path, response_model=Answer)(_answer)
    router.get(path + "/after/{seconds}", response_model=Answer)(_answer_late)
    return router


def service() -> FastAPI:
    """Return the service, with routers before and after its own, and before all of them one without a key."""
    api.routers.insert(0, _router("/first"))
    api.routers.append(_router("/last"))
    from app.main import app  # mounts the routers when it is imported

    app.include_router(_router("/open"))
    app.router.routes.insert(0, app.router.routes.pop())  # where the reference has its route
    return app


def generated() -> FastAPI:
    """Return the service as it is."""
    from app.main import app

    return app


def bare() -> FastAPI:
    """Return the same route in plain FastAPI."""
    app = FastAPI(openapi_url=None)
    app.include_router(_router("/first"))
    return app


def keyed() -> FastAPI:
    """Return plain FastAPI that asks for the key as the service does, in a dependency."""
    app = FastAPI(openapi_url=None, lifespan=lifespan)
    app.state.settings = get_settings()
    app.include_router(_router("/first"), dependencies=[Depends(require_api_key)])
    return app


def smallest() -> FastAPI:
    """Return the least that reads one row with SQLAlchemy: an engine and a session as they come."""
    from app.models.invoice import Invoice
    from app.schemas.invoice import InvoiceRead

    app = FastAPI(openapi_url=None)
    settings = get_settings()
    sessions = async_sessionmaker(create_async_engine(settings.database_url, pool_size=settings.database_pool_size))

    @app.get("/invoices/{invoice_id}", response_model=InvoiceRead)
    async def read_invoice(invoice_id: Id) -> Any:
        async with sessions() as session:
            return await session.get(Invoice, invoice_id)

    return app


def steady() -> ASGIApp:
    """Return what spends as many microseconds of CPU on each request as its path says, and nothing else."""
    return _spend


async def _spend(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return
    end = time.thread_time() + int(scope["path"][1:]) / 1e6
    while time.thread_time() < end:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


if __name__ == "__main__":
    made = {one.__name__: one for one in (service, generated, bare, keyed, smallest, steady)}
    chosen = made[sys.argv[1]]()
    from app import server  # imports app.main, which mounts the routers

    server.app = chosen
    server.serve()
