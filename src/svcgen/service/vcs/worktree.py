"""Check out a temporary work tree, and switch the user's work tree in the last step of an update."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from svcgen.errors import ToolError
from svcgen.service.vcs.commits import attach, detach
from svcgen.service.vcs.repository import Head, Repository
from svcgen.service.vcs.tree import Entry
from svcgen.system.git import git

_SWITCH = ("switch", "--quiet", "--no-overwrite-ignore")


@contextmanager
def temporary_work_tree(repository: Repository, tree: str, scratch: Path, folders: Collection[str]) -> Iterator[Path]:
    """Check out a tree in an unregistered work tree, and yield the service's directory in it.

    Its git directory is created by hand, with the layout of a linked work tree in gitrepository-layout(5). So there is
    nothing to unregister after a crash, and programs in it see the branches and the history.

    Args:
        repository: The service's repository.
        tree: The whole tree of the repository.
        scratch: A temporary directory.
        folders: The folders to check out, relative to the top of the repository.
    """
    own, top = scratch / "git", scratch / "worktree"
    (own / "info").mkdir(parents=True)
    top.mkdir()
    (own / "HEAD").write_text(f"{repository.head().commit}\n")
    (own / "commondir").write_bytes(os.fsencode(f"{repository.common.absolute()}\n"))
    (own / "info" / "sparse-checkout").write_text("".join(f"/{_escaped(folder) or '*'}\n" for folder in folders))
    (top / ".git").write_bytes(os.fsencode(f"gitdir: {own}\n"))
    sparse = ("-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=false")
    # Neither the lock nor the checks need the content of large files.
    git(top, *sparse, "read-tree", "-m", "-u", tree, environ={"GIT_LFS_SKIP_SMUDGE": "1"}, filters=True)
    yield top / repository.prefix


def switch_to(repository: Repository, head: Head) -> None:
    """Switch to a branch, or to a commit if there is no branch, unless a file is in the way, even an ignored one.

    Args:
        repository: The repository of the service.
        head: The branch or commit.

    Raises:
        ToolError: A file is in the way.
    """
    _require_free(repository, "HEAD", f"refs/heads/{head.branch}" if head.branch else head.commit)
    git(repository.top, *_SWITCH, *([head.branch] if head.branch else ["--detach", head.commit]), filters=True)


def move(repository: Repository, start: str, end: str, before: Head, after: Head) -> None:
    """Switch the index and the work tree from one commit to another, as `git switch` does, whatever HEAD is.

    Args:
        repository: The service's repository.
        start: The commit whose tree is in the index.
        end: The commit to switch to.
        before: The current HEAD.
        after: The new HEAD; its branch may be moved or created.

    Raises:
        ToolError: An uncommitted file is in the way, or HEAD is something else. Then nothing has changed.
    """
    if repository.head() != before:
        raise ToolError("another commit or branch was checked out in the meantime", hint="run it again")
    _require_free(repository, start, end)
    detach(repository, start)
    try:
        with _branch_at(repository, before, after):
            git(repository.top, *_SWITCH, "--detach", end, filters=True)
    except BaseException:
        attach(repository, before)
        raise
    attach(repository, after)


@contextmanager
def _branch_at(repository: Repository, before: Head, after: Head) -> Iterator[None]:
    """Move a branch unless it was moved in the meantime, and move it back on an error."""
    old = before.commit if after.branch == before.branch else repository.commit_of(after.branch)
    if not after.branch or old == after.commit:
        yield
        return
    ref = f"refs/heads/{after.branch}"
    git(repository.top, "update-ref", ref, after.commit, old)
    try:
        yield
    except BaseException:
        git(repository.top, "update-ref", *([ref, old] if old else ["-d", ref]), after.commit)
        raise


def _require_free(repository: Repository, start: str, end: str) -> None:
    """Refuse to overwrite untracked files: in a sparse checkout, `git switch` itself overwrites them."""
    before, after = repository.changes(start, end)
    known = repository.index_entries().keys()
    blocked = [path for path in sorted(after.keys() - before.keys()) if _is_blocked(repository.top, path, known)]
    if blocked:
        names = ", ".join(blocked)
        raise ToolError(f"untracked files are in the way: {names}", hint="move them, then run it again")


def _is_blocked(top: Path, path: str, known: Collection[str]) -> bool:
    for place in (*reversed(PurePosixPath(path).parents), PurePosixPath(path)):
        if (top / place).is_symlink() or (top / place).is_file():
            return str(place) not in known
    inside = (file for file in (top / path).rglob("*") if file.is_symlink() or not file.is_dir())
    return any(file.relative_to(top).as_posix() not in known for file in inside)


def mark_conflicts(repository: Repository, stages: Mapping[str, Mapping[int, Entry]]) -> None:
    """Mark paths of the service as unmerged in the index, as `git merge` does.

    Args:
        repository: The repository of the service.
        stages: The entries of each path.
    """
    lines = []
    for path, entries in stages.items():
        place = repository.prefix + path
        lines.append(f"0 {'0' * len(next(iter(entries.values())).oid)}\t{place}\0")
        lines += [f"{entry.mode} {entry.oid} {stage}\t{place}\0" for stage, entry in sorted(entries.items())]
    git(repository.top, "update-index", "-z", "--index-info", stdin="".join(lines))


def stage_from_disk(directory: Path, paths: Collection[str], index: Path | None = None) -> None:
    """Stage the state of paths on disk, including deletions, in the index of a work tree or in another index.

    Args:
        directory: A directory of the work tree.
        paths: The paths, relative to it.
        index: The index; by default the work tree's.
    """
    folders = {path for path in paths if (directory / path).is_dir() and not (directory / path).is_symlink()}
    for flag, some in (("--remove", set(paths) - folders), ("--force-remove", folders)):
        lines = "".join(f"{path}\0" for path in some)
        git(directory, "update-index", "--add", flag, "-z", "--stdin", index=index, stdin=lines, filters=True)


def _escaped(folder: str) -> str:
    return "".join(f"\\{character}" if character in "\\*?[#! " else character for character in folder)
