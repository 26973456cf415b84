"""Run child processes that never outlive svcgen, never prompt, and are limited in time and output."""

import shlex
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.children import source, start, stop
from svcgen.system.signals import check_wait, held, starting
from svcgen.system.steps import CommandRun, Notify, ignore

# While a child runs, seconds between checks of signals, the time limit and the size of the output.
_TICK = 0.1
# A tool that prints more than this is broken or hostile.
_LIMIT = 256 << 20

# The amount of output that an error message quotes.
_SAID = 4000

_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@dataclass(frozen=True)
class Finished:
    """A child process that has ended.

    Attributes:
        command: The command, as a person would type it.
        code: Its exit code; negative for a signal.
        output: Its standard output.
        errors: Its standard error.
    """

    command: str
    code: int
    output: bytes
    errors: bytes

    @property
    def text(self) -> str:
        """The output as text, in which file names of any encoding survive."""
        return self.output.decode("utf-8", "surrogateescape")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Give all children that this thread runs in the body one common time limit."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def run(
    *command: str | Path,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    timeout: float = float("inf"),
    notify: Notify = ignore,
) -> str:
    """Run a command without a terminal and return its standard output.

    Args:
        command: The program and its arguments.
        cwd: Working directory.
        environ: The whole environment; by default svcgen's own.
        stdin: The standard input; nothing by default.
        timeout: The time limit in seconds.
        notify: Receives the command and its output when the command ends.

    Raises:
        ToolError: It can't be started, takes too long, prints too much, or exits with a code other than 0.
    """
    return execute(*command, cwd=cwd, environ=environ, stdin=stdin, timeout=timeout, notify=notify).text


def execute(  # noqa: PLR0913  (those of `run`, and the accepted exit codes)
    *command: str | Path,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    timeout: float = float("inf"),
    accept: Collection[int] = (0,),
    limit: int = _LIMIT,
    notify: Notify = ignore,
) -> Finished:
    """Run a command as `run` does, and return its exit code and both outputs.

    Args:
        command: The program and its arguments.
        cwd: As for `run`.
        environ: As for `run`.
        stdin: As for `run`.
        timeout: As for `run`.
        accept: The exit codes that are not failures.
        limit: The maximum size of its output in bytes; a child that prints more is ended.
        notify: As for `run`.

    Raises:
        ToolError: As `run`.
    """
    words = [str(word) for word in command]
    shown = shlex.join([Path(words[0]).name, *words[1:]])
    check_wait()
    process: subprocess.Popen[bytes] | None = None
    try:
        with source(stdin) as readable, starting() as started:
            process = start(words, cwd, environ, readable)
            started(process.pid)
        deadline = min(time.monotonic() + timeout, _deadline.get())
        output, errors = _collect(process, shown, deadline, limit)
    finally:
        if process is not None:
            with held():
                stop(process)
    done = Finished(shown, process.returncode, output, errors)
    notify(CommandRun(shown, (output + errors).decode("utf-8", "replace")))
    if done.code not in accept:
        raise ToolError(f"{shown}: {_said(done)}")
    return done


def _collect(process: "subprocess.Popen[bytes]", shown: str, deadline: float, limit: int) -> tuple[bytes, bytes]:
    """Read what a child prints until it ends."""
    while True:
        check_wait()
        try:
            return process.communicate(timeout=max(0.0, min(_TICK, deadline - time.monotonic())))
        except subprocess.TimeoutExpired as running:
            if time.monotonic() > deadline:
                raise ToolError(f"{shown}: timed out", hint="try it by hand") from running
            if len(running.output or b"") + len(running.stderr or b"") > limit:
                raise ToolError(f"{shown}: printed more than {limit >> 20} MiB") from running


def _said(done: Finished) -> str:
    """Return the end of both outputs of a child: a tool may print findings to one and a summary to the other."""
    said = b"\n".join(filter(None, (done.output.strip(), done.errors.strip())))
    return said[-_SAID:].decode("utf-8", "backslashreplace") or f"exit code {done.code}"
