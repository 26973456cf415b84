"""Serves one of these apps as a service serves itself, with its Python and its app/core/server.py: apps.py NAME.

They are the service, and what it is measured against.
"""

import asyncio
import sys
import time
from collections.abc import Mapping
from typing import Any

from app import api
from app.core.lifespan import lifespan
from app.core.telemetry import TELEMETRY
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
    """Return the same route in plain FastAPI, as it comes."""
    return _mounted(FastAPI(openapi_url=None))


def tuned() -> FastAPI:
    """Return the same route in plain FastAPI on equal settings: its telemetry is off, as the service has it."""
    return _mounted(FastAPI(openapi_url=None, telemetry=TELEMETRY))


def keyed() -> FastAPI:
    """Return plain FastAPI on equal settings that requires the key as the service does, in a dependency."""
    app = FastAPI(openapi_url=None, telemetry=TELEMETRY, lifespan=lifespan)
    app.state.settings = get_settings()
    return _mounted(app, Depends(require_api_key))


def _mounted(app: FastAPI, *dependencies: Any) -> FastAPI:
    app.include_router(_router("/first"), dependencies=dependencies)
    return app


def smallest() -> FastAPI:
    """Return the least that reads and writes a row with SQLAlchemy: FastAPI, an engine and a session as they come."""
    return _smallest(FastAPI(openapi_url=None))


def smallest_tuned() -> FastAPI:
    """Return the same on equal settings: no telemetry, and each read is a single statement."""
    return _smallest(FastAPI(openapi_url=None, telemetry=TELEMETRY), isolation_level="AUTOCOMMIT")


def _smallest(app: FastAPI, **reading: Any) -> FastAPI:
    from app.models.invoice import Invoice
    from app.schemas.invoice import InvoiceCreate, InvoiceRead, InvoiceUpdate

    settings = get_settings()
    engine = create_async_engine(settings.database_url, pool_size=settings.database_pool_size)
    readers = async_sessionmaker(engine.execution_options(**reading))
    writers = async_sessionmaker(engine, expire_on_commit=False)

    @app.get("/invoices/{invoice_id}", response_model=InvoiceRead)
    async def read_invoice(invoice_id: Id) -> Any:
        async with readers() as session:
            return await session.get(Invoice, invoice_id)

    @app.post("/invoices", response_model=InvoiceRead, status_code=201)
    async def create_invoice(body: InvoiceCreate) -> Any:
        async with writers.begin() as session:
            invoice = Invoice(**body.model_dump())
            session.add(invoice)
        return invoice

    @app.put("/invoices/{invoice_id}", response_model=InvoiceRead)
    async def replace_invoice(invoice_id: Id, body: InvoiceCreate) -> Any:
        return await change(invoice_id, body.model_dump())

    @app.patch("/invoices/{invoice_id}", response_model=InvoiceRead)
    async def update_invoice(invoice_id: Id, body: InvoiceUpdate) -> Any:
        return await change(invoice_id, body)

    async def change(invoice_id: int, values: Mapping[str, Any]) -> Any:
        async with writers.begin() as session:
            invoice = await session.get_one(Invoice, invoice_id)
            for name, value in values.items():
                setattr(invoice, name, value)
            await session.flush()
            await session.refresh(invoice, ["updated_at"])
        return invoice

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
    made = {one.__name__: one for one in (service, generated, bare, tuned, keyed, smallest, smallest_tuned, steady)}
    chosen = made[sys.argv[1]]()
    from app.core import server  # imports app.main, which mounts the routers

    server.app = chosen
    server.serve()
