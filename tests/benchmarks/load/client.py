"""A load generator: requests that are built beforehand, on connections that are kept, answered or counted as failed."""

import select
import socket
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from selectors import EVENT_READ, SelectSelector
from typing import NamedTuple

from load.made import API_KEY
from load.server import HOST

HEADERS_END = b"\r\n\r\n"


def request(method: str, path: str, body: bytes = b"") -> bytes:
    """Return the bytes of a request that carries a valid key."""
    lines = [f"{method} {path} HTTP/1.1", "host: benchmark", f"x-api-key: {API_KEY}", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "content-type: application/json", "", ""]).encode() + body


class Answer(NamedTuple):
    """A response that came whole."""

    status: int
    closes: bool


class Connection:
    """One request after the other."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received = b""
        self.due = 0.0
        self.connect()

    def connect(self) -> None:
        """Connect, or connect anew."""
        self.socket = socket.create_connection((HOST, self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open = True

    def send(self, content: bytes, due: float = 0.0) -> None:
        """Send a request; ``due`` is when it should have been sent, as ``time.perf_counter()`` tells it."""
        self.due = due
        with suppress(ConnectionError):  # receive() will tell
            self.socket.sendall(content)

    def is_usable(self) -> bool:
        """Tell whether it may be asked again: pools of clients look for a close that has arrived meanwhile, too."""
        return self.open and not select.select([self.socket], [], [], 0)[0]

    def answer(self) -> Answer:
        """Wait for the response; close the connection if the other side does or said that it will.

        Raises:
            ConnectionError: If the other side closed the connection instead of answering.
        """
        self.open = False
        answer = None
        while answer is None:
            answer = self.receive()
        self.open = not answer.closes
        return answer

    def receive(self) -> Answer | None:
        """Read once, and return the response if it is complete.

        Raises:
            ConnectionError: If the other side closed the connection instead of answering.
        """
        chunk = self.socket.recv(65_536)
        if not chunk:
            raise ConnectionError("closed before the answer was complete")
        self.received += chunk
        head, found, body = self.received.partition(HEADERS_END)
        if not found or len(body) < _content_length(head):
            return None
        self.received = b""
        return Answer(int(head[9:12]), b"\r\nconnection: close" in head.lower())


def _content_length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length: ")
    return int(rest.partition(b"\r\n")[0] or 0)


@dataclass
class Outcome:
    """What became of the requests of a run."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, status: int, latency: float) -> None:
        """Count an answer."""
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.latencies.append(latency)


class Client:
    """Connections to one server."""

    def __init__(self, port: int, connections: int) -> None:
        # The one whose time-outs are finer than a millisecond, which is more than a request takes.
        self.selector = SelectSelector()
        self.connections = [Connection(port) for _ in range(connections)]
        for connection in self.connections:
            self.selector.register(connection.socket, EVENT_READ, connection)

    def close(self) -> None:
        """Close its connections."""
        self.selector.close()
        for connection in self.connections:
            connection.socket.close()

    def saturate(self, requests: Iterable[bytes]) -> Outcome:
        """Closed loop: each connection sends its next request as soon as it is answered."""
        waiting, outcome, start = iter(requests), Outcome(), time.perf_counter()
        under_way = sum(_send_next(connection, waiting) for connection in self.connections)
        while under_way:
            for connection, status in self._answers(None):
                outcome.add(status, time.perf_counter() - connection.due)
                under_way += _send_next(connection, waiting) - 1
        outcome.seconds = time.perf_counter() - start
        return outcome

    def arrive(self, content: bytes, rate: float, seconds: float) -> Outcome:
        """Open loop: requests are due at a constant rate whether or not the server keeps up.

        A latency counts from when the request was due, so that a stall is felt by all that arrive meanwhile
        (coordinated omission, https://github.com/giltene/wrk2).
        """
        outcome, start = Outcome(seconds=seconds), time.perf_counter()
        due = deque(start + number / rate for number in range(round(rate * seconds)))
        idle = deque(self.connections)  # in turns, so that the server finds none of them forgotten
        while due or len(idle) < len(self.connections):
            while due and idle and due[0] <= time.perf_counter():
                idle.popleft().send(content, due.popleft())
            until_due = max(0, due[0] - time.perf_counter()) if due and idle else None
            for connection, status in self._answers(until_due):
                outcome.add(status, time.perf_counter() - connection.due)
                idle.append(connection)
        return outcome

    def _answers(self, timeout: float | None) -> Iterator[tuple[Connection, int]]:
        for key, _events in self.selector.select(timeout):
            connection: Connection = key.data
            answer = connection.receive()
            if answer and answer.closes:  # as uvicorn does after a 500
                self.selector.unregister(connection.socket)
                connection.connect()
                self.selector.register(connection.socket, EVENT_READ, connection)
            if answer:
                yield connection, answer.status


def _send_next(connection: Connection, waiting: Iterator[bytes]) -> bool:
    content = next(waiting, None)
    if content is not None:
        connection.send(content, time.perf_counter())
    return content is not None
