"""Requests as bytes, and connections on which little happens."""

import socket
import time
from contextlib import ExitStack, suppress

from faults.server import Server
from faults.wire import connected

KEYLESS = b"Host: service\r\nContent-Type: application/json\r\n"


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /customers HTTP/1.1\r\n" + headers + b"\r\n" + body


def chunked(line: bytes, headers: bytes, body: bytes, trailer: bytes) -> bytes:
    head = line + b" HTTP/1.1\r\n" + headers + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"%x\r\n%b\r\n0\r\n%b\r\n\r\n" % (len(body), body, trailer)


def first_answer(server: Server, *parts: bytes) -> bytes:
    """Send until the service closes, and return what it said before."""
    with connected(server) as connection, suppress(OSError):
        connection.settimeout(2)
        with suppress(OSError):
            for part in parts:
                connection.sendall(part)
        return connection.recv(65536)
    return b""


def kept_open(server: Server, start: bytes, count: int, seconds: float) -> int:
    """Begin so many connections, and return how many the service has not closed after a while."""
    with ExitStack() as stack:
        still = [stack.enter_context(connected(server, start)) for _ in range(count)]
        deadline = time.monotonic() + seconds
        while still and time.monotonic() < deadline:
            time.sleep(0.1)
            still = [connection for connection in still if not is_closed(connection)]
        return len(still)


def is_closed(connection: socket.socket) -> bool:
    """Read what there is, and tell whether that was all."""
    connection.settimeout(0.001)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
