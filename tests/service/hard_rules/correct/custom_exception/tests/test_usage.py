from httpx import AsyncClient


async def test_quota(client: AsyncClient) -> None:
    assert (await client.post("/usage/100")).json() == {"used": 100}

    response = await client.post("/usage/101")

    assert response.status_code == 429
    assert response.headers["retry-after"] == "60"
    assert response.json()["detail"] == "At most 100 units a minute"
