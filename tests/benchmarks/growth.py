"""Measures what the 50th resource of a service costs: uv run tests/benchmarks/growth.py. Needs Linux.

Services with 1, 10 and 50 resources, in turns: CPU time of a request that the first router answers and of one that
the last does, CPU time until the service listens, and their suites, once, as their users run them; `--no-suites`
leaves those out, which take minutes.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import repeat

from load.client import Client, request
from load.machine import first_core_spared, pin
from load.made import Service, service
from load.report import judge
from load.server import Server, serve

SIZES = (1, 10, 50)
BURSTS, REQUESTS, CONNECTIONS, STARTS = 30, 200, 8, 3
FIELDS = "number:str:unique amount:decimal:12,2 due:date:optional paid:bool:default=false status:enum:draft,sent,paid"


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        with first_core_spared(), ExitStack() as running:
            services = {size: stack.enter_context(service(*_resources(size))) for size in SIZES}
            print(f"{'resources':34}{''.join(f'{size:>10}' for size in SIZES)}")
            _show("CPU until it listens, ms", _starts(services), 1e3)
            servers = {size: running.enter_context(serve(made, "service")) for size, made in services.items()}
            pin(*servers.values())
            for path in ("/first", "/last"):
                _show(f"CPU of a request, {path}, us", _requests(servers, path), 1e6)
        if "--no-suites" not in sys.argv:
            _show_suites(services)


def _resources(size: int) -> list[str]:
    return [f"thing{number} {FIELDS}" for number in range(size)]


def _starts(services: Mapping[int, Service]) -> list[float]:
    taken: dict[int, list[float]] = {size: [] for size in services}
    for _ in range(STARTS + 1):
        for size, made in services.items():
            with serve(made, "service") as server:
                taken[size].append(server.cpu_seconds())
    return [statistics.median(seconds[1:]) for seconds in taken.values()]


def _requests(servers: Mapping[int, Server], path: str) -> list[float]:
    clients = {size: Client(server.port, CONNECTIONS) for size, server in servers.items()}
    taken: dict[int, list[float]] = {size: [] for size in servers}
    for _ in range(BURSTS + 1):
        for size, server in servers.items():
            before = server.cpu_seconds()
            outcome = clients[size].saturate(repeat(request("GET", path), REQUESTS))
            assert set(outcome.statuses) == {200}, outcome.statuses
            taken[size].append((server.cpu_seconds() - before) / REQUESTS)
    return [statistics.median(seconds[1:]) for seconds in taken.values()]


def _show(name: str, figures: Sequence[float], scale: float) -> None:
    print(f"{name:34}{''.join(f'{figure * scale:10.1f}' for figure in figures)}")


def _show_suites(services: Mapping[int, Service]) -> None:
    wall, cpu = zip(*(_suite(made) for made in services.values()), strict=True)
    _show("suite, s", wall, 1)
    _show("suite, s of CPU without Postgres", cpu, 1)
    each = (wall[-1] - wall[0]) / (SIZES[-1] - SIZES[0])
    print(f"{'a test file of a resource, s':34}{each:30.2f} {judge(each, at_most=0.3)}")


def _suite(made: Service) -> tuple[float, float]:
    _pytest(made, "--collect-only")  # compiles what a second run finds compiled
    start, before = time.perf_counter(), os.times()
    _pytest(made)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu


def _pytest(made: Service, *arguments: str) -> None:
    command = ["uv", "run", "pytest", "-q", *arguments]
    result = subprocess.run(command, cwd=made.path, env=made.environ, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


if __name__ == "__main__":
    main()
