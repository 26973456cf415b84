"""Screens of svcgen, each compared with a snapshot: `pytest tests/cli/terminal --snapshots-update` writes them.

A snapshot is snapshots/NAME/80x24.txt; look at the diff before committing it.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from cli.terminal.emulator import SIZES, Terminal, normalized
from support.helpers import git
from svcgen.template.find import find_template
from svcgen.template.render import render

SNAPSHOTS = Path(__file__).parent / "snapshots"
# The last bytes of a screen arrive a moment after those that the test waited for.
_SECONDS = 5.0


class Run(Protocol):
    def __call__(
        self, *arguments: str, cwd: Path | None = None, module: str = "svcgen", **environ: str
    ) -> Terminal: ...


@pytest.fixture
def workdir() -> Iterator[Path]:
    """A directory whose path is always of one length, so that lines with it are always wrapped alike."""
    with tempfile.TemporaryDirectory(prefix="svcgen-") as directory:
        yield Path(directory).resolve()


@pytest.fixture(scope="session")
def _service_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    service = tmp_path_factory.mktemp("service")
    answers = {"service_name": "billing", "description": "Bills", "platform": "fly", "owner": "core", "python": "3.13"}
    render(find_template(None), service, answers)
    git(service, "init", "--quiet", "-b", "main")
    git(service, "add", "--all")
    git(service, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Scaffold")
    return service


@pytest.fixture
def service(_service_once: Path, workdir: Path) -> Path:
    """A service in `workdir`: committed, and with a virtual environment that holds nothing."""
    shutil.copytree(_service_once, workdir, dirs_exist_ok=True, symlinks=True)
    (workdir / ".venv" / "bin").mkdir(parents=True)
    (workdir / ".venv" / "bin" / "python").touch()
    return workdir


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Each of the sizes; a test that needs one only overrides it by `parametrize("size", [(80, 24)])`."""
    chosen: tuple[int, int] = request.param
    return chosen


@pytest.fixture
def terminal(size: tuple[int, int], workdir: Path, environ: dict[str, str]) -> Iterator[Run]:
    """Runs svcgen in `workdir` on a terminal."""
    started = []

    def run(*arguments: str, cwd: Path | None = None, module: str = "svcgen", **more: str) -> Terminal:
        variables = {**environ, "TERM": "xterm-256color", **more}
        started.append(Terminal(arguments, size, cwd or workdir, variables, (sys.executable, "-m", module)))
        return started[-1]

    yield run
    for each in started:
        each.close()


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[Terminal, str], None]:
    """Compares a screen with the snapshot of a name."""

    def check(terminal: Terminal, name: str) -> None:
        path = SNAPSHOTS / name / f"{'x'.join(map(str, terminal.size))}.txt"
        if request.config.getoption("--snapshots-update"):
            terminal.settle()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(normalized(terminal), encoding="utf-8")
        expected = path.read_text(encoding="utf-8")
        terminal.wait_for(lambda: normalized(terminal) == expected, _SECONDS)
        assert normalized(terminal) == expected, f"{path.relative_to(SNAPSHOTS)}: if it is right, --snapshots-update"

    return check
