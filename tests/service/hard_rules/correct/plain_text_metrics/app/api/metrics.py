"""What Prometheus scrapes."""

import gc

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

router = APIRouter(prefix="/metrics", tags=["metrics"])


@router.get("", response_class=PlainTextResponse, response_model=str)
async def read_metrics() -> str:
    lines = [
        f'python_gc_collections_total{{generation="{generation}"}} {stats["collections"]}'
        for generation, stats in enumerate(gc.get_stats())
    ]
    return "\n".join([*lines, ""])
