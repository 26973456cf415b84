"""What happens before the first module of svcgen is imported."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

# What Windows does not have. A module that is None can't be imported.
WINDOWS = """
import os, signal, sys
for name in ("SIGHUP", "SIGALRM", "SIGKILL", "SIGUSR1", "setitimer", "pthread_sigmask"):
    delattr(signal, name)
for name in ("killpg", "getuid", "geteuid", "fork", "setsid", "getpgid", "O_NOFOLLOW"):
    delattr(os, name)
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
"""


@pytest.mark.parametrize("more", ["", "os.name = 'nt'", "sys.platform = 'win32'"])
@pytest.mark.parametrize("arguments", [["--version"], ["new", "billing", "--json"], []])
def test_windows(workdir: Path, environ: Mapping[str, str], arguments: list[str], more: str) -> None:
    program = f"{WINDOWS}\n{more}\nfrom svcgen.__main__ import main\nmain()"
    command = [sys.executable, "-c", program, *arguments]
    result = subprocess.run(command, cwd=workdir, env=environ, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "error: svcgen does not run on Windows itself: run it in WSL, the Windows Subsystem for Linux\n"
        "hint: https://learn.microsoft.com/windows/wsl/install\n"
    )
    assert list(workdir.iterdir()) == []


def test_modules_of_the_working_directory_are_not_imported(workdir: Path, environ: Mapping[str, str]) -> None:
    for name in ("gc", "signal", "enum", "typer"):
        (workdir / f"{name}.py").write_text("raise SystemExit('mine')")
    command = [sys.executable, "-m", "svcgen", "--version"]
    result = subprocess.run(command, cwd=workdir, env=environ, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")
