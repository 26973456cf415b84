"""Commit exactly the files that svcgen wrote for a new service, including ignored ones."""

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from svcgen.errors import NoRepositoryError, ToolError
from svcgen.system.git import FORCE_ADD, commit_settings, git
from svcgen.system.steps import Notify, Steps

# Never committed, because it contains secrets.
NEVER = ".env"
VENV = ".venv"
_OTHERS_STAY = f"git add . ':!{NEVER}'"
ADD = f"git add --force --all . ':!{NEVER}' ':!{VENV}'"


class CommitTarget(Protocol):
    """A repository that receives the commits of a service: a new one, or an existing one (`Quarantine`)."""

    def commit(self, work_tree: Path, files: Iterable[str], message: str, notify: Notify) -> None:
        """Commit files.

        Args:
            work_tree: The work tree.
            files: The files, relative to the service.
            message: The message.
            notify: Receives the commands.
        """

    def publish(self) -> None:
        """Make the commits visible in the destination."""


class NewRepository:
    """A repository that is created with the service, and published together with its files."""

    def commit(self, work_tree: Path, files: Iterable[str], message: str, notify: Notify) -> None:
        """Commit files.

        Args:
            work_tree: The service.
            files: Their paths, relative to it.
            message: The message of the commit.
            notify: Receives the commands.

        Raises:
            ToolError: git is missing or fails.
        """
        if not (work_tree / ".git").exists():
            git(work_tree, "init", "--quiet", "-b", "main", notify=notify)
        git(work_tree, *FORCE_ADD, stdin="\0".join(files), notify=notify)
        git(work_tree, *commit_settings(work_tree), "commit", "--quiet", "-m", message, notify=notify)

    def publish(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Committing:
    """A service to be committed.

    Attributes:
        destination: The directory of the service.
        project: The directory of its files until they are published.
        files: The files that svcgen wrote, relative to it.
        message: The message of the commit.
        keeps: Whether the destination also contains files of the user.
    """

    destination: Path
    project: Path
    files: tuple[str, ...]
    message: str
    keeps: bool = False


def first_commit(what: Committing, repository: CommitTarget, steps: Steps) -> None:
    """Commit a service, as one step.

    Args:
        what: The service.
        repository: Receives the commit.
        steps: Records the step.
    """
    places = (what.destination, *what.destination.parents)
    start = "" if any((place / ".git").exists() for place in places) else "git init -b main && "
    command = f"{start}{_OTHERS_STAY if what.keeps else ADD} && git commit -m {shlex.quote(what.message)}"
    files = [file for file in what.files if file != NEVER]
    try:
        reason = _obstacle(what.destination)
    except ToolError as error:
        steps.fail("git", command, error)
        return
    if reason:
        steps.skip("git", f"{reason}; commit there yourself")
    else:
        steps.attempt("git", command, lambda: repository.commit(what.project, files, what.message, steps.notify))


def ignored(project: Path, files: Iterable[str]) -> tuple[str, ...]:
    """Return the files of a service that git ignores and does not track, without `.env`.

    Args:
        project: The service's directory.
        files: The files, relative to the service.

    Raises:
        ToolError: git is missing or fails.
    """
    listing = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--")
    found = git(project, *listing, *files).split("\0")
    return tuple(file for file in found if file and file != NEVER)


def service_files(project: Path) -> tuple[str, ...]:
    """Return the files of a service, relative to it, except for those of git and of the virtual environment."""
    found = []
    for folder, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name not in {".git", VENV} and ".svcgen-" not in name]
        names += [name for name in folders if Path(folder, name).is_symlink()]
        found += [Path(folder, name).relative_to(project).as_posix() for name in names if name != ".git"]
    return tuple(sorted(found))


def _obstacle(destination: Path) -> str:
    """Return why the service is not committed; empty if nothing prevents it."""
    own = destination / ".git"
    if own.is_file() or own.is_symlink():
        return f"{own} belongs to another repository"
    if own.exists():
        # This fails if git refuses the repository of another owner.
        found = Path(git(destination, "rev-parse", "--absolute-git-dir").removesuffix("\n"))
        return "" if own.samefile(found) else f"{own} is not a git repository"
    return "this is inside a git work tree already" if _is_in_work_tree(destination) else ""


def _is_in_work_tree(directory: Path) -> bool:
    existing = next(place for place in (directory, *directory.parents) if place.is_dir())
    try:
        return git(existing, "rev-parse", "--is-inside-work-tree").strip() == "true"
    except NoRepositoryError:
        return False
