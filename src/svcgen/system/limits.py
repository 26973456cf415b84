"""Limits for a process that runs what nobody vouches for."""

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def answer(action: Callable[[Any], object], *, memory: int, file: int) -> None:
    """Answer the request on standard input within limits, both in JSON; a failure is the last line of standard error.

    Args:
        action: Takes the request, whose `seconds` are the processor time that it may take, and returns the answer.
        memory: Bytes that this process may take.
        file: Bytes that a file which it writes may have.
    """
    request = json.load(sys.stdin)
    limit(memory=memory, file=file, seconds=request["seconds"])
    try:
        found = action(request)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what nobody vouches for)
        sys.exit(str(error) or repr(error))
    with os.fdopen(1, "w") as parent:
        json.dump(found, parent)


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
