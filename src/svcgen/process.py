"""Runs child processes that never outlive svcgen."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.events import CommandRun, Notify, ignore
from svcgen.signals import held

# Seconds between asking a child to end and killing it.
_GRACE = 2.0


def run(
    *command: str | Path, cwd: Path | None = None, environ: Mapping[str, str] | None = None, notify: Notify = ignore
) -> str:
    """Run a command without a terminal and return its standard output.

    Args:
        command: The program and its arguments.
        cwd: Working directory.
        environ: The whole environment, by default that of svcgen.
        notify: Is told of the command and its output once it has ended.

    Raises:
        ToolError: It can't be started or exits with another code than 0.
    """
    words = [str(word) for word in command]
    process: subprocess.Popen[str] | None = None
    try:
        # A signal inside Popen would leave a child that nobody knows of.
        with held():
            process = _start(words, cwd, environ)
        output, errors = process.communicate()
    except BaseException:
        if process is not None:
            with held():
                _stop(process)
        raise
    shown = shlex.join([Path(words[0]).name, *words[1:]])
    notify(CommandRun(shown, output + errors))
    if process.returncode:
        said = errors.strip() or output.strip() or f"exit code {process.returncode}"
        raise ToolError(f"{shown}: {said}")
    return output


def _start(words: list[str], cwd: Path | None, environ: Mapping[str, str] | None) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            # A group of its own, so that the child's children can be stopped with it.
            process_group=0,
        )
    except OSError as error:
        raise ToolError(f"{words[0]} can't be started: {error.strerror}") from error


def _stop(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
