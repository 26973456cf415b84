"""What to add to a service, and what was added."""

import difflib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from svcgen.resource.spec import Resource
from svcgen.system.steps import Step


@dataclass(frozen=True)
class AddRequest:
    """What to add, and where.

    Attributes:
        service: The service's directory; absolute.
        resources: The resources; they may refer to each other.
        migration: Whether to create their migration.
        allow_dirty: Whether to accept uncommitted changes, or a service without a repository.
        dry_run: Whether to change nothing.
        files: Files of a service that is not committed yet; git may ignore them.
    """

    service: Path
    resources: tuple[Resource, ...]
    migration: bool = True
    allow_dirty: bool = False
    dry_run: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Added:
    """What was added.

    Attributes:
        request: What was asked for.
        added: The new files, relative to the service.
        edited: The existing files that changed.
        diff: The whole change as a unified diff.
        notes: Edits that svcgen could not make, with instructions.
        steps: The steps taken, in order.
    """

    request: AddRequest
    added: tuple[Path, ...]
    edited: tuple[Path, ...]
    diff: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether no step is left to be run by hand."""
        return not any(step.is_left for step in self.steps)

    @property
    def undo(self) -> str:
        """The command that undoes it before it is committed, staged or not; the stash keeps a copy."""
        return f"git stash push --include-untracked -- {shlex.join(map(str, (*self.edited, *self.added)))}"


def added(
    request: AddRequest,
    before: Mapping[Path, bytes | None],
    after: Mapping[Path, bytes],
    notes: Sequence[str],
    steps: Sequence[Step],
) -> Added:
    """Return what was added, or would be.

    Args:
        request: What was asked for.
        before: What each file held; None where it was not there.
        after: What it holds.
        notes: What could not be done.
        steps: What was done.
    """
    return Added(
        request,
        added=tuple(file for file in after if before[file] is None),
        edited=tuple(file for file in after if before[file] is not None),
        diff=_diff(before, after),
        notes=tuple(notes),
        steps=tuple(steps),
    )


def _diff(before: Mapping[Path, bytes | None], after: Mapping[Path, bytes]) -> str:
    lines: list[str] = []
    for file, content in after.items():
        old = before[file]
        names = ("/dev/null" if old is None else f"a/{file}", f"b/{file}")
        lines += difflib.unified_diff(_lines(old or b""), _lines(content), *names)
    return "".join(lines)


def _lines(content: bytes) -> Sequence[str]:
    return content.decode(errors="replace").splitlines(keepends=True)
