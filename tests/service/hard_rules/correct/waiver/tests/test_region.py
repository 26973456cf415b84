from httpx import AsyncClient


async def test_region(client: AsyncClient) -> None:
    assert (await client.get("/region")).json() == {"name": "local"}
    assert (await client.get("/region/locks")).json() >= 0
