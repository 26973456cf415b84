"""What is done every hour, beside the requests."""

import asyncio
from secrets import token_hex

import structlog
from sqlalchemy import delete, func
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog.contextvars import bound_contextvars

from app.models import Login

INTERVAL_SECONDS = 3600

logger = structlog.get_logger(__name__)


async def delete_expired_logins(session_factory: async_sessionmaker[AsyncSession]) -> None:
    async with session_factory.begin() as session:
        await session.execute(delete(Login).where(Login.expires_at < func.now()))
    logger.info("expired logins deleted")


async def keep_house(session_factory: async_sessionmaker[AsyncSession]) -> None:
    """Run until cancelled; each round has an id in its log lines, as a request has."""
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        with bound_contextvars(request_id=token_hex(16)):
            try:
                await delete_expired_logins(session_factory)
            except Exception:
                logger.exception("housekeeping failed")
