"""Turn SIGINT, SIGTERM and SIGHUP into one exception that cleanup can defer.

The first signal raises `Interrupted`, immediately or at the end of `held()`. The second signal also interrupts the wait
for a child process inside `held()`, and sets a deadline: whatever still runs then is killed, including svcgen.
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
# Seconds for ending children and cleaning up after a second signal.
_PATIENCE = 5.0


class Interrupted(KeyboardInterrupt):
    """A signal asked svcgen to stop. It is a KeyboardInterrupt, which asyncio, Typer and copier don't catch."""


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
    """Turn signals into `Interrupted`, except signals that are ignored, as under `nohup` or in a background job."""
    for signum in _SIGNALS:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _handle)
    signal.signal(signal.SIGALRM, _give_up)
    sys.unraisablehook = _report_unraisable


def uninstall() -> None:
    """Kill the remaining children, and ignore signals until the process ends.

    At exit, Python removes the handlers first, so a late signal would kill it. A thread whose join was interrupted by
    a signal can still have a child.
    """
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    with _registry:
        _State.ended = True
    _kill_children()


def exit_code() -> int:
    """Return the shell's exit code for the received signal. Ctrl-C at a prompt arrives as a key, not as a signal."""
    return 128 + _State.received if _State.received else ExitCode.INTERRUPTED


def came() -> bool:
    """Return whether a signal was received, even if a library swallowed or replaced its exception."""
    return _State.received is not None and not _State.finished


def stop_listening() -> None:
    """Ignore later signals: the work is done and can no longer be undone."""
    raise_if_interrupted()
    _State.finished = True


def raise_if_interrupted() -> None:
    """Raise `Interrupted` if a signal was received whose exception a library swallowed."""
    if came():
        raise Interrupted


def check_wait() -> None:
    """Raise `Interrupted` if a thread must not wait for a child: after a signal, or inside `held()` after two."""
    if _State.impatient or (not _thread.depth and not _State.finished and _State.received is not None):
        raise Interrupted


@contextmanager
def held() -> Iterator[None]:
    """Run the body without interruption: a signal is raised at the end of the outermost `held()`."""
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
    """Start a child in the body. Pass its process group to the yielded function, so that svcgen can kill it at its end.

    Raises:
        Interrupted: svcgen is about to end.
    """
    # A signal inside Popen, or the end of svcgen during it, would leave an unregistered child.
    with held(), _registry:
        if _State.ended:
            raise Interrupted
        yield _register


def _register(group: int) -> None:
    _State.children |= {group}


def unregister(group: int) -> None:
    """Unregister a child that has ended."""
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
