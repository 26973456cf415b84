"""SIGINT, SIGTERM and SIGHUP as one exception that cleanup can hold back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What Typer and shells make of Ctrl-C.
INTERRUPT = 128 + signal.SIGINT

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked to stop. A KeyboardInterrupt, because asyncio, Typer and copier let that one pass."""


class _State:
    received: int | None = None
    held = False
    pending = False
    finished = False


def install() -> None:
    """Turn the first signal into `Interrupted` and ignore those that come during the cleanup after it."""
    for signum in _SIGNALS:
        # Ignored is what `nohup` and a shell's background jobs ask for.
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _handle)


def uninstall() -> None:
    """Ignore signals until the process ends: Python would drop the handlers first, and die of a late one."""
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)


def exit_code() -> int:
    """The shell's exit code for the signal received; Ctrl-C typed at a prompt arrives as a key, not as a signal."""
    return 128 + _State.received if _State.received else INTERRUPT


def finish() -> None:
    """Ignore every later signal: the work is done and can no longer be undone."""
    check()
    _State.finished = True


def check() -> None:
    """Raise `Interrupted` if a signal came whose exception some library swallowed."""
    if _State.received is not None:
        raise Interrupted


@contextmanager
def held() -> Iterator[None]:
    """Run the body whole: a signal that comes meanwhile is raised at its end."""
    _State.held = True
    try:
        yield
    finally:
        _State.held = False
    if _State.pending:
        _State.pending = False
        raise Interrupted


def _handle(signum: int, _frame: FrameType | None) -> None:
    if _State.received is not None or _State.finished:
        return
    _State.received = signum
    if _State.held:
        _State.pending = True
    else:
        raise Interrupted
