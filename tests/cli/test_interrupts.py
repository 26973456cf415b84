"""A signal at any moment: nothing is left, what was there is as it was, no child lives on.

No moment is hit by timing: at each one something tells that it has come, and waits.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git, tree, wait_for

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
STEPS = {
    "lock": ("uv", "*lock"),
    "export": ("uv", "*export"),
    "git init": ("git", "init"),
    "git add": ("git", "*add"),
    "git commit": ("git", "*commit"),
    "sync": ("uv", "*sync"),
}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(workdir: Path, environ: Mapping[str, str]) -> Iterator[Start]:
    """Starts svcgen in `workdir`."""
    started = []

    def popen(*arguments: str, **more: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "svcgen", *arguments],
            cwd=workdir,
            env={**environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield popen
    for process in started:
        with process:
            process.kill()


def block_at(moment: str, directory: Path) -> tuple[str, Path]:
    """Make a step of a service wait for ever: return the PATH to use and the file that holds the pid of what waits."""
    program, word = STEPS[moment]
    marker = directory / "pid"
    real = shutil.which(program)
    wait = f"echo $$ >{marker}.new; mv {marker}.new {marker}; exec sleep 999"
    script = f'case "$*" in {word}*) {wait};; esac; exec {real} "$@"'
    return fake_program(directory / "bin", program, script), marker


@pytest.mark.parametrize(
    ("moment", "signum", "code"),
    [(moment, *SIGNALS[number % 3]) for number, moment in enumerate(STEPS)] + [("sync", *SIGNALS[0])],
)
def test_during_a_step(start: Start, workdir: Path, tmp_path: Path, moment: str, signum: int, code: int) -> None:
    path, marker = block_at(moment, tmp_path)
    process = start("new", "billing", "a/billing", PATH=path)
    wait_for(marker.exists, process)
    process.send_signal(signum)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (code, "error: interrupted\n")
    assert list(workdir.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


@pytest.mark.parametrize("moment", ["git add", "git commit", "sync"])
def test_a_repository_that_was_there_is_as_it_was(start: Start, workdir: Path, tmp_path: Path, moment: str) -> None:
    git(workdir, "init", "-q", "billing")
    before = {path: path.read_bytes() for path in workdir.rglob("*") if path.is_file()}
    path, marker = block_at(moment, tmp_path)
    process = start("new", "billing", PATH=path)
    wait_for(marker.exists, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 143
    assert {path: path.read_bytes() for path in workdir.rglob("*") if path.is_file()} == before


def test_while_rendering(start: Start, workdir: Path, bundled: Path) -> None:
    (bundled / "svcgen" / "_bundle" / "template" / "endless.jinja").write_text(ENDLESS)
    process = start("new", "billing", PYTHONPATH=str(bundled))
    wait_for(lambda: any(workdir.glob(".billing.svcgen-*/project/*")), process)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 143
    assert list(workdir.iterdir()) == []


WAIT = "open({marker!r}, 'w')\nimport time\ntime.sleep(999)"
# Python turns an exception in this place into a RuntimeError.
WAIT_IN_A_CLASS = f"""
class Field:
    def __set_name__(self, owner, name):
        exec({WAIT!r}.format(marker={{marker!r}}))
class Model:
    field = Field()
"""


@pytest.mark.parametrize("body", [WAIT, WAIT_IN_A_CLASS], ids=["module", "class"])
@pytest.mark.parametrize(
    ("module", "signum", "code", "said"),
    [
        ("typer", *SIGNALS[0], ""),
        ("typer", *SIGNALS[1], ""),
        ("copier", *SIGNALS[0], "error: interrupted\n"),
        ("copier", *SIGNALS[1], "error: interrupted\n"),
    ],
)
def test_while_importing(
    start: Start, workdir: Path, tmp_path: Path, module: str, signum: int, code: int, said: str, body: str
) -> None:
    marker = tmp_path / "importing"
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / f"{module}.py").write_text(body.format(marker=str(marker)))
    process = start("new", "billing", PYTHONPATH=str(tmp_path / "slow"))
    wait_for(marker.exists, process)
    process.send_signal(signum)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (code, said)
    assert list(workdir.iterdir()) == []


def test_impatience_does_not_stop_the_cleanup(start: Start, workdir: Path, tmp_path: Path) -> None:
    path, marker = block_at("sync", tmp_path)
    process = start("new", "billing", PATH=path)
    wait_for(marker.exists, process)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert list(workdir.iterdir()) == []


def test_a_child_that_ignores_sigterm_is_killed(start: Start, workdir: Path, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    path = fake_program(tmp_path / "bin", "uv", f"trap '' TERM; echo $$ >{marker}; while :; do sleep 999 & wait; done")
    process = start("new", "billing", PATH=path)
    wait_for(marker.exists, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 143
    assert list(workdir.iterdir()) == []


def test_ignored_signals_stay_ignored(workdir: Path, environ: Mapping[str, str], tmp_path: Path) -> None:
    signaller = fake_program(tmp_path / "bin", "git", f'kill -HUP $PPID; exec {shutil.which("git")} "$@"')
    command = f"trap '' HUP; exec {sys.executable} -m svcgen new billing --no-sync"
    subprocess.run(["sh", "-c", command], cwd=workdir, env={**environ, "PATH": signaller}, check=True)
    assert "pyproject.toml" in tree(workdir / "billing")
