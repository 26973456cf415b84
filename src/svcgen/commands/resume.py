"""Finish or undo an unfinished update: `svcgen update --continue` and `--abort`."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from svcgen.commands.update import message
from svcgen.commands.update_result import Update
from svcgen.errors import ServiceError
from svcgen.service.publishing.post_merge import PostMerge
from svcgen.service.publishing.publication import conclude
from svcgen.service.publishing.rollback import settle, take_back
from svcgen.service.publishing.unfinished import ABORT, CONTINUE, Unfinished, find_unfinished
from svcgen.service.vcs.commits import commit_tree, undo_command
from svcgen.service.vcs.repository import Head, Repository
from svcgen.system.git import git
from svcgen.system.signals import held, stop_listening
from svcgen.system.steps import Notify, Steps
from svcgen.template.recorded import read_service

_MARKER = "<<<<<<< yours"


@dataclass(frozen=True)
class Aborted:
    """An update that was undone.

    Attributes:
        path: The service's directory.
        after: The version of the update.
        head: What is checked out now.
        kept: A commit with the team's changes to the files of the update; empty if there are none.
    """

    path: Path
    after: str
    head: Head
    kept: str


def abort_update(path: Path) -> Aborted:
    """Undo an unfinished update.

    Args:
        path: The service's directory; absolute.

    Raises:
        ServiceError: There is none.
        ToolError: An uncommitted file is in the way.
    """
    repository, record = _find(path)
    stop_listening()
    with held():
        kept = take_back(repository, record)
    return Aborted(path, record.after, repository.head(), kept)


def continue_update(path: Path, notify: Notify) -> Update:
    """Finish an update whose conflicts are resolved: lock, export, check, test, commit.

    Args:
        path: The service's directory; absolute.
        notify: Receives each step.

    Raises:
        ServiceError: There is none, or it still has conflicts.
        ToolError: git fails.
    """
    repository, record = _find(path)
    head = _require_resolved(repository, record)
    steps = Steps(notify)
    staged = git(repository.top, "write-tree").strip()
    post_merge = PostMerge(repository, read_service(path).python, steps, test=record.test)
    with tempfile.TemporaryDirectory(prefix="svcgen-") as scratch:
        finished = post_merge.run(staged, Path(scratch))
    if finished is None:
        steps.postpone("git", CONTINUE, "needs the lock")
    else:
        start = commit_tree(repository, staged, message(record.after), head.commit)
        end = commit_tree(repository, finished, message(record.after), head.commit)
        stop_listening()
        steps.require("git", lambda: conclude(repository, record, head, start, end))
    return Update(
        path,
        record.before,
        record.after,
        branch=record.branch,
        undo=undo_command(record.origin, record.branch) if record.branch and finished else ABORT,
        notes=tuple(post_merge.notes),
        steps=tuple(steps.taken),
        unfinished=finished is None,
    )


def _find(path: Path) -> tuple[Repository, Unfinished]:
    repository = Repository.find(path)
    record = find_unfinished(repository)
    if record is None or repository.prefix != record.service:
        where = f"; there is one of {repository.top / record.service}" if record else ""
        raise ServiceError(f"{path} has no unfinished update{where}", hint="start one: svcgen update")
    settle(repository, record)
    return repository, record


def _require_resolved(repository: Repository, record: Unfinished) -> Head:
    head = repository.head()
    if record.branch and head.branch != record.branch:
        raise ServiceError(
            f"the update is on the branch {record.branch}, and {head.branch or head.commit} is checked out",
            hint=f"git switch {record.branch}",
        )
    if unmerged := repository.unmerged():
        raise ServiceError(
            f"conflicts are not resolved yet in: {', '.join(unmerged)}",
            hint="edit them, then mark them as resolved: git add FILE, or git rm FILE",
        )
    for conflict in record.conflicts:
        place = repository.prefix + conflict
        if place in repository.index_entries() and _MARKER in git(repository.top, "cat-file", "blob", f":{place}"):
            raise ServiceError(f"{place} still has conflict markers", hint="resolve them, then git add it again")
    return head
