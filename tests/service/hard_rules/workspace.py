"""Copies of a service in which edits are made, and what the command of all static checks says of them."""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from service.conftest import Service
from service.hard_rules.edit import Edit
from service.hard_rules.mutation import CHECK, Mutation
from service.hard_rules.mutations.migrations import ON_MAIN, Git

FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+)(?::\d+)?: (?P<message>.+)$", re.MULTILINE)
PACKAGE = Edit("a package for services", files={"app/services/__init__.py": ""})
# What several correct edits change.
SHARED = (
    "app/api/__init__.py",
    "app/deps.py",
    "app/core/lifespan.py",
    "app/core/logging.py",
    "app/main.py",
    "app/models/__init__.py",
)


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
        breaches = self.output.partition("Waived:")[0]
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
    """Copy a service that has migrations on its main branch, the newest from the last commit, and leave that branch."""
    copied = copy(service, directory)
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("config", "user.name", "Ada"),
        ("config", "user.email", "ada@example.com"),
        ("config", "commit.gpgsign", "false"),
    ):
        subprocess.run(["git", *command], cwd=directory, check=True)
    for edits in ((PACKAGE, *ON_MAIN[:-1]), ON_MAIN[-1:]):
        for edit in edits:
            edit.make(directory)
        subprocess.run(["git", "add", "."], cwd=directory, check=True)
        Git().make(directory)
    Git(("checkout", "--quiet", "-b", "change")).make(directory)
    return copied


def edited(service: Service, directory: Path, *edits: Edit) -> Service:
    """Copy a service and make edits in it, with the order of imports and the line breaks that an editor makes."""
    copied = copy(service, directory)
    for edit in edits:
        edit.make(directory)
    for command in (("check", "--fix"), ("format",)):
        copied.run("ruff", *command, "--quiet", *SHARED)
    return copied


def check(service: Service, **environ: str) -> Verdict:
    result = service.run("python", CHECK, **environ)
    return Verdict(service.path, result.returncode, result.stdout + result.stderr)
