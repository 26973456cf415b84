from httpx import AsyncClient


async def test_print(client: AsyncClient) -> None:
    assert (await client.post("/print-jobs", json={"text": "a page"})).json() == {"text": "a page"}
