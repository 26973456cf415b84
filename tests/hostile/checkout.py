"""Checkouts, and what is seen of them."""

import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

Snapshot = Mapping[Path, tuple[object, ...]]
_IDENTITY = ("-c", "user.name=Eve", "-c", "user.email=eve@example.com", "-c", "core.hooksPath=/dev/null")


def git(directory: Path, *arguments: str) -> str:
    """Run git as the attacker."""
    command = ["git", *_IDENTITY, *arguments]
    return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout


def commit(directory: Path, tag: str = "") -> None:
    """Commit everything in a directory, and make it a repository before."""
    if not (directory / ".git").exists():
        git(directory, "init", "--quiet", "--template=", "-b", "main")
        (directory / ".git" / "info").mkdir(exist_ok=True)
    git(directory, "add", "--all", "--force")
    git(directory, "commit", "--quiet", "--allow-empty", "--message", tag or "ours")
    if tag:
        git(directory, "tag", tag)


def snapshot(*places: Path) -> Snapshot:
    """Take in every file, directory and link: what it is, when it changed, and what it holds."""
    return {path: _seen(path) for place in places for path in (place, *place.rglob("*"))}


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Return what is not as it was."""
    return sorted(str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _seen(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
    target = path.readlink() if path.is_symlink() else None
    # A directory that something temporary was in has another time, and so has an object that git would store again.
    timeless = stat.S_ISDIR(status.st_mode) or path.is_relative_to(_objects(path))
    time = 0 if timeless else status.st_mtime_ns
    return status.st_mode, time, status.st_ino, content, target


def _objects(path: Path) -> Path:
    return next((place / "objects" for place in path.parents if place.name == ".git"), Path("/nowhere"))
