"""Takes an update back that is in the user's work tree, and loses nothing that was written since."""

import tempfile
from dataclasses import replace
from pathlib import Path

from svcgen.service.commits import attach, commit_tree
from svcgen.service.repository import Head, Repository
from svcgen.service.unfinished import Unfinished, forget
from svcgen.service.worktree import move, stage_from_disk, switch_to
from svcgen.system.git import git
from svcgen.system.signals import held

# Where commits stay that hold what a team made of an update which it aborted.
_ABORTED = "refs/svcgen/aborted"


def settle(repository: Repository, record: Unfinished) -> None:
    """Put HEAD back on its branch, where svcgen was killed while it moved the work tree.

    Args:
        repository: The repository of the service.
        record: The record of the update.
    """
    head = repository.head()
    if not head.branch and head.commit in record.moving:
        with held():
            attach(repository, Head(record.branch or record.origin.branch, record.origin.commit))


def take_back(repository: Repository, record: Unfinished) -> str:
    """Bring the work tree back to where it was before an update.

    Whatever is no part of the update stays as it is now.

    Args:
        repository: The repository of the service.
        record: The record of the update.

    Returns:
        A commit that keeps what the team made of the update's files meanwhile; empty where that is nothing.

    Raises:
        ToolError: Something that is not committed is in the way.
    """
    head, tip = repository.head(), repository.commit_of(record.branch)
    kept = ""
    if record.branch and tip == record.start and head.branch not in {record.branch, ""}:
        # The team has gone to another branch, whose files are its own.
        pass
    elif head.commit in record.own:
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
    files = before.keys() | after.keys()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        # Of the result, since it is its modes that are on disk where core.fileMode is false.
        git(repository.top, "read-tree", record.result, index=index)
        stage_from_disk(repository.top, files, index)
        now = repository.index_entries(index)
        known = repository.index_entries()
        # What git does not know and the update did not write is no part of it.
        paths = {path for path in files if path in {*before, *known} or now.get(path) == after[path]}
        others = "".join(f"{path}\0" for path in files - paths)
        git(repository.top, "update-index", "--force-remove", "-z", "--stdin", index=index, stdin=others)
        tree = git(repository.top, "write-tree", index=index).strip()
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
