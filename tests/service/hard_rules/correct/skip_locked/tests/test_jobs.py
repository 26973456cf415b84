from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Job


async def test_taken_once(client: AsyncClient, session: AsyncSession) -> None:
    session.add(Job(name="remind"))
    await session.commit()

    taken = [(await client.post("/jobs/take")).json() for _ in range(2)]

    assert taken[0]["name"] == "remind"
    assert taken[1] is None
