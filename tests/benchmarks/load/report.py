"""What the benchmarks print, and where they run."""

import os

from load.server import Server


def judge(figure: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """Say what the bound is, if there is one, and whether it holds."""
    if at_least is not None:
        return f"(at least {at_least:g}: {'yes' if figure >= at_least else 'NO'})"
    if at_most is not None:
        return f"(at most {at_most:g}: {'yes' if figure <= at_most else 'NO'})"
    return ""


def pin(*servers: Server) -> None:
    """Give the servers the first core and the generator the others, where there are several."""
    first, *others = sorted(os.sched_getaffinity(0))
    if others:
        os.sched_setaffinity(0, others)
        for server in servers:
            os.sched_setaffinity(server.process.pid, {first})
