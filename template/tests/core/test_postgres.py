"""The Postgres of the tests ends with the process that started it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts import postgres
from tests.conftest import ROOT

HOLD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-I", "scripts/supervisor.py", "5432"], stdin=subprocess.PIPE)
time.sleep(60)
"""


def test_nothing_is_left_of_a_killed_process() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        folder = Path(process.stdout.readline().removeprefix("ready ").strip())
        assert folder.is_dir()
        process.kill()

    deadline = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_under_a_debugger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A debugger that attaches to child processes prints a warning before the supervisor's first line."""
    supervisor = tmp_path / "supervisor.py"
    supervisor.write_text("print('0.00s - Debugger warning')\nprint('ready /a folder', flush=True)\nopen(0).read()")
    monkeypatch.setattr(postgres, "SUPERVISOR", supervisor)

    with postgres.running() as server:
        assert server.socket_folder == Path("/a folder")
