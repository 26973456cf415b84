"""Signals in this process: when each is raised, and what the second one does."""

import os
import signal
import subprocess
import threading
from typing import Any

import pytest

from svcgen.system import signals
from svcgen.system.signals import (
    Interrupted,
    check_wait,
    exit_code,
    held,
    install,
    raise_if_interrupted,
    starting,
    stop_listening,
    uninstall,
    unregister,
)

pytestmark = pytest.mark.usefixtures("caught_signals")


def send(signum: int = signal.SIGTERM) -> None:
    signal.raise_signal(signum)


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_is_raised_at_once(signum: signal.Signals, code: int) -> None:
    raise_if_interrupted()
    check_wait()
    assert exit_code() == 130
    with pytest.raises(Interrupted):
        send(signum)
    assert exit_code() == code
    for again in (raise_if_interrupted, check_wait):
        with pytest.raises(Interrupted):
            again()


def test_a_signal_is_raised_once_at_the_outermost_end() -> None:
    reached = []
    with pytest.raises(Interrupted), held():  # noqa: PT012  (the end raises)
        with held():
            send()
            check_wait()
        reached.append("inner")
        check_wait()
    assert reached == ["inner"]
    with held():
        reached.append("later")
    assert reached == ["inner", "later"]


def test_an_error_in_the_body_goes_first() -> None:
    with pytest.raises(ZeroDivisionError), held():  # noqa: PT012  (the end raises)
        send()
        raise ZeroDivisionError
    with pytest.raises(Interrupted), held():
        pass


def test_another_thread_does_not_raise_it() -> None:
    found: list[BaseException] = []

    def work() -> None:
        try:
            with held():
                signals._State.pending = True
        except BaseException as error:  # noqa: BLE001
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == []
    with pytest.raises(Interrupted), held():
        pass


def test_a_second_signal_breaks_the_wait_and_sets_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[tuple[Any, ...]] = []
    monkeypatch.setattr(signal, "setitimer", lambda *given: timers.append(given))
    with pytest.raises(Interrupted), held():  # noqa: PT012  (the end raises)
        send(signal.SIGINT)
        check_wait()
        assert timers == []
        for _ in range(2):
            send(signal.SIGTERM)
            with pytest.raises(Interrupted):
                check_wait()
    assert timers == [(signal.ITIMER_REAL, 5.0)]
    assert exit_code() == 130


def test_what_is_finished_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[tuple[Any, ...]] = []
    monkeypatch.setattr(signal, "setitimer", lambda *given: timers.append(given))
    stop_listening()
    send()
    raise_if_interrupted()
    check_wait()
    with held():
        pass
    assert timers == []
    send()
    with pytest.raises(Interrupted):
        check_wait()


def test_what_was_interrupted_is_not_finished() -> None:
    with pytest.raises(Interrupted):
        send()
    with pytest.raises(Interrupted):
        stop_listening()
    with pytest.raises(Interrupted):
        raise_if_interrupted()


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    install()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is signals._handle
    assert signal.getsignal(signal.SIGALRM) is signals._give_up


def child() -> "subprocess.Popen[bytes]":
    with starting() as started:
        process = subprocess.Popen(["sleep", "99"], start_new_session=True)
        started(process.pid)
    return process


def test_the_end_leaves_no_child() -> None:
    ended, left = child(), child()
    ended.kill()
    ended.wait()
    unregister(ended.pid)
    assert signals._State.children == {left.pid}
    uninstall()
    assert left.wait(20) == -signal.SIGKILL
    assert {signal.getsignal(signum) for signum in signals._SIGNALS} == {signal.SIG_IGN}
    with pytest.raises(Interrupted):
        child()
    unregister(left.pid)
    unregister(left.pid)
    assert signals._State.children == frozenset()


def test_a_child_is_started_whole() -> None:
    with pytest.raises(Interrupted), starting() as started:  # noqa: PT012  (the end raises)
        send()
        started(1 << 22)
    assert signals._State.children == {1 << 22}
    uninstall()  # and there is no such child by now


def test_the_deadline_ends_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    process = child()
    with pytest.raises(Interrupted):
        send()
    send(signal.SIGALRM)
    assert codes == [143]
    assert process.wait(20) == -signal.SIGKILL
