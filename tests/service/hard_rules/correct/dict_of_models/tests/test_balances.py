from httpx import AsyncClient


async def test_list(client: AsyncClient) -> None:
    assert (await client.get("/balances")).json() == {"EUR": {"cents": 100}, "USD": {"cents": 0}}
