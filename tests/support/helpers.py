"""What several test modules say often."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path


def tree(directory: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a directory, those of git left out: its mode and its content."""
    return {
        path.relative_to(directory).as_posix(): (path.stat().st_mode & 0o777, path.read_bytes())
        for path in directory.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def git(directory: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
    """Run git and return what it prints."""
    command = ["git", "-C", str(directory), *arguments]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout.strip()


def fake_program(directory: Path, name: str, script: str) -> str:
    """Put a shell script on PATH before anything else and return that PATH."""
    directory.mkdir(exist_ok=True)
    program = directory / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process; it is a zombie until whoever has adopted it looks."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"{pid} still runs")


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
