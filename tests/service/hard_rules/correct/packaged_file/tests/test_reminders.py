from httpx import AsyncClient


async def test_preview(client: AsyncClient) -> None:
    response = await client.get("/reminders/Ada")

    assert response.json() == {"text": "Dear Ada, your invoice is due."}
