"""Measures requests beside the same with plain FastAPI: uv run tests/benchmarks/throughput.py. Needs Linux.

Each server is asked in short bursts that take turns, so that whatever else the machine does hits all of them alike.
Requests a second are the wall clock's, and so the generator's and the database's too. The CPU time that the server's
process takes for a request also holds on a busy machine; the bound is held to the median of its ratios, burst by burst.
"""

import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat

from load.client import Client, request
from load.made import A_ROW, INVOICE, service
from load.report import first_core_spared, judge, pin
from load.server import Server, serve

# Fewer connections than the pool of the database has, so that no request waits for another one's.
BURSTS, REQUESTS, CONNECTIONS = 60, 500, 8


@dataclass
class Asked:
    """A server, what it is asked, and what each burst took."""

    server: Server
    client: Client
    content: bytes
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def burst(self) -> None:
        """Ask once more."""
        before = self.server.cpu_seconds()
        outcome = self.client.saturate(repeat(self.content, REQUESTS))
        assert set(outcome.statuses) == {200}, outcome.statuses
        self.cpu.append((self.server.cpu_seconds() - before) / REQUESTS)
        self.wall.append(outcome.seconds / REQUESTS)

    def figures(self) -> tuple[float, float]:
        """Return microseconds of CPU for a request, and requests a second."""
        return statistics.median(self.cpu[1:]) * 1e6, 1 / statistics.median(self.wall[1:])


def main() -> None:
    """Measure and print."""
    with first_core_spared(), service(INVOICE) as made, ExitStack() as stack:
        servers = {app: stack.enter_context(serve(made, app)) for app in ("service", "bare", "keyed", "smallest")}
        pin(*servers.values())
        Client(servers["service"].port, 1).saturate([request("POST", "/invoices", A_ROW)])
        print(f"{'':42}{'service':>20}{'reference':>20}{'ratio':>7}")
        _compare("no database, open / bare FastAPI", servers, "bare", ("/open", "/first"), 0.8)
        _compare("no database, with key / bare FastAPI", servers, "bare", ("/first", "/first"), None)
        _compare("no database, with key / FastAPI with key", servers, "keyed", ("/first", "/first"), 0.8)
        _compare("one row, with key / smallest handler", servers, "smallest", ("/invoices/1", "/invoices/1"), 0.9)


def _compare(
    name: str, servers: Mapping[str, Server], reference: str, paths: tuple[str, str], bound: float | None
) -> None:
    asked = [
        Asked(servers[app], Client(servers[app].port, CONNECTIONS), request("GET", path))
        for app, path in zip(("service", reference), paths, strict=True)
    ]
    for _ in range(BURSTS + 1):
        for one in asked:
            one.burst()
    (cpu, rate), (cpu_of_reference, rate_of_reference) = (one.figures() for one in asked)
    figures = f"{cpu:7.1f} us {rate:6.0f}/s  {cpu_of_reference:7.1f} us {rate_of_reference:6.0f}/s "
    pairs = zip(asked[1].cpu[1:], asked[0].cpu[1:], strict=True)
    ratio = statistics.median(of_reference / of_service for of_reference, of_service in pairs)
    print(f"{name:42} {figures}{ratio:7.2f} {judge(ratio, at_least=bound)}")


if __name__ == "__main__":
    main()
