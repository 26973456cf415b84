from email.message import EmailMessage
from unittest.mock import AsyncMock, patch

import pytest
from httpx import AsyncClient

from app import mailer


async def test_invite(client: AsyncClient) -> None:
    with patch("app.mailer.send", AsyncMock()) as send:
        response = await client.post("/invitations", json={"email": "ada@example.com"})

    assert response.status_code == 202
    send.assert_awaited_once_with("ada@example.com", "You are invited")


async def test_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[EmailMessage] = []
    monkeypatch.setattr(mailer, "deliver", sent.append)

    await mailer.send("ada@example.com", "Hello")

    assert [(message["To"], message["Subject"]) for message in sent] == [("ada@example.com", "Hello")]
