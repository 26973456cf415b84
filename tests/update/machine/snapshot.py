"""What a repository and its work tree are like, down to the byte."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

File = tuple[str, int, bytes]
# What git keeps for itself, and what is compared by what git says of it.
_OF_GIT = re.compile(
    r"(objects|logs|refs)/|(packed-refs|index|ORIG_HEAD|COMMIT_EDITMSG|FETCH_HEAD|AUTO_MERGE|info/refs)$"
    r"|(.*/)?sharedindex\.|(.*/)?(objects|logs|refs)/|worktrees/[^/]+/(index|ORIG_HEAD|COMMIT_EDITMSG|AUTO_MERGE)$"
    r"|modules/.*/(index|ORIG_HEAD)$"
)


@dataclass(frozen=True)
class State:
    """One moment of a repository.

    Attributes:
        head: The branch, or nothing, and the commit.
        refs: What `git for-each-ref` says.
        index: Mode, object, stage and flags of each path.
        status: What `git status` says, ignored files included.
        work_trees: What `git worktree list` says.
        files: Each file of the work trees: its kind, its mode and its content.
        git_files: Those of git's directory that are neither objects nor names of them.
    """

    head: str
    refs: str
    index: str
    status: str
    work_trees: str
    files: Mapping[str, File]
    git_files: Mapping[str, File]


def read_files(root: Path) -> dict[str, File]:
    """Return all files below a directory by their path."""
    return dict(_walk(str(root), ""))


def _walk(root: str, prefix: str) -> Iterator[tuple[str, File]]:
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        path = f"{prefix}{entry.name}"
        if entry.is_symlink():
            yield path, ("link", 0, os.fsencode(Path(entry.path).readlink()))
        elif entry.is_dir():
            yield from _walk(entry.path, f"{path}/")
        elif stat.S_ISREG(entry.stat().st_mode):
            yield path, ("file", entry.stat().st_mode & 0o777, Path(entry.path).read_bytes())


def is_git(path: str) -> bool:
    """Tell whether a path is inside a directory of git."""
    return ".git/" in path and (path.startswith(".git/") or "/.git/" in path)


def split(files: Mapping[str, File]) -> tuple[dict[str, File], dict[str, File]]:
    """Return the files of work trees, and those of git that are its state."""
    own = {path: file for path, file in files.items() if not is_git(path)}
    gits = {
        path: file for path, file in files.items() if is_git(path) and not _OF_GIT.match(path.partition(".git/")[2])
    }
    return own, gits


def differences(before: State, after: State, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Return what is another in two moments, some files left out."""
    found = []
    for field in fields(State):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if isinstance(old, Mapping):
            paths = sorted(path for path in {**old, **new} if old.get(path) != new.get(path) and path not in but)
            # The record of an update that the team has committed itself.
            paths = [path for path in paths if not path.endswith("svcgen-update.json") or path in new]
            found += [f"{path}: {old.get(path)} is now {new.get(path)}" for path in paths]
        else:
            gone, come = set(old.split("\0")) - set(new.split("\0")), set(new.split("\0")) - set(old.split("\0"))
            found += [f"{field.name}: -{line}" for line in sorted(gone) if not _is_of(line, but)]
            found += [f"{field.name}: +{line}" for line in sorted(come) if not _is_of(line, but)]
    return found


def _is_of(line: str, paths: frozenset[str]) -> bool:
    """Tell whether a line of `git status` or `git ls-files` is of one of the files."""
    return any(path.endswith(f"/{line.partition(chr(9))[2] or line[3:]}") for path in paths)
