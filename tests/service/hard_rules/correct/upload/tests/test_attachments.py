from hashlib import sha256

from httpx import AsyncClient


async def test_upload(client: AsyncClient) -> None:
    response = await client.put("/attachments/scan.png", content=b"\x89PNG")

    assert response.json() == {"name": "scan.png", "size": 4, "sha256": sha256(b"\x89PNG").hexdigest()}
