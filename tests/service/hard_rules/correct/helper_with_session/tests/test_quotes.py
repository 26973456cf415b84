from httpx import AsyncClient


async def test_numbers_have_no_gap(client: AsyncClient) -> None:
    created = [(await client.post("/quotes")).json() for _ in range(2)]

    assert created == [{"number": 1}, {"number": 2}]
