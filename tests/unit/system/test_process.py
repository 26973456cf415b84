import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from support.helpers import wait_until_gone
from svcgen.errors import ToolError
from svcgen.system.process import execute, run, time_limit
from svcgen.system.steps import CommandRun

# Starts what may not outlive it, and tells when that runs.
PARENT = """
import sys, threading
from pathlib import Path
from svcgen.system import signals
from svcgen.system.process import run
child = ("sh", "-c", sys.argv[1])
def work():
    run(*child)
def in_thread():
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
def in_cleanup():
    with signals.held():
        work()
signals.install()
try:
    globals()[sys.argv[2]]()
except signals.Interrupted:
    signals.uninstall()
    sys.exit(signals.exit_code())
"""
STUBBORN = "trap '' TERM INT HUP; echo $$ >pid.new; mv pid.new pid; while :; do sleep 9; done"
MEEK = "echo $$ >pid.new; mv pid.new pid; exec sleep 99"


def start(tmp_path: Path, child: str, how: str) -> tuple["subprocess.Popen[bytes]", int]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, child, how], cwd=tmp_path, stderr=subprocess.DEVNULL)
    while not (tmp_path / "pid").exists():
        assert parent.poll() is None
        time.sleep(0.01)
    return parent, int((tmp_path / "pid").read_text())


@pytest.mark.parametrize("child", [MEEK, STUBBORN], ids=["meek", "stubborn"])
@pytest.mark.parametrize("how", ["work", "in_thread"])
def test_one_signal_ends_svcgen_and_its_child(tmp_path: Path, child: str, how: str) -> None:
    parent, pid = start(tmp_path, child, how)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(20) == 143
    wait_until_gone(pid)


@pytest.mark.parametrize("child", [MEEK, STUBBORN], ids=["meek", "stubborn"])
def test_a_second_signal_ends_a_child_of_the_cleanup(tmp_path: Path, child: str) -> None:
    parent, pid = start(tmp_path, child, "in_cleanup")
    parent.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        parent.wait(0.5)
    os.kill(pid, 0)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(20) == 130
    wait_until_gone(pid)


def test_a_child_has_no_terminal(tmp_path: Path) -> None:
    script = "from svcgen.system.process import run; print(run('sh', '-c', '(: </dev/tty) 2>&1; echo asked: $?'))"
    terminal = pexpect.spawn(sys.executable, ["-c", script], cwd=tmp_path, encoding="utf-8", timeout=20)
    assert terminal.expect(["asked: [1-9]", "asked: 0"]) == 0
    terminal.close()


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ToolError, match="sleep 99: timed out"):
        run("sleep", "99", timeout=0.05)
    with time_limit(0.05), pytest.raises(ToolError, match="timed out"):
        run("sleep", "99")


def test_the_shorter_limit_counts() -> None:
    with time_limit(0.05), time_limit(99), pytest.raises(ToolError, match="timed out"):
        run("sleep", "99")
    assert run("echo", "later") == "later\n"


def test_a_child_that_closes_its_output_is_waited_for() -> None:
    assert execute("sh", "-c", "exec >&- 2>&-; sleep 0.2; exit 7", accept=[7]).code == 7


@pytest.mark.parametrize("command", ["yes", "yes >&2"])
def test_a_child_that_prints_for_ever_is_ended(command: str) -> None:
    with pytest.raises(ToolError, match="printed more than 1 MiB"):
        execute("sh", "-c", f"exec {command}", limit=1 << 20)


def test_what_it_reads_and_prints_survives() -> None:
    content = bytes(range(256)) * 1000
    assert execute("cat", stdin=content).output == content
    text = run("cat", stdin=b"a \xff name")
    assert run("cat", stdin=text).encode("utf-8", "surrogateescape") == b"a \xff name"
    assert run("true", stdin=content) == ""
    assert run("cat") == ""


def test_an_exit_code_can_be_no_failure() -> None:
    assert execute("sh", "-c", "echo out; exit 1", accept=[0, 1]).output == b"out\n"
    with pytest.raises(ToolError, match="said why"):
        execute("sh", "-c", "echo said why >&2; exit 2", accept=[0, 1])


@pytest.mark.parametrize("program", ["not-there", "with\0null"])
def test_what_cannot_be_started(program: str) -> None:
    with pytest.raises(ToolError, match="can't be started"):
        run(program)


def test_a_child_that_is_slow_to_read() -> None:
    """More than a pipe holds, taken after the first look at the clock."""
    text = "svcgen\n" * 200_000
    assert run("sh", "-c", "sleep 0.3; cat", stdin=text) == text


def test_a_command_gets_all_that_it_is_given(tmp_path: Path) -> None:
    events: list[object] = []
    environ = {"NAME": "ada", "PATH": os.environ["PATH"]}
    script = "pwd; echo $NAME; cat; echo why >&2"
    said = run("sh", "-c", script, cwd=tmp_path, environ=environ, stdin="in\n", notify=events.append)
    assert said == f"{tmp_path}\nada\nin\n"
    assert events == [CommandRun(f"sh -c '{script}'", f"{said}why\n")]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 7", "exit code 7"),
        ("echo ' out '; echo why >&2; exit 1", "out\nwhy"),
        ("printf 'a%05000d' 1; exit 1", f"{1:04000d}"),
        ("printf '\\377'; exit 1", "\\xff"),
    ],
)
def test_what_a_failure_says(script: str, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        run("/bin/sh", "-c", script)
    assert caught.value.message == f"{shlex.join(['sh', '-c', script])}: {message}"
