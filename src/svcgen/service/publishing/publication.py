"""Publish an update in the user's work tree. Only this module and `rollback` change that work tree."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from svcgen.errors import ServiceError, ToolError
from svcgen.service.publishing.rollback import take_back
from svcgen.service.publishing.unfinished import Unfinished, forget, require_finished
from svcgen.service.vcs.commits import move_branch
from svcgen.service.vcs.repository import Head, Repository
from svcgen.service.vcs.tree import Entry
from svcgen.service.vcs.worktree import mark_conflicts, move, switch_to
from svcgen.system.git import git
from svcgen.system.signals import Interrupted, held


def publish(
    repository: Repository,
    record: Unfinished,
    changed: Collection[str],
    stages: Mapping[str, Mapping[int, Entry]],
) -> None:
    """Bring the result of an update into the work tree.

    Args:
        repository: The service's repository.
        record: The update.
        changed: The files of the service that change.
        stages: The entries of the index for each conflict.

    Raises:
        ToolError: The work tree has changed in the meantime. It stays unchanged, and only the branch has the result.
        ServiceError: As above, and there is no branch for the result.
        Interrupted: A signal was received, and the work tree is unchanged.
    """
    try:
        with held():
            _publish(repository, record, changed, stages)
    except Interrupted:
        with held():
            take_back(repository, record)
        raise


def _publish(
    repository: Repository,
    record: Unfinished,
    changed: Collection[str],
    stages: Mapping[str, Mapping[int, Entry]],
) -> None:
    require_finished(repository.service)
    record.save(repository)
    try:
        if record.branch:
            git(repository.top, "branch", "--no-track", record.branch, record.result)
        _enter(repository, record, changed)
    except (ServiceError, ToolError) as error:
        forget(repository)
        if record.branch and record.whole and repository.commit_of(record.branch) == record.result:
            hint = f"once that is out of the way: git switch {record.branch}"
            raise ToolError(f"{repository.service} is unchanged: {error.message}", hint=hint) from error
        if repository.commit_of(record.branch) == record.result:
            git(repository.top, "update-ref", "-d", f"refs/heads/{record.branch}", record.result)
        raise ServiceError(
            f"{repository.service} is unchanged: {error.message}",
            hint="commit or remove what is in the way, then run it again",
        ) from error
    try:
        if record.branch and not record.is_committed:
            move_branch(repository, record.branch, record.start)
        mark_conflicts(repository, stages)
    except (ServiceError, ToolError):
        take_back(repository, record)
        raise
    if record.is_committed:
        forget(repository)


def _enter(repository: Repository, record: Unfinished, changed: Collection[str]) -> None:
    if repository.head() != record.origin:
        raise ServiceError("another commit or branch is checked out")
    if unseen := repository.unseen_edits(changed):
        raise ServiceError(f"git is configured to ignore changes to {', '.join(sorted(unseen))}")
    if not record.branch:
        head = Head(record.origin.branch, record.result) if record.is_committed else record.origin
        move(repository, record.start, record.result, record.origin, head)
        return
    switch_to(repository, Head(record.branch, record.result))


def conclude(repository: Repository, record: Unfinished, head: Head, start: str, end: str) -> None:
    """Update the work tree from the resolved to the finished update, and commit it unless the update is in place.

    Args:
        repository: The service's repository.
        record: The update.
        head: What was checked out at the start of `--continue`.
        start: A commit of the index.
        end: A commit of the index and the new lock; it can be the same commit.

    Raises:
        ToolError: An uncommitted file is in the way.
    """
    with held():
        tree = f"{end}^{{tree}}"
        nothing_new = git(repository.top, "rev-parse", tree) == git(repository.top, "rev-parse", "HEAD^{tree}")
        commits = not (record.in_place or nothing_new)
        locked = replace(record, moving=(start, end))
        locked.save(repository)
        move(repository, start, end, head, Head(head.branch, end) if commits else head)
        if record.in_place:
            replace(locked, whole=True, conflicts=()).save(repository)
        else:
            forget(repository)
