"""The git repository of a new service."""

import os
import shutil
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.events import Notify, ignore
from svcgen.process import run

# Set inside a git hook; they would point every call at the repository of the hook.
_LOCAL_VARIABLES = frozenset(
    {"GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE"}
)


def git(directory: Path, *arguments: str, index: Path | None = None, notify: Notify = ignore) -> str:
    """Run git in a directory and return its standard output.

    Args:
        directory: Where.
        arguments: The command and its arguments.
        index: An index file to use in place of the repository's own.
        notify: Is told of the command.

    Raises:
        ToolError: git is not on PATH or fails.
    """
    program = shutil.which("git")
    if program is None:
        raise ToolError("git is not on PATH", hint="install git")
    environ = {name: value for name, value in os.environ.items() if name not in _LOCAL_VARIABLES}
    if index:
        environ["GIT_INDEX_FILE"] = str(index)
    return run(program, *arguments, cwd=directory, environ=environ, notify=notify)


def is_in_work_tree(directory: Path) -> bool:
    """Tell whether a directory, which need not exist yet, belongs to a git work tree."""
    existing = next(place for place in (directory, *directory.parents) if place.is_dir())
    try:
        return git(existing, "rev-parse", "--is-inside-work-tree").strip() == "true"
    except ToolError:
        return False


def tracks_files(repository: Path) -> bool:
    """Tell whether the index of a repository is not empty."""
    try:
        return bool(git(repository, "ls-files"))
    except ToolError:
        return False


def create_repository(project: Path, notify: Notify) -> None:
    """Make a repository on `main`, unless there is one already.

    Raises:
        ToolError: git is missing or fails.
    """
    if not (project / ".git").exists():
        git(project, "init", "--quiet", "-b", "main", notify=notify)


def commit_all(project: Path, message: str, notify: Notify) -> None:
    """Commit every change of a repository.

    Raises:
        ToolError: git is missing or fails.
    """
    git(project, "add", "--all", notify=notify)
    git(project, *commit_settings(project), "commit", "--quiet", "-m", message, notify=notify)


def commit_settings(project: Path) -> list[str]:
    """Return settings for a commit that asks nothing: no hook, no passphrase, an identity in any case."""
    settings = {
        "core.hooksPath": os.devnull,
        "commit.gpgSign": "false",
        "user.name": "svcgen",
        "user.email": "svcgen@localhost",
    }
    for line in _configured(project).splitlines():
        settings.pop(line.split()[0], None)
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _configured(project: Path) -> str:
    try:
        return git(project, "config", "--get-regexp", r"^user\.(name|email)$")
    except ToolError:
        return ""
