from httpx import AsyncClient


async def test_page(client: AsyncClient) -> None:
    assert (await client.get("/welcome")).headers["content-type"] == "text/html; charset=utf-8"
