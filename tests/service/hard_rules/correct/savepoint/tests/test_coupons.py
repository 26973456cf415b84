from httpx import AsyncClient


async def test_import_twice(client: AsyncClient) -> None:
    await client.post("/coupons/import", json={"codes": ["SPRING"]})
    response = await client.post("/coupons/import", json={"codes": ["SPRING", "SUMMER"]})

    assert response.json() == {"added": 1, "known": 1}
