from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Tenant


async def test_read(client: AsyncClient, session: AsyncSession) -> None:
    session.add(Tenant(slug="acme"))
    await session.commit()

    assert (await client.get("/tenants/acme")).json() == {"slug": "acme"}
    assert (await client.get("/tenants/other")).status_code == 404
