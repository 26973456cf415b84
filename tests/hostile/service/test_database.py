"""What a handler must not do to the database, and what the network must not do to it."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from faults.postgres import Postgres
from faults.server import Server, assert_refused, running
from service.conftest import Service

attack = pytest.mark.attack
WAYS = ("insert", "many", "text", "with", "run_sync", "bulk", "begin", "commit", "connection", "isolation")
RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: closing sends RST


@attack("A read session stores", "500, nothing is stored")
@pytest.mark.parametrize("way", WAYS)
def test_read_session(target: Server, cluster: Postgres, way: str) -> None:
    assert target.post(f"/faults/read/{way}", None).status == 500
    stored = cluster.stored("attacked")
    cluster.psql("DELETE FROM customers WHERE name = 'attacked'")

    assert stored == 0


@contextmanager
def cutting_proxy(postgres: Postgres, at: bytes, *, reset: bool) -> Iterator[int]:
    """Pass on what goes to Postgres until it holds these bytes, then close the connection."""

    def answer(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(65536):
                client.sendall(chunk)

    def pass_on(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", postgres.port)) as server, suppress(OSError):
            Thread(target=answer, args=(client, server), daemon=True).start()
            while (chunk := client.recv(65536)) and at not in chunk:
                server.sendall(chunk)
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            else:
                client.shutdown(socket.SHUT_RDWR)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                Thread(target=pass_on, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


@attack("Postgres is gone while a connection to it is made ready", "503")
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_gone_while_opening(service: Service, cluster: Postgres, log: Path, reset: bool) -> None:
    with (
        cutting_proxy(cluster, b"statement_timeout", reset=reset) as port,
        running(service, cluster, log, DATABASE_URL=cluster.url(port=port)) as server,
    ):
        assert_refused(server, server.get("/customers"), 503)


STORING = """
async def store(session: AsyncSession) -> None:
    session.add(Customer())

async def read(session: ReadSession) -> Customer | None:
    return await session.get(Customer, 1)

async def handle(reading: ReadSession, writing: AsyncSession) -> None:
    await read(reading)
    await read(writing)
    {}
"""
REFUSED = (
    "await store(reading)",
    "reading.add(Customer())",
    "await reading.execute(update(Customer).values(name=''))",
    "await reading.execute(text('DELETE FROM customers'))",
    "await reading.commit()",
    "await reading.run_sync(print)",
)


@attack("A handler gives a read session where something is stored", "mypy refuses")
def test_types(service: Service, tmp_path: Path) -> None:
    lines = [
        "from app.db import ReadSession",
        "from app.models.customer import Customer",
        "from sqlalchemy import text, update",
        "from sqlalchemy.ext.asyncio import AsyncSession",
    ]
    file = tmp_path / "handler.py"
    file.write_text("\n".join([*lines, STORING.format("\n    ".join(REFUSED))]))
    checked = service.run("mypy", "--no-error-summary", file, MYPYPATH=str(service.path))

    first = file.read_text().splitlines().index(f"    {REFUSED[0]}") + 1
    found = {int(line.split(":")[1]) for line in checked.stdout.splitlines() if ": error: " in line}
    assert found == set(range(first, first + len(REFUSED))), checked.stdout
