from httpx import AsyncClient


async def test_nothing_is_indexed(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/healthz")

    assert response.headers["x-robots-tag"] == "noindex"
    assert response.headers["x-request-id"]
