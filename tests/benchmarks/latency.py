"""Measures how long requests take when a server is busy but not too busy: uv run tests/benchmarks/latency.py.

Requests are due at a constant rate, whether or not the server keeps up, and a latency counts from when its request was
due. The rate is what keeps the server's core 80 % busy, going by the CPU time that requests took in the rounds before.
A closed loop would not tell: requests that wait for each other are cheaper.

All that takes part has real-time priority: without it the scheduler lets a request wait for 4 ms while the generator of
the load, Postgres and the readers of logs share a core. The rest of the tail is the host's, where this is a virtual
machine; hence the median of many short rounds, in turns with the least there could be: a server that spends the same
CPU time on each request and does nothing else, and the smallest handler that reads a row. Needs Linux, root, two cores.
"""

import os
import statistics
import time
from contextlib import ExitStack
from itertools import repeat
from typing import NamedTuple

from load.client import Client, request
from load.machine import DATABASE, SERVER, first_core_spared, pin, prioritize
from load.made import A_ROW, INVOICE, service
from load.report import judge
from load.server import Server, serve

ROUNDS, SECONDS, CONNECTIONS, FIRST_REQUESTS = 40, 1, 64, 2_000
LOAD = 0.8
# The first requests of a round find the caches full of what the other servers need.
COLD = 0.2


class Round(NamedTuple):
    """How busy the core was, seconds of CPU for a request, and what 50 and 99 % stayed under."""

    busy: float
    cost: float
    half: float
    most: float


class Series:
    """Rounds of one server and one path."""

    def __init__(self, name: str, server: Server, path: str, bound: float | None = None) -> None:
        self.name = name
        self.server = server
        self.content = request("GET", path)
        self.bound = bound
        self.client = Client(server.port, CONNECTIONS)
        self.rounds: list[Round] = []
        self.refused = 0
        before = server.cpu_seconds()
        self.client.saturate(repeat(self.content, FIRST_REQUESTS))
        self.first_cost = (server.cpu_seconds() - before) / FIRST_REQUESTS

    def add_round(self) -> None:
        """Ask at the rate that the cost of the rounds before allows."""
        cost = statistics.median([one.cost for one in self.rounds] or [self.first_cost])
        before, start = self.server.cpu_seconds(), time.perf_counter()
        outcome = self.client.arrive(self.content, LOAD / cost, SECONDS)
        spent, seconds = self.server.cpu_seconds() - before, time.perf_counter() - start
        asked = len(outcome.latencies)
        percentiles = statistics.quantiles(outcome.latencies[round(asked * COLD) :], n=100)
        self.rounds.append(Round(spent / seconds, spent / asked, percentiles[49], percentiles[98]))
        self.refused += asked - outcome.statuses.get(200, 0)

    def show(self) -> None:
        """Print the medians of the rounds."""
        busy, cost, half, most = (statistics.median(figures) for figures in zip(*self.rounds, strict=True))
        ratio = statistics.median(one.most / one.half for one in self.rounds)
        figures = f"{1 / cost:8.0f}/s{busy:8.0%}{half * 1e3:8.2f} ms{most * 1e3:8.2f} ms{self.refused:8}"
        print(f"{self.name:34}{figures}{ratio:9.1f} {judge(ratio, at_most=self.bound)}")


def main() -> None:
    """Measure and print."""
    with first_core_spared(), service(INVOICE) as made, ExitStack() as stack:
        prioritize(made.postgres_pid, DATABASE)
        prioritize(os.getpid(), SERVER)
        ours, smallest, steady = (stack.enter_context(serve(made, app)) for app in ("service", "smallest", "steady"))
        pin(ours, smallest, steady)
        Client(ours.port, 1).saturate([request("POST", "/invoices", A_ROW)])
        print(f"{'':34}{'capacity':>10}{'busy':>8}{'p50':>11}{'p99':>11}{'no 200':>8}{'p99/p50':>9}")
        without = Series("no database", ours, "/first", bound=4)
        overhead = Series("", steady, "/0").first_cost
        spent = max(0, round((without.first_cost - overhead) * 1e6))
        _compare(without, Series("  the same time, nothing else", steady, f"/{spent}"))
        _compare(Series("one row", ours, "/invoices/1", bound=4), Series("  smallest handler", smallest, "/invoices/1"))


def _compare(*series: Series) -> None:
    for _ in range(ROUNDS):
        for one in series:
            one.add_round()
    for one in series:
        one.show()


if __name__ == "__main__":
    main()
