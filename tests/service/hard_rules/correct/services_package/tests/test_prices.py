from httpx import AsyncClient


async def test_gross(client: AsyncClient) -> None:
    response = await client.get("/prices", params={"net": "10.50"})

    assert response.json() == {"net": "10.50", "gross": "12.50"}
