from httpx import AsyncClient


async def test_kinds(client: AsyncClient) -> None:
    card = {"kind": "card", "last_digits": "4242"}

    assert (await client.post("/payment-methods/check", json=card)).json() == card
    assert (await client.post("/payment-methods/check", json={**card, "kind": "transfer"})).status_code == 422
