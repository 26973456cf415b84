from typing import get_args

from httpx import AsyncClient

from app.models.invoice import InvoiceStatus
from app.schemas import invoice


def test_callers_know_each_status() -> None:
    assert list(get_args(invoice.InvoiceStatus.__value__)) == list(InvoiceStatus)


async def test_send_twice(client: AsyncClient) -> None:
    created = (await client.post("/invoices", json={"total": "12.50"})).json()

    first = await client.post(f"/invoices/{created['id']}/send")
    second = await client.post(f"/invoices/{created['id']}/send")

    assert first.json() == {"id": created["id"], "status": "sent", "total": "12.50"}
    assert second.status_code == 409
