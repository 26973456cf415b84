from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Entry


async def test_export(client: AsyncClient, session: AsyncSession) -> None:
    entry = Entry(text='a "quoted" fee', cents=250)
    session.add(entry)
    await session.commit()

    response = await client.get("/entries.csv")

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text == f'id,text,cents\r\n{entry.id},"a ""quoted"" fee",250\r\n'
