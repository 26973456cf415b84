"""Run git, in one place for all of svcgen: it never prompts, and no repository can make it run a program."""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from svcgen.errors import NoRepositoryError, ToolError
from svcgen.system.git_environ import base_environ, disarmed, with_settings
from svcgen.system.process import Finished, execute, time_limit
from svcgen.system.steps import Notify, ignore

_DIFFS = frozenset({"diff", "diff-files", "diff-index", "diff-tree", "log", "show"})
_PLAIN_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/")
# git uses other words for a work tree whose repository is gone.
_NO_REPOSITORY = "fatal: not a git repository (or any"
# Adds the files listed on standard input, even if this machine's git ignores them: they are part of the service.
FORCE_ADD = ("-c", "core.safecrlf=false", "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
# The limit of output for a remote: 10,000 tags take 1 MiB.
_REMOTE = 4 << 20
# Variables that locate a repository; a call can set them.
_LOCATIONS = frozenset({"GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES", "GIT_DIR", "GIT_WORK_TREE"})


def git(  # noqa: PLR0913  (one for each thing that a call may need)
    directory: Path,
    *arguments: str,
    index: Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    filters: bool = False,
    notify: Notify = ignore,
) -> str:
    """Run git in a directory and return its standard output, in which file names of any encoding survive.

    Args:
        directory: The working directory.
        arguments: The command and its arguments; settings (`-c`) may come first.
        index: An index file to use instead of the repository's own.
        environ: Additional environment variables.
        stdin: The standard input.
        filters: Whether to run the filters of the repository's own configuration, as a checkout by the user would.
        notify: Receives the command.

    Raises:
        ToolError: git is not on PATH or fails.
    """
    return run_git(
        directory, *arguments, index=index, environ=environ, stdin=stdin, filters=filters, notify=notify
    ).text


def run_git(  # noqa: PLR0913  (as `git`, and which exit codes are no failure)
    directory: Path,
    *arguments: str,
    index: Path | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    accept: Collection[int] = (0,),
    filters: bool = False,
    limit: int = 256 << 20,
    notify: Notify = ignore,
) -> Finished:
    """Run git as `git` does, and also return its exit code and its output as bytes.

    Args:
        directory: As for `git`.
        arguments: As for `git`.
        index: As for `git`.
        environ: As for `git`.
        stdin: As for `git`.
        accept: The exit codes that are not failures: `git merge-tree` exits with 1 if there are conflicts.
        filters: As for `git`.
        limit: The maximum size of its output in bytes.
        notify: As for `git`.

    Raises:
        NoRepositoryError: It needs a repository.
        ToolError: git is not on PATH, or exits with another code; the message quotes git.
    """
    settings, command, rest = _split(arguments)
    variables = {**base_environ(), **(environ or {})}
    if index:
        variables["GIT_INDEX_FILE"] = str(index)
    located = tuple((name, variables[name]) for name in sorted(_LOCATIONS & variables.keys()))
    disarmed = _disarmed(directory, settings, located)
    if filters:
        disarmed = {name: value for name, value in disarmed.items() if not name.startswith("filter.")}
    variables = with_settings(variables, disarmed)
    words = (*settings, command, *(_PLAIN_DIFF if command in _DIFFS else ()), *rest)
    try:
        return execute(
            _program(),
            *words,
            cwd=directory,
            environ=variables,
            stdin=stdin,
            accept=accept,
            limit=limit,
            notify=notify,
        )
    except ToolError as error:
        if _NO_REPOSITORY in error.message:
            raise NoRepositoryError(error.message) from error
        raise


def ask_remote(*arguments: str, seconds: float = 300, notify: Notify = ignore) -> str:
    """Run a git command that talks to a remote, outside of any repository, so that no checkout configures it.

    Args:
        arguments: As for `git`.
        seconds: The time limit.
        notify: Receives the command.

    Raises:
        ToolError: git is not on PATH or fails.
    """
    with time_limit(seconds), tempfile.TemporaryDirectory(prefix="svcgen-") as nowhere:
        outside = {"GIT_CEILING_DIRECTORIES": str(Path(nowhere).resolve().parent)}
        return run_git(Path(nowhere), *arguments, environ=outside, limit=_REMOTE, notify=notify).text


def commit_settings(project: Path) -> list[str]:
    """Return settings for a commit without prompts: no hooks, no signature, and always an identity."""
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


def _program() -> str:
    # A relative entry of PATH would be searched in the checkout that svcgen runs in.
    places = os.pathsep.join(place for place in os.get_exec_path() if Path(place).is_absolute())
    program = shutil.which("git", path=places)
    if program is None:
        raise ToolError("git is not on PATH", hint="install git")
    return program


def _split(arguments: Sequence[str]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return git's own options, the name of the command, and the command's arguments."""
    place = 0
    while arguments[place].startswith("-"):
        place += 2 if arguments[place] in {"-c", "-C"} else 1
    return tuple(arguments[:place]), arguments[place], tuple(arguments[place + 1 :])


@cache
def _disarmed(directory: Path, options: tuple[str, ...], located: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """Return settings that override the programs which a repository's own configuration names."""
    listing = ("config", "--list", "--show-scope", "--name-only", "-z")
    environ = base_environ() | dict(located)
    found = execute(_program(), *options, *listing, cwd=directory, environ=environ, accept=range(256)).text.split("\0")
    own = (name for scope, name in zip(found[::2], found[1::2], strict=False) if scope in {"local", "worktree"})
    return disarmed(own)


def git_version() -> tuple[int, ...]:
    """Return the version of git that is on PATH.

    Raises:
        ToolError: There is none.
    """
    said = git(Path.cwd(), "version")
    numbers = re.search(r"(\d+)\.(\d+)", said)
    if numbers is None:
        raise ToolError(f"git does not print its version: {said.strip()}")
    return tuple(map(int, numbers.groups()))
