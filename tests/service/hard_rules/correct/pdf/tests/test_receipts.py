import pytest
from httpx import AsyncClient


@pytest.mark.parametrize(
    ("path", "media_type"), [("/receipts/7.pdf", "application/pdf"), ("/receipts/7.png", "image/png")]
)
async def test_receipt(client: AsyncClient, path: str, media_type: str) -> None:
    response = await client.get(path)

    assert response.headers["content-type"] == media_type
