"""Record an update that is on disk but not committed, in the git directory of its work tree."""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from svcgen.errors import ServiceError, UnfinishedError
from svcgen.service.vcs.repository import Head, Repository
from svcgen.system.bounded import read_bounded
from svcgen.text import argument

CONTINUE, ABORT = "svcgen update --continue", "svcgen update --abort"

_FILE = "svcgen-update.json"
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_LONGEST = 1_000_000


@dataclass(frozen=True)
class Unfinished:
    """An update that a person must finish, or that is being written to the work tree.

    Attributes:
        service: The service's directory in the repository, with a final slash; empty at the top.
        before: The version before the update.
        after: The version after the update.
        origin: What was checked out before.
        start: The commit before the update.
        result: A commit of the updated service, with conflict markers.
        branch: The branch of the update; empty if there is none.
        whole: Whether it has neither conflicts nor pending steps.
        in_place: Whether the team commits it, and not svcgen.
        conflicts: The conflicting files, relative to the service.
        test: Whether to run the service's tests.
        moving: The two commits of the current or last switch of the work tree.
    """

    service: str
    before: str
    after: str
    origin: Head
    start: str
    result: str
    branch: str = ""
    whole: bool = False
    in_place: bool = False
    conflicts: tuple[str, ...] = ()
    test: bool = False
    moving: tuple[str, str] | tuple[()] = ()

    @property
    def own(self) -> set[str]:
        """The commits that svcgen created, and the commit before the update."""
        return {self.start, self.result, *self.moving}

    @property
    def is_committed(self) -> bool:
        """Whether the result is a commit of the team's history."""
        return self.whole and not self.in_place

    def save(self, repository: Repository) -> None:
        """Write the record atomically."""
        file = repository.directory / _FILE
        waiting = file.with_suffix(".new")
        waiting.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")
        waiting.replace(file)

    def is_over(self, repository: Repository) -> bool:
        """Return whether the team has moved on without svcgen: committed the update, or left its branch."""
        head, own = repository.head(), self.own
        if self.is_committed:
            return head.commit == self.result and head.branch == (self.branch or self.origin.branch)
        if head.branch and head.branch == self.branch:
            return False
        return head.commit not in own and repository.commit_of(self.branch) not in own

    def is_applied(self, repository: Repository) -> bool:
        """Return whether only the commit is missing."""
        return self.whole and self.in_place and repository.head() == self.origin


def require_finished(path: Path) -> None:
    """Refuse a service while an update of it, or of another service in its repository, is unfinished.

    Args:
        path: The service's directory.

    Raises:
        UnfinishedError: There is one.
        ToolError: git refuses to read the repository.
    """
    if not _has_record(path):
        return
    repository = Repository.find(path)
    found = find_unfinished(repository)
    if found and not found.is_applied(repository):
        service = repository.top / found.service
        raise UnfinishedError(
            f"an update of {service} to {found.after} is unfinished",
            hint=f"resolve its conflicts and finish it: {CONTINUE}{argument(service)}\n"
            f"or undo it: {ABORT}{argument(service)}",
        )


def _has_record(path: Path) -> bool:
    """Return whether there is a record, without running git: `svcgen status` does this for many services."""
    real = path.resolve()
    for folder in (real, *real.parents):
        place = folder / ".git"
        if place.is_file():
            with place.open("rb") as stream:
                link = stream.read(_LONGEST).removeprefix(b"gitdir:").strip()
            place = folder / os.fsdecode(link)
        if place.is_dir():
            return (place / _FILE).is_file()
    return False


def find_unfinished(repository: Repository) -> Unfinished | None:
    """Return the unfinished update of a repository.

    Raises:
        ServiceError: The record is damaged.
    """
    file = repository.directory / _FILE
    try:
        content: dict[str, Any] = json.loads(read_bounded(file, _LONGEST))
        origin, conflicts = Head(**content.pop("origin")), tuple(content.pop("conflicts"))
        moving = tuple(content.pop("moving", ()))
        found = Unfinished(**content, origin=origin, conflicts=conflicts, moving=moving)
        _check(found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ServiceError(f"{file} can't be read: {error}", hint=f"if no update is in progress: rm {file}") from error
    return None if found.is_over(repository) else found


def _check(record: Unfinished) -> None:
    """Refuse values that git would read as options: an untrusted checkout can contain a record."""
    for commit in (record.origin.commit, *record.own):
        if not _COMMIT.fullmatch(commit):
            raise ValueError(f"{commit!r} is not the name of a commit")
    for branch in (record.origin.branch, record.branch):
        if branch.startswith("-"):
            raise ValueError(f"{branch!r} is not the name of a branch")


def forget(repository: Repository) -> None:
    """Remove the record."""
    (repository.directory / _FILE).unlink(missing_ok=True)
