from httpx import AsyncClient


async def test_nothing_can_be_written(committing_client: AsyncClient) -> None:
    assert (await committing_client.get("/reports")).json() == {"transaction_read_only": "on"}
