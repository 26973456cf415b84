"""Probes of the platform."""

import asyncio
from http import HTTPStatus
from typing import Literal

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text

from app.core.request_log import REFUSALS_LOGGED_PER_SECOND, RefusalLog
from app.core.schema_check import READINESS_TIMEOUT_SECONDS, SchemaError
from app.deps import SessionDep
from app.errors import ServiceUnavailableError, problem_responses, reason_of

router = APIRouter(tags=["health"])
logger = structlog.get_logger(__name__)
# Anybody may ask, and often.
refusals = RefusalLog(logger, REFUSALS_LOGGED_PER_SECOND, "not ready")


class Health(BaseModel):
    status: Literal["ok"] = "ok"


@router.head("/healthz", response_model=Health, include_in_schema=False)
@router.get("/healthz", response_model=Health)
async def liveness() -> Health:
    """Tell that the process runs; never asks the database, for a restart would not mend that."""
    return Health()


@router.head("/readyz", response_model=Health, include_in_schema=False)
@router.get("/readyz", response_model=Health, responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE))
async def readiness(request: Request, session: SessionDep) -> Health:
    """Tell whether to send requests here: not while draining, nor without a database or with one of an older release."""
    if request.state.draining.is_set():
        raise ServiceUnavailableError("Shutting down")
    try:
        async with asyncio.timeout(READINESS_TIMEOUT_SECONDS):
            connection = await session.connection()
            await connection.execute(text("SELECT 1"))
            await connection.run_sync(request.state.schema)
    except SchemaError as error:
        warn(str(error))
        raise ServiceUnavailableError(error.summary) from error
    except Exception as error:
        warn(reason_of(error))
        raise ServiceUnavailableError("The database does not answer") from error
    return Health()


def warn(reason: str) -> None:
    if refusals.admits_line():
        logger.warning("not ready", reason=reason)
