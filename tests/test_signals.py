import subprocess
import sys

HELD = """
import os, signal
from svcgen import signals
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
from svcgen import signals
signals.install()
try:
    os.kill(os.getpid(), signal.SIGTERM)
except BaseException:
    print("swallowed")
try:
    signals.check()
except signals.Interrupted:
    print(signals.exit_code())
"""
FINISHED = """
import os, signal
from svcgen import signals
signals.install()
signals.finish()
os.kill(os.getpid(), signal.SIGTERM)
print("done")
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
