"""The first commits of a new service: the files that svcgen wrote, by name, whatever git ignores, and nothing else."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

from svcgen.errors import NoRepositoryError, ToolError
from svcgen.events import Notify
from svcgen.git import commit_settings, git
from svcgen.steps import Steps

# It holds secrets.
NEVER = ".env"
ADD = f"git add --force --all . ':!{NEVER}' ':!.venv'"


def first_commit(destination: Path, project: Path, message: str, steps: Steps) -> None:
    """Take the step that commits a service, in a repository of its own.

    Args:
        destination: Where the service will be.
        project: Where it is until then.
        message: The message of the commit.
        steps: Record the step.
    """
    has_repository = any((place / ".git").exists() for place in (destination, *destination.parents))
    command = f"{'' if has_repository else 'git init -b main && '}{ADD} && git commit -m {shlex.quote(message)}"

    def make() -> None:
        if not (project / ".git").exists():
            git(project, "init", "--quiet", "-b", "main", notify=steps.notify)
        commit(project, service_files(project), message, steps.notify)

    try:
        reason = _obstacle(destination)
    except ToolError as error:
        steps.fail("git", command, error)
        return
    if reason:
        steps.skip("git", f"{reason}; commit there yourself")
    else:
        steps.attempt("git", command, make)


def commit(project: Path, files: Iterable[str], message: str, notify: Notify) -> None:
    """Commit files, but for `.env`.

    Args:
        project: The top of a repository.
        files: What svcgen wrote, relative to it.
        message: The message of the commit.
        notify: Receives the commands.

    Raises:
        ToolError: git is missing or fails.
    """
    names = "\0".join(file for file in files if file != NEVER)
    # Ignored on this machine, a file is still part of the service: only git's own refusals are left.
    add = ("-c", "core.safecrlf=false", "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
    git(project, *add, stdin=names, notify=notify)
    git(project, *commit_settings(project), "commit", "--quiet", "-m", message, notify=notify)


def ignored(project: Path, files: Iterable[str]) -> tuple[str, ...]:
    """Return those of a service's files that git neither tracks nor adds unless it is forced to, but for `.env`.

    Raises:
        ToolError: git is missing or fails.
    """
    listing = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--")
    found = git(project, *listing, *files).split("\0")
    return tuple(file for file in found if file and file != NEVER)


def service_files(project: Path) -> tuple[str, ...]:
    """Return the files of a service, relative to it, without those of git and of the virtual environment."""
    found = []
    for folder, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name not in {".git", ".venv"} and ".svcgen-" not in name]
        names += [name for name in folders if Path(folder, name).is_symlink()]
        found += [Path(folder, name).relative_to(project).as_posix() for name in names if name != ".git"]
    return tuple(sorted(found))


def _obstacle(destination: Path) -> str:
    """Return why a service is not to be committed in a repository of its own, or nothing."""
    own = destination / ".git"
    if own.is_file():
        return f"{own} belongs to another repository"
    if own.exists():
        return "the repository tracks files that are not there" if git(destination, "ls-files") else ""
    return "this is inside a git work tree already" if _is_in_work_tree(destination) else ""


def _is_in_work_tree(directory: Path) -> bool:
    existing = next(place for place in (directory, *directory.parents) if place.is_dir())
    try:
        return git(existing, "rev-parse", "--is-inside-work-tree").strip() == "true"
    except NoRepositoryError:
        return False
