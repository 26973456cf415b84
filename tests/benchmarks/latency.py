"""Measures how long requests take when a server is busy but not too busy: uv run tests/benchmarks/latency.py.

Requests are due at a constant rate, whether or not the server keeps up, and a latency counts from when its request was
due. The rate is what keeps the server's core 80 % busy, going by the CPU time that requests took in the round before;
rounds that missed it are left out. A closed loop would not tell: requests that wait for each other are cheaper.

In turns with a control, which shows what this machine allows: a server that spends the same CPU time on each request
and does nothing else, and the smallest handler that reads a row. Needs Linux, and a machine that is idle.
"""

import statistics
import time
from contextlib import ExitStack
from itertools import repeat
from typing import NamedTuple

from load.client import Client, request
from load.made import A_ROW, INVOICE, service
from load.report import first_core_spared, judge, pin
from load.server import Server, serve

ROUNDS, SECONDS, CONNECTIONS, FIRST_REQUESTS = 25, 2, 64, 2_000
LOAD, TOLERANCE = 0.8, 0.03


class Round(NamedTuple):
    """How busy the core was, seconds of CPU for a request, what 50 and 99 % stayed under, how many were no 200."""

    busy: float
    cost: float
    half: float
    most: float
    refused: int


class Series:
    """Rounds of one server and one path."""

    def __init__(self, name: str, server: Server, path: str, bound: float | None = None) -> None:
        self.name = name
        self.server = server
        self.content = request("GET", path)
        self.bound = bound
        self.client = Client(server.port, CONNECTIONS)
        self.rounds: list[Round] = []
        before = server.cpu_seconds()
        self.client.saturate(repeat(self.content, FIRST_REQUESTS))
        self.cost = (server.cpu_seconds() - before) / FIRST_REQUESTS

    def add_round(self) -> None:
        """Ask at the rate that the cost of the round before allows."""
        before, start = self.server.cpu_seconds(), time.perf_counter()
        outcome = self.client.arrive(self.content, LOAD / self.cost, SECONDS)
        spent, seconds = self.server.cpu_seconds() - before, time.perf_counter() - start
        percentiles = statistics.quantiles(outcome.latencies, n=100)
        self.cost = spent / len(outcome.latencies)
        refused = len(outcome.latencies) - outcome.statuses.get(200, 0)
        self.rounds.append(Round(spent / seconds, self.cost, percentiles[49], percentiles[98], refused))

    def show(self) -> None:
        """Print the medians of the rounds that count."""
        counted = [one for one in self.rounds[1:] if abs(one.busy - LOAD) <= TOLERANCE]
        if not counted:
            print(f"{self.name:34} no round kept its core {LOAD:.0%} busy: is this machine idle?")
            return
        _, cost, half, most, _ = (statistics.median(figures) for figures in zip(*counted, strict=True))
        ratio = statistics.median(one.most / one.half for one in counted)
        refused = sum(one.refused for one in self.rounds)
        times = f"{half * 1e3:8.2f} ms{most * 1e3:8.2f} ms"
        verdict = judge(ratio, at_most=self.bound)
        print(f"{self.name:34}{1 / cost:8.0f}/s{times}{refused:8}{len(counted):8}{ratio:9.1f} {verdict}")


def main() -> None:
    """Measure and print."""
    with first_core_spared(), service(INVOICE) as made, ExitStack() as stack:
        ours, smallest, steady = (stack.enter_context(serve(made, app)) for app in ("service", "smallest", "steady"))
        pin(ours, smallest, steady)
        Client(ours.port, 1).saturate([request("POST", "/invoices", A_ROW)])
        print(f"{'':34}{'capacity':>10}{'p50':>11}{'p99':>11}{'no 200':>8}{'rounds':>8}{'p99/p50':>9}")
        without = Series("no database", ours, "/first", bound=4)
        overhead = Series("", steady, "/0").cost
        spent = max(0, round((without.cost - overhead) * 1e6))
        _compare(without, Series("  the same time, nothing else", steady, f"/{spent}"))
        _compare(Series("one row", ours, "/invoices/1", bound=4), Series("  smallest handler", smallest, "/invoices/1"))


def _compare(*series: Series) -> None:
    for _ in range(ROUNDS + 1):
        for one in series:
            one.add_round()
    for one in series:
        one.show()


if __name__ == "__main__":
    main()
