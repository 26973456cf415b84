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
from generated.hard_rules.mutation import Mutation
from generated.hard_rules.mutations.migrations import ON_MAIN

FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$", re.MULTILINE)
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


def check(service: Service) -> Verdict:
    result = service.run("python", "scripts/check.py")
    return Verdict(service.path, result.returncode, result.stdout + result.stderr)


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
