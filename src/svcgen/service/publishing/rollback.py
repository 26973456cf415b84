"""Undo an update in the user's work tree, without losing later changes."""

import tempfile
from dataclasses import replace
from pathlib import Path

from svcgen.service.publishing.unfinished import Unfinished, forget
from svcgen.service.vcs.commits import attach, commit_tree
from svcgen.service.vcs.repository import Head, Repository
from svcgen.service.vcs.worktree import move, stage_from_disk, switch_to
from svcgen.system.git import git
from svcgen.system.signals import held

# Keeps commits with a team's changes to an update that it aborted.
_ABORTED = "refs/svcgen/aborted"


def settle(repository: Repository, record: Unfinished) -> None:
    """Set HEAD back to its branch if svcgen was killed while it changed the work tree.

    Args:
        repository: The repository of the service.
        record: The record of the update.
    """
    head = repository.head()
    if not head.branch and head.commit in record.moving:
        with held():
            attach(repository, Head(record.branch or record.origin.branch, record.origin.commit))


def take_back(repository: Repository, record: Unfinished) -> str:
    """Restore the work tree to its state before an update.

    Files that are not part of the update are unchanged.

    Args:
        repository: The repository of the service.
        record: The record of the update.

    Returns:
        A commit that keeps the team's changes to the files of the update; empty if there are none.

    Raises:
        ToolError: An uncommitted file is in the way.
    """
    head, tip = repository.head(), repository.commit_of(record.branch)
    kept = ""
    if record.branch and tip == record.start and head.branch not in {record.branch, ""}:
        # The team has switched to another branch, so there is nothing to restore.
        pass
    elif head.commit in record.own:
        kept = _leave(repository, record, head)
    elif head.branch == record.branch:
        # The team has committed to the branch, so the branch is kept.
        switch_to(repository, record.origin)
    if record.branch and tip in record.own:
        git(repository.top, "update-ref", "-d", f"refs/heads/{record.branch}", tip)
    forget(repository)
    return kept


def _leave(repository: Repository, record: Unfinished, head: Head) -> str:
    """Commit the current files of the update outside of all branches, and switch from there to the start."""
    before, after = repository.changes(record.start, record.result)
    if record.moving and record.moving[1] != record.start:
        # The new lock is part of the update; what the team resolved and staged is not.
        old, _ = repository.changes(record.start, record.moving[1])
        _, new = repository.changes(*record.moving)
        before, after = {**{path: old[path] for path in old.keys() & new.keys()}, **before}, {**after, **new}
    files = before.keys() | after.keys()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        # Start from the result, whose modes are on disk if core.fileMode is false.
        git(repository.top, "read-tree", record.result, index=index)
        stage_from_disk(repository.top, files, index)
        now = repository.index_entries(index)
        known = repository.index_entries()
        # An untracked file that the update did not write is not part of it.
        paths = {path for path in files if path in {*before, *known} or now.get(path) == after[path]}
        others = "".join(f"{path}\0" for path in files - paths)
        git(repository.top, "update-index", "--force-remove", "-z", "--stdin", index=index, stdin=others)
        tree = git(repository.top, "write-tree", index=index).strip()
    stage_from_disk(repository.top, {*paths, *repository.unmerged()})
    current = commit_tree(repository, tree, f"Changes to the aborted update to {record.after}", record.start)
    edited = any(now.get(path) not in {before.get(path), after.get(path)} for path in paths)
    if edited:
        git(repository.top, "update-ref", f"{_ABORTED}/{current[:12]}", current)
    replace(record, moving=(current, record.start)).save(repository)
    # The branch is at the result if the update was committed to it.
    if repository.commit_of(record.origin.branch) in {"", record.start, record.result}:
        move(repository, current, record.start, head, record.origin)
    else:
        move(repository, current, record.start, head, Head("", record.start))
        switch_to(repository, record.origin)
    return current if edited else ""
