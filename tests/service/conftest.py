"""Services made by `svcgen new` for real, once a session, and a Postgres for what is run in them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from service import warm
from support.shared import locked, shared
from support.svcgen import ROOT
from svcgen.system.uv import Uv

# A name, a description and an owner that are hard to quote, one for each platform.
ANSWERS = {
    "fly": ("aa", 'It\'s "billing": {{ x }} ${X} %s #1 C:\\new \N{MONEY BAG}', "@acme/payments"),
    "railway": ("zz-top", "- starts with a dash, <b>and</b> goes on and on" + " and on" * 60, "Käse & Co."),
}
# What mypy knows of the libraries is the same for every service; one worker at a time may write it.
MYPY_CACHE = ROOT / ".mypy_cache" / "services"
MYPY_CACHE.mkdir(parents=True, exist_ok=True)


@dataclass(frozen=True)
class Service:
    """A generated service with its virtual environment."""

    path: Path
    platform: str
    python: str

    def run(self, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the virtual environment in the service's directory."""
        program, *arguments = command
        found = shutil.which(program, path=self.path / ".venv" / "bin") or shutil.which(program)
        assert found, f"there is no {program}"
        with locked(MYPY_CACHE) if program == "mypy" else nullcontext():
            return subprocess.run(
                [found, *arguments],
                cwd=self.path,
                env={**environment(), "UV_PYTHON": str(self.path / ".venv" / "bin" / "python"), **environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )

    def test(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run its tests; fit for a few of them, again and again."""
        python = (self.path / ".venv").resolve() / "bin" / "python"
        code, output = warm.run(python, self.path, arguments, {**environment(), **environ})
        return subprocess.CompletedProcess(["pytest", *arguments], code, output, "")


def environment() -> dict[str, str]:
    """Return this process's environment without what its own virtual environment and test run put there."""
    foreign = ("VIRTUAL_ENV", "PYTEST_", "PYTHONDONTWRITEBYTECODE", "UV_", "COV_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    # Each run of pytest closes the directory that all runs share to other users, and so to Postgres' when run by root.
    return {**inherited, "PYTEST_DEBUG_TEMPROOT": _pytest_root(), "MYPY_CACHE_DIR": str(MYPY_CACHE)}


@cache
def _pytest_root() -> str:
    return tempfile.mkdtemp()


def _has(python: str) -> bool:
    uv = Uv.find(python, lambda _event: None)
    command: list[str | Path] = [uv.program, "python", "find", "--no-project", f"=={python}.*"]
    return subprocess.run(command, env=dict(uv.environ), capture_output=True, check=False).returncode == 0


def _matrix() -> Iterator[object]:
    missing = "" if _has("3.14") else "there is no Python 3.14 here, and uv can't get one"
    for platform in ANSWERS:
        yield pytest.param((platform, "3.13"), id=f"{platform}-3.13")
        marks = [pytest.mark.skip(reason=missing)] if missing else []
        yield pytest.param((platform, "3.14"), id=f"{platform}-3.14", marks=marks)


@pytest.fixture(scope="session", params=list(_matrix()))
def service(request: pytest.FixtureRequest, testrun_uid: str) -> Iterator[Service]:
    """A service for each platform and each Python that this machine has; nobody writes to it."""
    with made_once(testrun_uid, *request.param) as service:
        yield service


@pytest.fixture(scope="session")
def billing(testrun_uid: str) -> Iterator[Service]:
    """One service, for what does not depend on the answers; nobody writes to it."""
    with made_once(testrun_uid, "fly", "3.13") as service:
        yield service


@contextmanager
def made_once(testrun_uid: str, platform: str, python: str, *options: str, name: str = "service") -> Iterator[Service]:
    """Yield a service that all workers share."""
    shared_by = f"{name}-{platform}-{python}-{testrun_uid}"
    with shared(shared_by, lambda directory: make(directory, platform, python, *options)) as directory:
        yield Service(directory / ANSWERS[platform][0], platform, python)


def make(directory: Path, platform: str, python: str, *options: str) -> Service:
    """Run `svcgen new` as a team's CI would."""
    name, description, owner = ANSWERS[platform]
    made = subprocess.run(
        [
            *(sys.executable, "-m", "svcgen", "new", name, directory / name),
            *("--platform", platform, "--python", python),
            *(f"--description={description}", "--owner", owner),
            *options,
        ],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return Service(directory / name, platform, python)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that Postgres' user may reach; tmp_path is closed to it by each run of pytest, for root."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope="session")
def postgres(billing: Service) -> Iterator[str]:
    """The URL of a Postgres server: the one that the services themselves start."""
    with running_postgres(billing) as url:
        yield url


@contextmanager
def running_postgres(service: Service) -> Iterator[str]:
    with subprocess.Popen(
        [service.path / ".venv" / "bin" / "python", "-I", service.path / "scripts" / "supervisor.py", "5432"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout
        ready, _, folder = supervisor.stdout.readline().strip().partition(" ")
        assert ready == "ready", ready
        yield f"postgresql://postgres@/postgres?host={folder}"
