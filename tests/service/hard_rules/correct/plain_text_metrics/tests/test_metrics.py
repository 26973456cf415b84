from httpx import AsyncClient


async def test_metrics(client: AsyncClient) -> None:
    response = await client.get("/metrics")

    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith('python_gc_collections_total{generation="0"} ')
