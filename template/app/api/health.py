"""Probes of the platform."""

import asyncio
from http import HTTPStatus

import structlog
from fastapi import APIRouter, Request
from sqlalchemy import text

from app.core.request_log import Throttle
from app.core.schema_check import READINESS_TIMEOUT_SECONDS, SchemaError
from app.deps import SessionDep
from app.errors import ServiceUnavailableError, problem_responses, reason_of
from app.schemas.health import Health

router = APIRouter(tags=["health"])
logger = structlog.get_logger(__name__)
failures = Throttle(logger, "not ready")


@router.head("/healthz", response_model=Health, include_in_schema=False)
@router.get("/healthz", response_model=Health)
async def liveness() -> Health:
    """Report that the process runs. The database is not checked: a restart would not repair it."""
    return Health()


@router.head("/readyz", response_model=Health, include_in_schema=False)
@router.get("/readyz", response_model=Health, responses=problem_responses(HTTPStatus.SERVICE_UNAVAILABLE))
async def readiness(request: Request, session: SessionDep) -> Health:
    """Report whether to send requests here: this instance is not draining, and its database answers and is migrated."""
    # No ReadSessionDep, although this only reads: the BEGIN READ WRITE of SessionDep fails on a standby.
    if request.state.draining.is_set():
        raise ServiceUnavailableError("Shutting down")
    try:
        async with asyncio.timeout(READINESS_TIMEOUT_SECONDS):
            connection = await session.connection()
            await connection.execute(text("SELECT 1"))
            await connection.run_sync(request.state.schema)
    except SchemaError as error:
        raise not_ready(error.summary, str(error)) from error
    except Exception as error:
        raise not_ready("The database does not answer", reason_of(error)) from error
    return Health()


def not_ready(detail: str, reason: str) -> ServiceUnavailableError:
    if failures.admits():
        logger.warning("not ready", reason=reason)
    return ServiceUnavailableError(detail)
