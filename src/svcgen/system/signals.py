"""SIGINT, SIGTERM and SIGHUP as one exception that cleanup can hold back.

The first signal raises `Interrupted`, at once or at the end of `held()`. The second also breaks the wait for a child
process inside `held()`, and sets a deadline: whatever still runs then is killed, svcgen included.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from svcgen.errors import ExitCode

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds that a second signal leaves for ending children and cleaning up.
_PATIENCE = 5.0


class Interrupted(KeyboardInterrupt):
    """A signal asked to stop. A KeyboardInterrupt, because asyncio, Typer and copier let that one pass."""


class _State:
    received: int | None = None
    impatient = False
    pending = False
    finished = False
    ended = False
    children: frozenset[int] = frozenset()


class _Thread(threading.local):
    depth = 0


_thread = _Thread()
_registry = threading.Lock()


def install() -> None:
    """Turn signals into `Interrupted`, except those that `nohup` or a shell's background job ignores."""
    for signum in _SIGNALS:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _handle)
    signal.signal(signal.SIGALRM, _give_up)
    sys.unraisablehook = _report_unraisable


def uninstall() -> None:
    """End the children that are left, and ignore signals until the process ends.

    Python would drop the handlers first, and die of a late signal. A thread whose join a signal broke can still have a
    child.
    """
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    with _registry:
        _State.ended = True
    _kill_children()


def exit_code() -> int:
    """The shell's exit code for the signal received; Ctrl-C typed at a prompt arrives as a key, not as a signal."""
    return 128 + _State.received if _State.received else ExitCode.INTERRUPTED


def came() -> bool:
    """Return whether a signal came, even if its exception was swallowed or turned into another one."""
    return _State.received is not None and not _State.finished


def stop_listening() -> None:
    """Ignore the next signal: the work is done and can no longer be undone."""
    raise_if_interrupted()
    _State.finished = True


def raise_if_interrupted() -> None:
    """Raise `Interrupted` if a signal came whose exception some library swallowed."""
    if came():
        raise Interrupted


def check_wait() -> None:
    """Raise `Interrupted` in a thread that must not wait for a child: after a signal, or inside `held()` after two."""
    if _State.impatient or (not _thread.depth and not _State.finished and _State.received is not None):
        raise Interrupted


@contextmanager
def held() -> Iterator[None]:
    """Run the body whole: a signal that comes meanwhile is raised at the end of the outermost one."""
    _thread.depth += 1
    try:
        yield
    finally:
        _thread.depth -= 1
    if _State.pending and not _thread.depth and threading.current_thread() is threading.main_thread():
        _State.pending = False
        raise Interrupted


@contextmanager
def starting() -> Iterator[Callable[[int], None]]:
    """Start a child in the body, and pass its process group to what is yielded, to be killed when svcgen must end.

    Raises:
        Interrupted: svcgen is about to end.
    """
    # A signal inside Popen would leave a child that nobody knows of, and so would an end of svcgen meanwhile.
    with held(), _registry:
        if _State.ended:
            raise Interrupted
        yield _register


def _register(group: int) -> None:
    _State.children |= {group}


def unregister(group: int) -> None:
    """Forget a child that has ended."""
    with _registry:
        _State.children -= {group}


def _handle(signum: int, _frame: FrameType | None) -> None:
    if _State.received is not None:
        if not _State.impatient:
            _State.impatient = True
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
        return
    _State.received = signum
    if _State.finished:
        return
    if _thread.depth:
        _State.pending = True
    else:
        raise Interrupted


def _report_unraisable(problem: "sys.UnraisableHookArgs") -> None:
    # Where Python can't raise, such as while it frees an object, it prints a traceback instead.
    # `raise_if_interrupted` raises the lost exception later.
    if not isinstance(problem.exc_value, Interrupted):
        sys.__unraisablehook__(problem)


def _give_up(_signum: int, _frame: FrameType | None) -> None:
    _kill_children()
    os._exit(exit_code())


def _kill_children() -> None:
    for group in _State.children:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
