from httpx import AsyncClient


async def test_download(client: AsyncClient) -> None:
    response = await client.get("/terms")

    assert response.headers["content-disposition"] == 'attachment; filename="terms.txt"'
    assert response.text == "Invoices are due within 30 days.\n"
