"""Measures requests beside the same with plain FastAPI: uv run tests/benchmarks/throughput.py. Needs Linux.

Each server is asked in short bursts that take turns, so that whatever else the machine does hits all of them alike; and
it is started several times, for one process takes up to 5 % more than another of the same code. Requests a second are
the wall clock's, and so the generator's and the database's too. The CPU time that the server's process takes for a
request also holds on a busy machine; the bound is held to the median of its ratios, burst by burst.
"""

import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat

from load.client import Client, request
from load.machine import first_core_spared, pin
from load.made import A_ROW, INVOICE, Service, service
from load.report import judge
from load.server import Server, serve

# Fewer connections than the pool of the database has, so that no request waits for another one's.
STARTS, BURSTS, REQUESTS, CONNECTIONS = 7, 15, 300, 8


@dataclass
class Asked:
    """An app of apps.py, what it is asked, and what each burst took."""

    app: str
    path: str
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def burst(self, server: Server, client: Client) -> None:
        """Ask once more."""
        before = server.cpu_seconds()
        outcome = client.saturate(repeat(request("GET", self.path), REQUESTS))
        assert set(outcome.statuses) == {200}, outcome.statuses
        self.cpu.append((server.cpu_seconds() - before) / REQUESTS)
        self.wall.append(outcome.seconds / REQUESTS)

    def __str__(self) -> str:
        return f"{statistics.median(self.cpu) * 1e6:7.1f} us {1 / statistics.median(self.wall):6.0f}/s"


def main() -> None:
    """Measure and print."""
    with first_core_spared(), service(INVOICE) as made:
        with serve(made, "generated") as server:
            Client(server.port, 1).saturate([request("POST", "/invoices", A_ROW)])
        print(f"{'':42}{'service':>20}{'reference':>21}{'ratio':>7}")
        first, row = "/first", "/invoices/1"
        _compare("no database, open / bare FastAPI", made, ("service", "/open"), ("bare", first), 0.8)
        _compare("no database, with key / bare FastAPI", made, ("service", first), ("bare", first))
        _compare("no database, with key / FastAPI with key", made, ("service", first), ("keyed", first), 0.8)
        _compare("one row, with key / smallest handler", made, ("generated", row), ("smallest", row), 0.9)


def _compare(
    name: str, made: Service, ours: tuple[str, str], reference: tuple[str, str], bound: float | None = None
) -> None:
    own, other = Asked(*ours), Asked(*reference)
    for _ in range(STARTS):
        _ask(made, own, other)
    ratio = statistics.median(theirs / taken for theirs, taken in zip(other.cpu, own.cpu, strict=True))
    print(f"{name:42} {own}  {other} {ratio:7.2f} {judge(ratio, at_least=bound)}")


def _ask(made: Service, *asked: Asked) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serve(made, one.app)) for one in asked]
        pin(*servers)
        clients = [Client(server.port, CONNECTIONS) for server in servers]
        for one, client in zip(asked, clients, strict=True):
            client.saturate(repeat(request("GET", one.path), REQUESTS))  # compiles statements, fills caches
        for _ in range(BURSTS):
            for one, server, client in zip(asked, servers, clients, strict=True):
                one.burst(server, client)


if __name__ == "__main__":
    main()
