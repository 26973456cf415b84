from httpx import AsyncClient


async def test_events(client: AsyncClient) -> None:
    response = await client.get("/progress")

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.split("\n\n")[:2] == ['data: {"percent":0}', 'data: {"percent":50}']
