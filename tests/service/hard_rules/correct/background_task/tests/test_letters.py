from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Delivery


async def test_delivered_after_the_response(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post("/letters", json={"recipient": "Ada"})

    assert response.status_code == 202
    assert await session.scalar(select(Delivery.recipient)) == "Ada"
