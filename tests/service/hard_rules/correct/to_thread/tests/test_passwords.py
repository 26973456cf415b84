from httpx import AsyncClient


async def test_hash(client: AsyncClient) -> None:
    first, second = [(await client.post("/passwords/hash", json={"password": "hunter2"})).json() for _ in range(2)]

    assert len(first["hash"]) == 128
    assert first != second
