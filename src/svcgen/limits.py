"""Limits for a process that runs what nobody vouches for."""

import resource
from contextlib import suppress


def limit(*, memory: int, file: int, seconds: int) -> None:
    """Limit this process, and leave no core file.

    Args:
        memory: Bytes that it may take; macOS has no such limit.
        file: Bytes that a file which it writes may have.
        seconds: Seconds of processor time.
    """
    for limited, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(limited, (most, most))
