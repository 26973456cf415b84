from httpx import AsyncClient


async def test_members_of_an_account(client: AsyncClient) -> None:
    account = (await client.post("/accounts", json={"name": "Acme"})).json()
    members = f"/accounts/{account['id']}/members"

    added = await client.post(members, json={"email": "ada@example.com"})

    assert added.status_code == 201
    assert (await client.get(members)).json() == [added.json()]


async def test_members_of_no_account(client: AsyncClient) -> None:
    response = await client.post("/accounts/404/members", json={"email": "ada@example.com"})

    assert response.status_code == 404
