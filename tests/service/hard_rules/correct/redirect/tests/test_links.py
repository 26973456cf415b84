from httpx import AsyncClient


async def test_follow(client: AsyncClient) -> None:
    response = await client.get("/links/status")

    assert response.status_code == 307
    assert response.headers["location"] == "https://status.example.com"
    assert (await client.get("/links/unknown")).status_code == 404
