"""What the benchmarks print, and where they run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from load.server import Server

CORES = sorted(os.sched_getaffinity(0))


def judge(figure: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """Say what the bound is, if there is one, and whether it holds."""
    if at_least is not None:
        return f"(at least {at_least:g}: {'yes' if figure >= at_least else 'NO'})"
    if at_most is not None:
        return f"(at most {at_most:g}: {'yes' if figure <= at_most else 'NO'})"
    return ""


@contextmanager
def first_core_spared() -> Iterator[None]:
    """Keep this process and all that it starts meanwhile off the first core, where there are several.

    Without it the kernel puts Postgres and the readers of logs beside the server that wakes them.
    """
    _, *others = CORES
    os.sched_setaffinity(0, others or CORES)
    yield
    os.sched_setaffinity(0, CORES)


def pin(*servers: Server) -> None:
    """Give the first core to these servers."""
    for server in servers:
        os.sched_setaffinity(server.process.pid, CORES[:1])
