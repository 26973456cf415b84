from httpx import AsyncClient


async def test_second_page(client: AsyncClient) -> None:
    response = await client.get("/countries", params={"limit": 2, "offset": 2})

    assert response.json() == [{"code": "DE"}, {"code": "FR"}]
    assert (await client.get("/countries", params={"limit": 1000})).status_code == 422
