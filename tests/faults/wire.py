"""HTTP as no library would send it: bytes on a socket."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from faults.server import KEY, Answer, Server

KEEP = b"Host: service\r\nX-API-Key: %b\r\nContent-Type: application/json\r\n" % KEY.encode()
HEADERS = KEEP + b"Connection: close\r\n"


class Reply(NamedTuple):
    """What came back on a connection, and whether the service closed it."""

    answers: list[Answer]
    is_closed: bool


def head(line: bytes, headers: bytes = b"") -> bytes:
    return line + b" HTTP/1.1\r\n" + HEADERS + headers + b"\r\n"


@contextmanager
def connected(server: Server, *parts: bytes) -> Iterator[socket.socket]:
    """A connection on which something has been sent."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        yield connection


def exchange(server: Server, *parts: bytes) -> Reply:
    """Send bytes and read until the service closes."""
    with connected(server, *parts) as connection:
        return read(connection)


def read(connection: socket.socket) -> Reply:
    received, is_closed = b"", True
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except TimeoutError:
        is_closed = False
    return Reply(list(split(received)), is_closed)


def split(received: bytes) -> Iterator[Answer]:
    """Tell the answers of one connection apart; all of the service's declare their length."""
    while received:
        top, _, rest = received.partition(b"\r\n\r\n")
        status, *lines = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        yield Answer(int(status.split()[1]), headers, rest[:length])
        received = rest[length:]
