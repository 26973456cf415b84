"""Compare requests to a service with plain FastAPI: uv run tests/benchmarks/throughput.py [--short]. Needs Linux.

Each request is sent to three servers: the service; the reference on equal settings (FastAPI's telemetry off, reads
without a transaction); and the reference as it comes. All run under the service's server, which tunes the garbage
collector and writes no access log. Bounds apply to equal settings.

The servers get short bursts in turns, so that other load on this machine affects all of them alike. They are started
several times, because one process takes up to 5 % more than another of the same code. A ratio is the median of the
ratios of all bursts. CPU time of the server's process also holds on a busy machine; requests a second do not.
"""

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import count, islice, repeat
from typing import NamedTuple

from load.client import Client, request
from load.machine import first_core_spared, pin
from load.made import A_ROW, INVOICE, Service, service
from load.report import judge
from load.server import Server, serve

# Fewer connections than the pool of the database has, and more.
CONNECTIONS = (8, 16, 64)
# Starts of each server, bursts to each, requests in each.
LONG, SHORT = (3, 8, 200), (2, 5, 150)
# Changes at the same time go to different rows.
ROWS = 500
NUMBERS = count(1)


class Comparison(NamedTuple):
    """A request, and the apps of apps.py that answer it.

    Attributes:
        name: Its name in the table.
        kind: A key of REQUESTS.
        apps: The service, the reference on equal settings, and the reference as it comes.
        at_most: The bound of the first ratio.
    """

    name: str
    kind: str
    apps: tuple[str, str, str]
    at_most: float | None = None


ROUTE, HANDLER = ("service", "tuned", "bare"), ("generated", "smallest_tuned", "smallest")
COMPARISONS = (
    Comparison("no database, no key", "open", ROUTE),
    Comparison("no database, with key", "first", ROUTE, 1.35),
    Comparison("read a row, with key", "read", HANDLER, 1.2),
    Comparison("create a row, with key", "create", HANDLER, 1.4),
    Comparison("change a row, with key", "patch", HANDLER, 1.4),
    Comparison("replace a row, with key", "put", HANDLER, 1.4),
)


def requests(kind: str) -> Iterator[bytes]:
    """Yield requests of a kind without end; those that change the row never find it as they leave it."""
    match kind:
        case "open":
            yield from repeat(request("GET", "/open"))
        case "first":
            yield from repeat(request("GET", "/first"))
        case "read":
            yield from repeat(request("GET", "/invoices/1"))
        case "create":
            yield from (request("POST", "/invoices", _invoice(f"n-{number}")) for number in NUMBERS)
        case "patch":
            yield from (request("PATCH", _row(number), b'{"amount": "%d.00"}' % (number % 10**6)) for number in NUMBERS)
        case "put":
            yield from (request("PUT", _row(number), _invoice(f"p-{number}")) for number in NUMBERS)


def _row(number: int) -> str:
    return f"/invoices/{number % ROWS + 1}"


def _invoice(number: str) -> bytes:
    return A_ROW.replace(b'"number": "1"', b'"number": "%b"' % number.encode())


@dataclass
class Asked:
    """A server and the seconds that it took for a request, of each burst.

    Attributes:
        requests: Its requests.
        cpu: Of its process.
        wall: Of the clock.
    """

    requests: Iterator[bytes]
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def burst(self, server: Server, client: Client, number: int) -> None:
        """Send a number of requests."""
        before = server.cpu_seconds()
        outcome = client.saturate(islice(self.requests, number))
        assert outcome.statuses.keys() <= {200, 201}, outcome.statuses
        self.cpu.append((server.cpu_seconds() - before) / number)
        self.wall.append(outcome.seconds / number)

    def __str__(self) -> str:
        return f"{statistics.median(self.cpu) * 1e6:7.1f} us {1 / statistics.median(self.wall):6.0f}/s"


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    size = SHORT if "--short" in arguments else LONG
    with first_core_spared(), service(INVOICE) as made:
        with serve(made, "generated") as server:
            Client(server.port, 1).saturate(islice(requests("create"), ROWS))
        print(made.versions())
        print(f"{'':30}{'service':>20}{'equal settings':>20}{'times':>7}{'as it comes':>20}{'times':>7}")
        for connections in CONNECTIONS:
            print(f"{connections} connections")
            for comparison in COMPARISONS:
                _compare(made, comparison, connections, size)


def _compare(made: Service, comparison: Comparison, connections: int, size: tuple[int, int, int]) -> None:
    starts, bursts, number = size
    path = "open" if comparison.kind == "open" else comparison.kind
    ours, *references = [
        Asked(requests(path if app == "service" else path.replace("open", "first"))) for app in comparison.apps
    ]
    for _ in range(starts):
        _ask(made, dict(zip(comparison.apps, (ours, *references), strict=True)), connections, bursts, number)
    times = [
        statistics.median(taken / theirs for taken, theirs in zip(ours.cpu, other.cpu, strict=True))
        for other in references
    ]
    columns = "".join(f"  {other}{ratio:7.2f}" for other, ratio in zip(references, times, strict=True))
    print(f"  {comparison.name:28}{ours}{columns} {judge(times[0], at_most=comparison.at_most)}", flush=True)


def _ask(made: Service, asked: dict[str, Asked], connections: int, bursts: int, number: int) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serve(made, app)) for app in asked]
        pin(*servers)
        clients = [stack.enter_context(closing(Client(server.port, connections))) for server in servers]
        turns = list(zip(asked.values(), servers, clients, strict=True))
        for one, _, client in turns:
            client.saturate(islice(one.requests, number))  # compiles statements, fills caches
        for _ in range(bursts):
            for one, server, client in turns:
                one.burst(server, client, number)


if __name__ == "__main__":
    main(sys.argv[1:])
