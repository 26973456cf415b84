from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Webhook


async def test_delete(client: AsyncClient, session: AsyncSession) -> None:
    webhook = Webhook(url="https://example.com/hook")
    session.add(webhook)
    await session.commit()

    first = await client.delete(f"/webhooks/{webhook.id}")
    second = await client.delete(f"/webhooks/{webhook.id}")

    assert (first.status_code, first.content) == (204, b"")
    assert second.status_code == 404
