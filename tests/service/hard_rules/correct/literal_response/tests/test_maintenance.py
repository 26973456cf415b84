from httpx import AsyncClient


async def test_off(client: AsyncClient) -> None:
    assert (await client.get("/maintenance")).json() == "off"
