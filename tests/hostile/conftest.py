"""Attacks: each test says `attack(what, outcome)`, and `table.py` prints them.

`SVCGEN_OLD=../other/src` in the environment tries them on other code: an attack that it withstands proves nothing.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hostile.checkout import Snapshot, commit, git, snapshot
from support.marked import collected
from svcgen.template.find import Template
from svcgen.template.render import render

ANSWERS = {"service_name": "billing", "description": "d", "platform": "fly", "owner": "payments", "python": "3.13"}
OLD = os.environ.get("SVCGEN_OLD")
# None of the commands needs this much, and an attack on the memory should not reach the machine's.
MEMORY = 3 << 30


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "attack(what, outcome): what is tried, and what has to happen")


def pytest_itemcollected(item: pytest.Item) -> None:
    collected("attack", item)


@dataclass(frozen=True)
class Victim:
    """A user who runs svcgen in a place where every change is seen.

    Attributes:
        place: What the attacker can write to: checkouts, and what they name as sources.
        home: The user's own directory.
        temporary: Where the user's programs put what is temporary.
        canaries: A file appears here when something of the attacker's is executed.
    """

    place: Path
    home: Path
    temporary: Path
    canaries: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> Path:
        return self.place / "billing"

    def canary(self, name: str, then: str = "") -> str:
        """Return a shell command that is noticed."""
        return f"touch {self.canaries}/{name.replace('/', '-')}; {then}"

    def program(self, path: Path, then: str = "") -> Path:
        """Make a program that is noticed when it runs."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{self.canary(path.name, then)}\n")
        path.chmod(0o755)
        return path

    def command(self, *arguments: str) -> list[str]:
        known = [word for word in arguments if not (OLD and word.startswith(("--timeout", "--rules")))]
        return [sys.executable, "-m", "svcgen", *known]

    def run(self, *arguments: str, cwd: Path | None = None, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run svcgen in the service."""
        try:
            return subprocess.run(
                self.command(*arguments),
                cwd=cwd or self.service,
                env={**self.environ, **environ},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                timeout=20,
                check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
            )
        except subprocess.TimeoutExpired:
            pytest.fail("it never ends")

    def look(self) -> Snapshot:
        """Take in everything that could be changed."""
        return snapshot(self.place, self.home, self.temporary)

    @property
    def sung(self) -> Sequence[str]:
        return sorted(path.name for path in self.canaries.iterdir())

    def answer(self, **answers: str) -> None:
        """Change answers of the service, and commit them."""
        file = self.service / ".copier-answers.yml"
        lines = [line for line in file.read_text().splitlines() if line.partition(":")[0] not in answers]
        file.write_text("\n".join([*lines, *(f"{name}: {value}" for name, value in answers.items())]) + "\n")
        commit(self.service)


@pytest.fixture(scope="session")
def fork(tmp_path_factory: pytest.TempPathFactory, plain_template: Path) -> Path:
    """A company's fork of the template, with two releases."""
    repository = tmp_path_factory.mktemp("fork") / "template"
    shutil.copytree(plain_template, repository)
    commit(repository, "v1.0.0")
    with (repository / "template" / "compose.yaml.jinja").open("a") as file:
        file.write("# better\n")
    commit(repository, "v1.1.0")
    return repository


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, fork: Path) -> Path:
    """A service of the fork's first release."""
    service = tmp_path_factory.mktemp("made") / "billing"
    subprocess.run(["git", "checkout", "--quiet", "v1.0.0"], cwd=fork, check=True)
    render(Template(fork, "v1.0.0", str(fork)), service, ANSWERS)
    subprocess.run(["git", "checkout", "--quiet", "main"], cwd=fork, check=True)
    commit(service)
    git(service, "repack", "-a", "-d", "--quiet")  # few files to copy for each test
    return service


@pytest.fixture(scope="session")
def uv_cache() -> str:
    return subprocess.run(["uv", "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def victim(made: Path, uv_cache: str, tmp_path: Path) -> Iterator[Victim]:
    place, home, temporary, canaries = (tmp_path / name for name in ("place", "home", "temporary", "canaries"))
    for directory in (place, home, temporary, canaries):
        directory.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    shutil.copytree(made, place / "billing", symlinks=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "UV_", "XDG_"))}
    for name in ("NO_COLOR", "SVCGEN_OLD", "SVCGEN_SOURCE", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"):
        inherited.pop(name, None)
    environ = {**inherited, "HOME": str(home), "TMPDIR": str(temporary), "GIT_CONFIG_NOSYSTEM": "1"}
    environ["UV_CACHE_DIR"] = uv_cache
    if OLD:
        environ["PYTHONPATH"] = OLD
    yield Victim(place, home, temporary, canaries, environ)
    for path in place.rglob("*"):
        with suppress(OSError):
            path.chmod(0o755) if path.is_dir() and not path.is_symlink() else None
