from httpx import AsyncClient


async def test_unchanged(client: AsyncClient) -> None:
    first = await client.get("/catalog")
    second = await client.get("/catalog", headers={"If-None-Match": first.headers["etag"]})

    assert first.json() == {"plans": ["free", "pro"]}
    assert (second.status_code, second.content) == (304, b"")
