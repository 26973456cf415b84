from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Order, OrderLine


async def test_read_with_lines(client: AsyncClient, session: AsyncSession) -> None:
    order = Order(lines=[OrderLine(text="a bolt"), OrderLine(text="a nut")])
    session.add(order)
    await session.commit()

    response = await client.get(f"/orders/{order.id}")

    assert response.json() == {"id": order.id, "lines": [{"text": "a bolt"}, {"text": "a nut"}]}
