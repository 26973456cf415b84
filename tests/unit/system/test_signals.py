import subprocess
import sys

import pytest

from support.helpers import wait_until_gone

HELD = """
import os, signal
from svcgen.system import signals
signals.install()
try:
    with signals.held():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        print("whole")
    print("too far")
except signals.Interrupted:
    print(signals.exit_code())
"""
SWALLOWED = """
import os, signal
from svcgen.system import signals
signals.install()
try:
    os.kill(os.getpid(), signal.SIGTERM)
except BaseException:
    print("swallowed")
try:
    signals.raise_if_interrupted()
except signals.Interrupted:
    print(signals.exit_code())
"""
FINISHED = """
import os, signal
from svcgen.system import signals
signals.install()
signals.stop_listening()
os.kill(os.getpid(), signal.SIGTERM)
print("done")
"""

NESTED = """
import os, signal
from svcgen.system import signals
signals.install()
try:
    with signals.held():
        with signals.held():
            os.kill(os.getpid(), signal.SIGTERM)
        print("still whole")
    print("too far")
except signals.Interrupted:
    print(signals.exit_code())
with signals.held():
    print("once")
"""
IN_A_THREAD = """
import os, signal, threading
from svcgen.system import signals
signals.install()
inside, sent = threading.Event(), threading.Event()
def work():
    with signals.held():
        inside.set()
        sent.wait()
    print("whole")
thread = threading.Thread(target=work)
thread.start()
inside.wait()
try:
    os.kill(os.getpid(), signal.SIGTERM)
except signals.Interrupted:
    print("at once")
sent.set()
thread.join()
"""
# Deaf to exceptions, as a library can be.
DEAF = """
import os, signal, subprocess, sys
from svcgen.system import signals
signals._PATIENCE = 0.2
signals.install()
if "finished" in sys.argv:
    signals.stop_listening()
child = subprocess.Popen(["sleep", "99"], start_new_session=True)
with signals.starting() as started:
    started(child.pid)
for _ in range(int(sys.argv[1])):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except signals.Interrupted:
        pass
print(child.pid, flush=True)
while len(sys.argv) < 4:
    try:
        signal.pause()
    except BaseException:
        pass
child.kill()
"""


def output(script: str) -> list[str]:
    command = [sys.executable, "-c", script]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_what_is_held_runs_whole() -> None:
    assert output(HELD) == ["whole", "143"]


def test_a_signal_that_a_library_swallowed_is_raised_again() -> None:
    assert output(SWALLOWED) == ["swallowed", "143"]


def test_a_signal_after_the_end_changes_nothing() -> None:
    assert output(FINISHED) == ["done"]


def test_only_the_outermost_end_raises() -> None:
    assert output(NESTED) == ["still", "whole", "143", "once"]


def test_what_another_thread_holds_does_not_hold_the_first() -> None:
    assert output(IN_A_THREAD) == ["at", "once", "whole"]


@pytest.mark.parametrize("more", [[], ["finished"]])
def test_a_second_signal_ends_what_is_deaf_and_its_children(more: list[str]) -> None:
    command = [sys.executable, "-c", DEAF, "2", *more]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
    assert run.returncode == 143
    wait_until_gone(int(run.stdout))


def test_one_signal_sets_no_deadline() -> None:
    run = subprocess.run([sys.executable, "-c", DEAF, "1", "finished", "end"], check=False, capture_output=True)
    assert run.returncode == 0
