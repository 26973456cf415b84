from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories import make_widget


async def test_widget(client: AsyncClient, session: AsyncSession) -> None:
    widget = await make_widget(session)

    assert (await client.get(f"/widgets/{widget.id}")).json() == {"id": widget.id, "name": "bolt"}
