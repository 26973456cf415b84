"""Limit a process that runs untrusted code."""

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any


def answer(action: Callable[[Any], object], *, memory: int, file: int) -> None:
    """Answer the JSON request on standard input in JSON, within limits; an error is the last line of standard error.

    Args:
        action: Accepts the request, whose `seconds` limit the processor time, and returns the answer.
        memory: The maximum memory of this process in bytes.
        file: The maximum size of a file that it writes in bytes.
    """
    request = json.load(sys.stdin)
    limit(memory=memory, file=file, seconds=request["seconds"])
    try:
        found = action(request)
    except Exception as error:  # noqa: BLE001  (untrusted code can raise anything)
        sys.exit(str(error) or repr(error))
    with os.fdopen(1, "w") as parent:
        json.dump(found, parent)


def limit(*, memory: int, file: int, seconds: int) -> None:
    """Limit this process, and leave no core file.

    Args:
        memory: The maximum memory in bytes; macOS does not enforce it.
        file: The maximum size of a file that it writes in bytes.
        seconds: The maximum processor time.
    """
    for limited, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(limited, (most, most))
