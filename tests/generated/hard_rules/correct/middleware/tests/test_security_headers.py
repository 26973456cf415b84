from httpx import AsyncClient


async def test_content_is_not_sniffed(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/healthz")

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-request-id"]
