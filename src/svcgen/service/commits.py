"""Commits and branches of a repository, made without its work tree."""

import shlex

from svcgen.errors import ServiceError
from svcgen.service.repository import Head, Repository
from svcgen.system.git import commit_settings, git


def with_service(repository: Repository, commit: str, tree: str) -> str:
    """Return the tree of a commit with another tree in the place of the service.

    Args:
        repository: The repository of the service.
        commit: The commit.
        tree: The tree of the service.
    """
    folders = repository.prefix.split("/")[:-1]
    for depth in range(len(folders), 0, -1):
        outer = "/".join(folders[: depth - 1])
        listed = git(repository.top, "ls-tree", "-z", f"{commit}:{outer}").split("\0")
        others = [line for line in listed if line and line.partition("\t")[2] != folders[depth - 1]]
        line = f"040000 tree {tree}\t{folders[depth - 1]}"
        tree = git(repository.top, "mktree", "-z", stdin="".join(f"{entry}\0" for entry in (*others, line))).strip()
    return tree


def move_branch(repository: Repository, branch: str, commit: str) -> None:
    """Move a branch that may be checked out; neither the index nor the work tree changes.

    Args:
        repository: The repository of the service.
        branch: The branch.
        commit: The commit.
    """
    git(repository.top, "update-ref", f"refs/heads/{branch}", commit)


def detach(repository: Repository, commit: str) -> None:
    """Let HEAD be a commit; neither the index nor the work tree changes.

    Args:
        repository: The repository of the service.
        commit: The commit.
    """
    git(repository.top, "update-ref", "--no-deref", "HEAD", commit)


def attach(repository: Repository, head: Head) -> None:
    """Let HEAD be a branch, or a commit where there is none; neither the index nor the work tree changes.

    Args:
        repository: The repository of the service.
        head: The branch or commit.
    """
    if head.branch:
        git(repository.top, "symbolic-ref", "HEAD", f"refs/heads/{head.branch}")
    else:
        detach(repository, head.commit)


def commit_tree(repository: Repository, tree: str, message: str, *parents: str) -> str:
    """Commit a tree on no branch, and return the commit.

    Args:
        repository: The repository of the service.
        tree: The tree.
        message: The message.
        *parents: The parents of the commit.
    """
    flags = [word for parent in parents for word in ("-p", parent)]
    settings = commit_settings(repository.service)
    return git(repository.top, *settings, "commit-tree", tree, "-m", message, *flags).strip()


def undo_command(origin: Head, branch: str) -> str:
    """Return the command that takes back an update which made a branch, as long as nothing else was done on it.

    Args:
        origin: What was checked out before.
        branch: The branch of the update; empty if there is none.
    """
    place = shlex.quote(origin.branch) if origin.branch else f"--detach {origin.commit}"
    # Not &&: a hook that fails after a switch is no failure of the switch.
    return f"git switch --no-overwrite-ignore {place}; git branch -D {branch}"


def free_branch(repository: Repository, version: str) -> str:
    """Return the name of the branch for an update.

    Args:
        repository: The repository of the service.
        version: The version to update to.

    Raises:
        ServiceError: There is one of that name.
    """
    branches = repository.branches()
    # A branch can't be in a folder whose name another branch has.
    branch = f"svcgen-{version}" if "svcgen" in branches else f"svcgen/{version}"
    taken = next((other for other in branches if other == branch or other.startswith(f"{branch}/")), None)
    if taken:
        raise ServiceError(
            f"{repository.service} already has a branch {taken}, perhaps from an unmerged update",
            hint=f"merge it, or delete it: git branch -D {taken}",
        )
    return branch
