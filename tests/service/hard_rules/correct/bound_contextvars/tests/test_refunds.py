import json

import pytest
from httpx import AsyncClient


async def test_log(client: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    await client.post("/refunds/7", json={"cents": 100}, headers={"X-Request-ID": "the-request"})

    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    refunded = next(line for line in lines if line["event"] == "refunded")
    assert {"payment_id": 7, "step": "refund", "cents": 100, "request_id": "the-request"}.items() <= refunded.items()
