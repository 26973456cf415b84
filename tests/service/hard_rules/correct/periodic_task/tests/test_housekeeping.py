import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app import housekeeping
from app.models import Login


async def test_only_expired_logins_go(session_factory: async_sessionmaker[AsyncSession], session: AsyncSession) -> None:
    now = datetime.now(UTC)
    valid = now + timedelta(days=1)
    session.add_all([Login(expires_at=now - timedelta(days=1)), Login(expires_at=valid)])
    await session.commit()

    await housekeeping.delete_expired_logins(session_factory)

    assert list(await session.scalars(select(Login.expires_at))) == [valid]


async def test_goes_on_after_a_failure(
    session_factory: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = iter([RuntimeError("once"), asyncio.CancelledError()])

    async def fail(_session_factory: async_sessionmaker[AsyncSession]) -> None:
        raise next(outcomes)

    monkeypatch.setattr(housekeeping, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(housekeeping, "delete_expired_logins", fail)

    with pytest.raises(asyncio.CancelledError):
        await housekeeping.keep_house(session_factory)
