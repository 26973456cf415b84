"""Create commits and branches of a repository without changing its work tree."""

import shlex

from svcgen.errors import ServiceError
from svcgen.service.vcs.repository import Head, Repository
from svcgen.system.git import commit_settings, git


def with_service(repository: Repository, commit: str, tree: str) -> str:
    """Return the tree of a commit, with another tree in place of the service.

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
    """Move a branch, even if it is checked out, without changing the index or the work tree.

    Args:
        repository: The repository of the service.
        branch: The branch.
        commit: The commit.
    """
    git(repository.top, "update-ref", f"refs/heads/{branch}", commit)


def detach(repository: Repository, commit: str) -> None:
    """Set HEAD to a commit, without changing the index or the work tree.

    Args:
        repository: The repository of the service.
        commit: The commit.
    """
    git(repository.top, "update-ref", "--no-deref", "HEAD", commit)


def attach(repository: Repository, head: Head) -> None:
    """Set HEAD to a branch, or to a commit if there is no branch, without changing the index or the work tree.

    Args:
        repository: The repository of the service.
        head: The branch or commit.
    """
    if head.branch:
        git(repository.top, "symbolic-ref", "HEAD", f"refs/heads/{head.branch}")
    else:
        detach(repository, head.commit)


def commit_tree(repository: Repository, tree: str, message: str, *parents: str) -> str:
    """Commit a tree outside of all branches, and return the commit.

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
    """Return the command that undoes an update on a branch, if the branch has no other commits.

    Args:
        origin: What was checked out before.
        branch: The branch of the update; empty if there is none.
    """
    place = shlex.quote(origin.branch) if origin.branch else f"--detach {origin.commit}"
    # Not &&: a hook that fails after the switch makes git exit with an error, although the switch is done.
    return f"git switch --no-overwrite-ignore {place}; git branch -D {branch}"


def free_branch(repository: Repository, version: str) -> str:
    """Return the name of the branch for an update.

    Args:
        repository: The repository of the service.
        version: The version to update to.

    Raises:
        ServiceError: The name is taken.
    """
    branches = repository.branches()
    # git can't have both a branch `svcgen` and a branch `svcgen/v1`.
    branch = f"svcgen-{version}" if "svcgen" in branches else f"svcgen/{version}"
    taken = next((other for other in branches if other == branch or other.startswith(f"{branch}/")), None)
    if taken:
        raise ServiceError(
            f"{repository.service} already has a branch {taken}, perhaps from an unmerged update",
            hint=f"merge it, or delete it: git branch -D {taken}",
        )
    return branch
