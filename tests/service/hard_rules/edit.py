"""Edits of a service, right ones and wrong ones, and how they are made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

NO_PARENT = re.compile(r"^(down_revision: .+ = )None$", re.MULTILINE)
REVISION = re.compile(r'^revision: str = "(\w+)"$', re.MULTILINE)
PARENTS = re.compile(r"^down_revision: .+ = (.+)$", re.MULTILINE)


class Step(Protocol):
    def make(self, service: Path) -> None: ...


@dataclass(frozen=True)
class Change:
    """Writes ``new`` wherever ``old`` stands in a file that the service has."""

    file: str
    old: str
    new: str

    def make(self, service: Path) -> None:
        path = service / self.file
        text = path.read_text(encoding="utf-8")
        assert self.old in text, f"{self.file} no longer has {self.old!r}"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True)
class Insert:
    """Adds ``text`` after the first ``after`` of a file; once, however many edits need it."""

    file: str
    after: str
    text: str

    def make(self, service: Path) -> None:
        path = service / self.file
        content = path.read_text(encoding="utf-8")
        assert self.after in content, f"{self.file} no longer has {self.after!r}"
        if self.text not in content:
            path.write_text(content.replace(self.after, self.after + self.text, 1), encoding="utf-8")


@dataclass(frozen=True)
class Edit:
    """New files, and steps that change those that are there."""

    name: str
    steps: tuple[Step, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def make(self, service: Path) -> None:
        head = newest_migration(service)
        for name, content in self.files.items():
            path = service / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = NO_PARENT.sub(rf'\1"{head}"', content) if head and "/versions/" in name else content
            path.write_text(text, encoding="utf-8")
        for step in self.steps:
            step.make(service)


def newest_migration(service: Path) -> str | None:
    """Return the revision that no other one follows."""
    migrations = [path.read_text(encoding="utf-8") for path in (service / "alembic" / "versions").glob("*.py")]
    revisions = {revision[1] for text in migrations if (revision := REVISION.search(text))}
    parents = " ".join(parents[1] for text in migrations if (parents := PARENTS.search(text)))
    return next((revision for revision in revisions if revision not in parents), None)
