from httpx import AsyncClient


async def test_store(client: AsyncClient) -> None:
    payload = {"type": "charge", "lines": [1, None, {"deep": True}]}

    response = await client.post("/events", json={"payload": payload})

    assert response.status_code == 201
    assert response.json()["payload"] == payload
