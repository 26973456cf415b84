from httpx import AsyncClient


async def test_list(client: AsyncClient) -> None:
    assert (await client.get("/v1/shipments")).json() == [{"id": 1}]
