"""The work tree of a service's repository: is it clean, put it back, check it out a second time."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from svcgen.errors import ServiceError, ToolError
from svcgen.git import git
from svcgen.signals import held

NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


def require_clean(path: Path) -> None:
    """Refuse a repository in which something would be lost if it were reset.

    Raises:
        ServiceError: Something is not committed, or there is no repository.
    """
    try:
        # All of it: a service may be a folder of a larger repository.
        status = git(path, "status", "--porcelain").rstrip()
        git(path, "rev-parse", "--verify", "--quiet", "HEAD")
    except ToolError as error:
        raise ServiceError(
            f"{path} is in no git repository with a commit, so nothing could be undone",
            hint="git init -b main && git add -A && git commit -m 'Scaffold'",
        ) from error
    if status:
        raise ServiceError(
            f"{path} has changes that are not committed:\n{status}",
            hint="commit them, or put them aside: git stash --include-untracked",
        )


def checked_out(path: Path) -> str:
    """Return the branch, or the commit where there is none."""
    return git(path, "branch", "--show-current").strip() or git(path, "rev-parse", "HEAD").strip()


def switch_to_new(path: Path, branch: str) -> None:
    """Make a branch and switch to it.

    Raises:
        ServiceError: There is one of that name.
    """
    if git(path, "branch", "--list", branch).strip():
        raise ServiceError(
            f"{path} has a branch {branch} already, perhaps of an update that nobody merged",
            hint=f"merge it, or delete it: git branch -D {branch}",
        )
    git(path, *NO_HOOKS, "switch", "--quiet", "--create", branch)


def undo_command(origin: str, branch: str) -> str:
    """Return what takes back a change that was made on a new branch, or without one on the one checked out."""
    if not branch:
        return "git reset --hard"
    return f"git switch --discard-changes {shlex.quote(origin)} && git branch -D {branch}"


def restore(path: Path, origin: str, branch: str) -> None:
    """Put a repository that was clean back to where it was."""
    git(path, *NO_HOOKS, "reset", "--quiet", "--hard")
    if branch and git(path, "branch", "--show-current").strip() == branch:
        detach = () if git(path, "branch", "--list", origin).strip() else ("--detach",)
        git(path, *NO_HOOKS, "switch", "--quiet", *detach, origin)
        git(path, "branch", "--quiet", "-D", branch)


@contextmanager
def second_worktree(path: Path, scratch: Path) -> Iterator[Path]:
    """Check HEAD out a second time, and yield the directory in it that is the given one here."""
    prefix = git(path, "rev-parse", "--show-prefix").strip()
    top = scratch / "worktree"
    git(path, *NO_HOOKS, "worktree", "add", "--quiet", "--detach", str(top), "HEAD")
    try:
        yield top / prefix
    finally:
        with held():
            git(path, "worktree", "remove", "--force", str(top))
