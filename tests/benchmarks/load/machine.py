"""Who gets which core of this machine, and who goes first there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from load.server import Server

CORES = sorted(os.sched_getaffinity(0))
# Of the real-time scheduler, sched(7): who has more goes first, and who has none waits for both.
DATABASE, SERVER = 20, 10


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


def prioritize(pid: int, priority: int) -> None:
    """Put a process and all that it starts from now on ahead of whatever else this machine does.

    Raises:
        PermissionError: If this is not root.
    """
    os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(priority))
