"""Start child processes that can't prompt, and end them together with their own children."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from svcgen.errors import ToolError
from svcgen.system.signals import unregister

# Seconds between SIGTERM and SIGKILL.
_GRACE = 2.0
_TICK = 0.01


def start(
    words: list[str], cwd: Path | None, environ: Mapping[str, str] | None, readable: IO[bytes] | int
) -> "subprocess.Popen[bytes]":
    """Start a child.

    Args:
        words: The program and its arguments.
        cwd: Working directory.
        environ: The whole environment; by default svcgen's own.
        readable: Its standard input.

    Raises:
        ToolError: It can't be started.
    """
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env=environ,
            stdin=readable,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # In a session of its own it has no terminal, so it can neither prompt nor be stopped for trying (SIGTTIN).
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ToolError(f"{words[0]} can't be started: {reason}") from error


@contextmanager
def source(stdin: str | bytes | None) -> Iterator[IO[bytes] | int]:
    """Yield the standard input of a child.

    It is a file, not a pipe: after a timeout, `communicate` of Python 3.11 stops writing to a pipe.
    """
    if not stdin:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(stdin.encode("utf-8", "surrogateescape") if isinstance(stdin, str) else stdin)
        file.seek(0)
        yield file


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Unregister a child. If it is still running, end it together with its own children."""
    if process.returncode is None:
        _end(process)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    unregister(process.pid)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a child and its own children to end, and kill those that don't."""
    with suppress(OSError):  # raised once the process group is empty
        os.killpg(process.pid, signal.SIGTERM)
        latest = time.monotonic() + _GRACE
        while time.monotonic() < latest:
            # It can end before its own children: git ends before ssh.
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(_TICK)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
