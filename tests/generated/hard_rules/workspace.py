"""A copy of a service in which edits are made, and what its checks say then."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from generated.conftest import Service
from generated.hard_rules.edit import Edit
from generated.hard_rules.mutation import CHECK, Mutation
from generated.hard_rules.mutations import MUTATIONS
from generated.hard_rules.mutations.migrations import ON_MAIN
from generated.hard_rules.waivers import Waiver

FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$", re.MULTILINE)
# What several edits change.
SHARED = (
    "app/api/__init__.py",
    "app/deps.py",
    "app/lifespan.py",
    "app/logging.py",
    "app/main.py",
    "app/models/__init__.py",
)
PACKAGE = Edit("a package for services", files={"app/services/__init__.py": ""})


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Verdict:
    """What the command of all static checks printed."""

    service: Path
    returncode: int
    output: str

    @cached_property
    def findings(self) -> list[Finding]:
        breaches = self.output.partition("\nWaived:")[0]
        return [Finding(found["file"], int(found["line"]), found["message"]) for found in FINDING.finditer(breaches)]

    @property
    def waived(self) -> str:
        return self.output.partition("Waived:")[2]

    def names(self, mutation: Mutation) -> bool:
        """Tell whether a finding says the rule, more than that (the fix), the file and the line."""
        return self.returncode == 1 and any(
            mutation.rule in found.message
            and len(found.message) > len(mutation.rule) + 10
            and found.file == mutation.file
            and re.search(mutation.at, self._line(found))
            for found in self.findings
        )

    def _line(self, found: Finding) -> str:
        path = self.service / found.file
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return lines[found.line - 1] if 0 < found.line <= len(lines) else ""


def copy(service: Service, directory: Path) -> Service:
    """Copy a service; its virtual environment is shared."""
    shutil.copytree(service.path, directory, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"))
    (directory / ".venv").symlink_to(service.path / ".venv")
    return replace(service, path=directory)


def branch(service: Service, directory: Path) -> Service:
    """Copy a service that has migrations on its main branch, and leave that branch."""
    copied = copy(service, directory)
    for edit in (PACKAGE, *ON_MAIN):
        edit.make(copied.path)
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "core.hooksPath=/dev/null")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("config", "user.name", "Ada"),
        ("config", "user.email", "ada@example.com"),
        ("add", "."),
        (*identity, "commit", "--quiet", "--message=Scaffold"),
        ("checkout", "--quiet", "-b", "change"),
    ):
        subprocess.run(["git", *command], cwd=directory, check=True)
    return copied


def edited(service: Service, directory: Path, *edits: Edit) -> Service:
    """Copy a service and make edits in it, with the order of imports and the line breaks that an editor makes."""
    copied = copy(service, directory)
    for edit in edits:
        edit.make(directory)
    for command in (("check", "--fix"), ("format",)):
        copied.run("ruff", *command, "--quiet", *SHARED)
    return copied


def check(service: Service) -> Verdict:
    result = service.run("python", "scripts/check.py")
    return Verdict(service.path, result.returncode, result.stdout + result.stderr)


def checked(service: Service, folder: Path, *, alone: bool = False) -> Iterator[tuple[Mutation, bool]]:
    """Tell for each mutation that the static checks have to notice whether they do."""
    static = [mutation for mutation in MUTATIONS if mutation.by == CHECK]
    for number, batch in enumerate([[mutation] for mutation in static] if alone else batches(static)):
        copied = branch(service, folder / str(number))
        for mutation in batch:
            mutation.edit.make(copied.path)
        verdict = check(copied)
        yield from ((mutation, verdict.names(mutation)) for mutation in batch)


@dataclass(frozen=True)
class Tested:
    caught: bool
    output: str


def tested(service: Service, directory: Path, mutation: Mutation, postgres: str) -> Tested:
    """Run the tests of a service that have to notice a mutation."""
    copied = copy(service, directory)
    mutation.edit.make(directory)
    result = copied.run("pytest", "-p", "no:cacheprovider", mutation.by, TEST_DATABASE_URL=postgres)
    caught = result.returncode == 1 and mutation.rule in result.stdout and mutation.file in result.stdout
    return Tested(caught, result.stdout + result.stderr)


def waived(service: Service, directory: Path, waivers: Iterable[Waiver]) -> Verdict:
    copied = branch(service, directory)
    for waiver in waivers:
        waiver.edit.make(directory)
    return check(copied)


def batches(mutations: Iterable[Mutation]) -> Iterator[list[Mutation]]:
    """Put together what can be wrong at the same time, for a run of all checks costs more than a second."""
    together: list[list[Mutation]] = []
    for mutation in mutations:
        if mutation.alone:
            yield [mutation]
            continue
        fitting = (batch for batch in together if not any(touched(mutation) & touched(other) for other in batch))
        if batch := next(fitting, None):
            batch.append(mutation)
        else:
            together.append([mutation])
    yield from together


def touched(mutation: Mutation) -> set[str]:
    return {mutation.file, *mutation.edit.files, *(str(getattr(step, "file", "")) for step in mutation.edit.steps)} - {
        ""
    }
