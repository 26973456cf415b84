"""Measures how long requests take when a server is busy but not too busy: uv run tests/benchmarks/latency.py.

First its capacity, the rate that would keep its core busy: a closed loop tells too much, since requests that wait
for each other are cheaper. Then requests are due at a constant rate of 80 % of that, whether or not it keeps up. A
latency counts from when its request was due. All in turns with plain FastAPI, which feels the machine's own stalls
as the service does. Needs Linux, and a machine that has nothing else to do.
"""

import statistics
from contextlib import ExitStack
from itertools import repeat

from load.client import Client, request
from load.made import A_ROW, INVOICE, service
from load.report import judge, pin
from load.server import Server, serve

ROUNDS, REQUESTS, SECONDS, CONNECTIONS = 7, 2_000, 4, 64
LOAD, TRIAL = 0.8, 0.6


def main() -> None:
    """Measure and print."""
    with service(INVOICE) as made, ExitStack() as stack:
        servers = {app: stack.enter_context(serve(made, app)) for app in ("service", "bare", "smallest")}
        pin(*servers.values())
        Client(servers["service"].port, 1).saturate([request("POST", "/invoices", A_ROW)])
        print(f"{'':34}{'capacity':>10}{'p50':>11}{'p99':>11}{'no 200':>10}{'p99/p50':>9}")
        routes = [("service", "/first", 4.0), ("bare", "/first", None)]
        routes += [("service", "/invoices/1", 4.0), ("smallest", "/invoices/1", None)]
        rounds = [[_at_load(servers[app], path) for app, path, _ in routes] for _ in range(ROUNDS)]
        for (app, path, bound), figures in zip(routes, zip(*rounds, strict=True), strict=True):
            _show(f"{path} of {app}", list(figures), bound)


def _at_load(server: Server, path: str) -> tuple[float, float, float, int]:
    """Return the capacity in requests a second, the latencies that 50 and 99 % stay under, and how many were no 200."""
    content = request("GET", path)
    client = Client(server.port, CONNECTIONS)
    at_most = REQUESTS / client.saturate(repeat(content, REQUESTS)).seconds
    before = server.cpu_seconds()
    trial = client.arrive(content, at_most * TRIAL, SECONDS / 2)
    capacity = len(trial.latencies) / (server.cpu_seconds() - before)
    outcome = client.arrive(content, capacity * LOAD, SECONDS)
    client.close()
    percentiles = statistics.quantiles(outcome.latencies, n=100)
    return capacity, percentiles[49], percentiles[98], len(outcome.latencies) - outcome.statuses.get(200, 0)


def _show(name: str, rounds: list[tuple[float, float, float, int]], bound: float | None) -> None:
    capacity, half, most, _ = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    ratio = statistics.median(most / half for _, half, most, _ in rounds)
    refused = sum(figures[3] for figures in rounds)
    times = f"{half * 1e3:8.2f} ms{most * 1e3:8.2f} ms"
    print(f"{name:34}{capacity:8.0f}/s{times}{refused:10}{ratio:9.1f} {judge(ratio, at_most=bound)}")


if __name__ == "__main__":
    main()
