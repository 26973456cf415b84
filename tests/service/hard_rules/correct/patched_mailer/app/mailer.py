"""Mail, through the relay beside the service."""

import asyncio
import smtplib
from email.message import EmailMessage

RELAY = "localhost"
TIMEOUT_SECONDS = 5


def deliver(message: EmailMessage) -> None:
    with smtplib.SMTP(RELAY, timeout=TIMEOUT_SECONDS) as relay:
        relay.send_message(message)


async def send(recipient: str, subject: str) -> None:
    message = EmailMessage()
    message["To"] = recipient
    message["Subject"] = subject
    await asyncio.to_thread(deliver, message)
