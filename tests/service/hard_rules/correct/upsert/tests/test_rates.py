from decimal import Decimal

from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Rate


async def test_set_twice(client: AsyncClient, session: AsyncSession) -> None:
    await client.put("/rates/USD", json={"value": "1.1"})
    await client.put("/rates/USD", json={"value": "1.2"})

    assert list(await session.scalars(select(Rate.value))) == [Decimal("1.2")]
