"""The last step of an update, and the way back: the only place where the user's work tree changes."""

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from svcgen.errors import ServiceError, ToolError
from svcgen.git import git
from svcgen.objects import Entry
from svcgen.repository import Head, Repository
from svcgen.signals import Interrupted, held
from svcgen.unfinished import Unfinished, forget, require_finished
from svcgen.worktree import attach, commit_tree, mark_conflicts, move, move_branch, stage_from_disk, switch_to

# Where commits stay that hold what a team made of an update which it aborted.
_ABORTED = "refs/svcgen/aborted"


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
        ToolError: The work tree has changed meanwhile. It is left as it is, and the result is on its branch alone.
        ServiceError: The same, and there is no branch that could hold the result.
        Interrupted: A signal came meanwhile, and all is as it was.
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
            raise ToolError(f"{repository.service} stays as it is: {error.message}", hint=hint) from error
        if repository.commit_of(record.branch) == record.result:
            git(repository.top, "update-ref", "-d", f"refs/heads/{record.branch}", record.result)
        raise ServiceError(
            f"{repository.service} has changed meanwhile and stays as it is: {error.message}",
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
        raise ServiceError(f"git does not look at the changes of {', '.join(sorted(unseen))}")
    if not record.branch:
        head = Head(record.origin.branch, record.result) if record.is_committed else record.origin
        move(repository, record.start, record.result, record.origin, head)
        return
    switch_to(repository, Head(record.branch, record.result))


def settle(repository: Repository, record: Unfinished) -> None:
    """Put HEAD back on its branch, where svcgen was killed while it moved the work tree."""
    head = repository.head()
    if not head.branch and head.commit in record.moving:
        with held():
            attach(repository, Head(record.branch or record.origin.branch, record.origin.commit))


def take_back(repository: Repository, record: Unfinished) -> str:
    """Bring the work tree back to where it was before an update.

    Whatever is no part of the update stays as it is now.

    Returns:
        A commit that keeps what the team made of the update's files meanwhile; empty where that is nothing.

    Raises:
        ToolError: Something that is not committed is in the way.
    """
    head, tip = repository.head(), repository.commit_of(record.branch)
    kept = ""
    if head.commit in record.own:
        kept = _leave(repository, record, head)
    elif head.branch == record.branch:
        # The team has committed on the branch, which stays.
        switch_to(repository, record.origin)
    if record.branch and tip in record.own:
        git(repository.top, "update-ref", "-d", f"refs/heads/{record.branch}", tip)
    forget(repository)
    return kept


def _leave(repository: Repository, record: Unfinished, head: Head) -> str:
    """Commit what the update's files are now, beside all branches, and switch from there to the start."""
    before, after = repository.changes(record.start, record.result)
    if record.moving and record.moving[1] != record.start:
        # What was locked is the update's; what the team resolved and staged is not.
        old, _ = repository.changes(record.start, record.moving[1])
        _, new = repository.changes(*record.moving)
        before, after = {**{path: old[path] for path in old.keys() & new.keys()}, **before}, {**after, **new}
    with tempfile.TemporaryDirectory() as scratch:
        now = _on_disk(repository, record, before.keys() | after.keys(), Path(scratch) / "all")
        known = repository.index_entries()
        # What git does not know and the update did not write is no part of it.
        paths = {
            path for path in before.keys() | after.keys() if path in {*before, *known} or now.get(path) == after[path]
        }
        _on_disk(repository, record, paths, Path(scratch) / "index")
        tree = git(repository.top, "write-tree", index=Path(scratch) / "index").strip()
    stage_from_disk(repository.top, {*paths, *repository.unmerged()})
    current = commit_tree(repository, tree, f"What became of the update to {record.after}", record.start)
    edited = any(now.get(path) not in {before.get(path), after.get(path)} for path in paths)
    if edited:
        git(repository.top, "update-ref", f"{_ABORTED}/{current[:12]}", current)
    replace(record, moving=(current, record.start)).save(repository)
    # It is at the result where the update was to be committed to it.
    if repository.commit_of(record.origin.branch) in {"", record.start, record.result}:
        move(repository, current, record.start, head, record.origin)
    else:
        move(repository, current, record.start, head, Head("", record.start))
        switch_to(repository, record.origin)
    return current if edited else ""


def _on_disk(repository: Repository, record: Unfinished, paths: Collection[str], index: Path) -> dict[str, Entry]:
    git(repository.top, "read-tree", record.start, index=index)
    stage_from_disk(repository.top, paths, index)
    return {path: entry for path, entry in repository.index_entries(index).items() if path in paths}


def conclude(repository: Repository, record: Unfinished, head: Head, start: str, end: str) -> None:
    """Bring the work tree from the resolved update to the finished one, and commit it if svcgen is to.

    Args:
        repository: The service's repository.
        record: The update.
        head: What was checked out when it was begun to finish.
        start: A commit of what the index holds.
        end: A commit of that and of what was locked; it may be the same.

    Raises:
        ToolError: Something that is not committed is in the way.
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
