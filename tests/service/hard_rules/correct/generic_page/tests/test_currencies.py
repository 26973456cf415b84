from httpx import AsyncClient


async def test_list(client: AsyncClient) -> None:
    response = await client.get("/currencies")

    assert response.json() == {"items": [{"code": "EUR"}, {"code": "USD"}], "total": 2}
