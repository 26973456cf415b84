"""CPU time that a service spends on a request beyond FastAPI's own; run by run.py with the service's Python.

The same handler on the same route, in-process: no socket, no client. `bare FastAPI` is an app of the same shape, that
is with the routers of a service included and the docs off, but without middleware, authentication and error handlers.
On equal settings its telemetry is off, and the garbage collector is tuned for all of them as the service does.
"""

import asyncio
import gc
import json
import statistics
import sys
from time import process_time
from typing import Any

from app import api
from app.api import health
from app.core.middleware import BodyLimitMiddleware, RequestContextMiddleware
from app.core.server import YOUNG_OBJECTS
from app.core.telemetry import TELEMETRY
from app.deps import require_api_key
from app.errors import add_error_handlers
from app.main import create_app
from app.settings import get_settings
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel

RUNS = 5
# Short slices that take turns, of which the quickest counts: what else the machine does then hits all of them alike.
SLICES, REQUESTS = 40, 250
KEY = b"sixteen-characters"


class Answer(BaseModel):
    """What the route answers."""

    status: str


async def _handler() -> Answer:
    return Answer(status="ok")


router = APIRouter()
router.get("/x", response_model=Answer)(_handler)


def _bare(*, include: bool = True, secure: bool = False, **settings: Any) -> FastAPI:
    app = FastAPI(openapi_url=None, **settings)
    if include:
        app.include_router(router, dependencies=[Depends(require_api_key)] if secure else [])
        app.include_router(health.router)
    else:
        app.get("/x", response_model=Answer)(_handler)
    return app


def _with_middleware() -> FastAPI:
    app = _bare(telemetry=TELEMETRY)
    app.add_middleware(BodyLimitMiddleware, max_bytes=1_000, max_seconds=30)
    app.add_middleware(RequestContextMiddleware)
    add_error_handlers(app)
    return app


def _service() -> FastAPI:
    api.routers.append(router)
    return create_app(get_settings())


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Any) -> None:
    pass


async def _slice(app: FastAPI) -> float:
    start = process_time()
    for _ in range(REQUESTS):
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/x",
            "raw_path": b"/x",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"localhost"), (b"accept", b"*/*"), (b"x-api-key", KEY)],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {"api_keys": (KEY,), "draining": asyncio.Event()},
        }
        await app(scope, _receive, _send)
    return (process_time() - start) / REQUESTS * 1e6


async def _main() -> None:
    gc.set_threshold(YOUNG_OBJECTS)
    apps = {
        "bare FastAPI, one route": _bare(include=False),
        "bare FastAPI": _bare(),
        "bare FastAPI on equal settings": _bare(telemetry=TELEMETRY),
        "+ authentication": _bare(secure=True, telemetry=TELEMETRY),
        "+ request id, log, headers, limit, errors": _with_middleware(),
        "the service": _service(),
    }
    figures: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(RUNS):
        slices = [{name: await _slice(app) for name, app in apps.items()} for _ in range(SLICES)]
        for name, quickest in figures.items():
            quickest.append(min(taken[name] for taken in slices))
    print(json.dumps({name: statistics.median(quickest) for name, quickest in figures.items()}), file=sys.stderr)


asyncio.run(_main())
