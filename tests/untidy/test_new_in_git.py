"""`svcgen new` commits what it wrote, whatever git is told, and says what git refuses."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import Svcgen

untidy = pytest.mark.untidy
IGNORED = ".env*\n.claude/\nCLAUDE.md\n.vscode/\n*.lock\n"


def files(service: Path) -> set[str]:
    """All files of a service, those of git left out."""
    return {path.relative_to(service).as_posix() for path in service.rglob("*") if path.is_file()} - git_files(service)


def git_files(service: Path) -> set[str]:
    return {path.relative_to(service).as_posix() for path in (service / ".git").rglob("*")}


def ignoring(tmp_path: Path, environ: Mapping[str, str], settings: str = "") -> str:
    """A configuration of git with a global gitignore."""
    (tmp_path / "ignore").write_text(IGNORED)
    config = Path(environ["GIT_CONFIG_GLOBAL"])
    config.write_text(f"{config.read_text()}[core]\nexcludesFile = {tmp_path / 'ignore'}\n{settings}")
    return str(config)


@untidy("svcgen new", "a global gitignore with .env*, CLAUDE.md, .vscode/", "all files but .env are committed")
def test_files_that_git_ignores_are_committed(
    svcgen: Svcgen, workdir: Path, tmp_path: Path, environ: Mapping[str, str]
) -> None:
    ignoring(tmp_path, environ)
    report = json.loads(svcgen("new", "billing", "--no-sync", "--json").stdout)
    service = workdir / "billing"

    committed = set(git(service, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    assert committed == files(service) - {".env"}
    assert {"CLAUDE.md", ".env.example", ".vscode/extensions.json"} <= committed
    assert report["left_out"] == []


@untidy("svcgen new", "core.autocrlf and core.safecrlf", "committed")
def test_line_breaks_are_no_obstacle(svcgen: Svcgen, workdir: Path, tmp_path: Path, environ: Mapping[str, str]) -> None:
    ignoring(tmp_path, environ, "autocrlf = true\nsafecrlf = true\n")
    result = svcgen("new", "billing", "--no-sync")
    assert result.returncode == 0, result.stderr
    assert git(workdir / "billing", "log", "--format=%s") == "Scaffold billing"


@untidy("svcgen new", "a repository that ignores some of the files", "a note names them and the command")
def test_a_repository_around_it_ignores_files(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q")
    (workdir / ".gitignore").write_text(IGNORED)
    result = svcgen("new", "billing", "--no-sync")

    assert result.returncode == 0
    (note,) = (line for line in result.stdout.splitlines() if "git ignores" in line)
    assert " .claude/skills/" in note
    assert " .env, " not in note
    command = note.partition("to commit them: ")[2]
    assert os.system(f"cd {workdir}/billing && {command}") == 0  # noqa: S605
    tracked = set(git(workdir / "billing", "ls-files").splitlines())
    assert tracked == files(workdir / "billing") - {".env"}


@untidy("svcgen new", "a repository of another owner around it", "no nested repository, git's own words")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_inside_a_repository_of_another_owner(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q")
    shutil.chown(workdir, user=12345)
    shutil.chown(workdir / ".git", user=12345)
    result = svcgen("new", "billing", "--no-sync")

    assert result.returncode == 1
    assert f"git config --global --add safe.directory {workdir}" in result.stderr
    assert "git init" not in result.stderr
    assert (workdir / "billing" / "pyproject.toml").exists()
    assert not (workdir / "billing" / ".git").exists()


@untidy("svcgen new", "an empty repository of another owner", "not committed, git's own words")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_into_a_repository_of_another_owner(svcgen: Svcgen, workdir: Path) -> None:
    git(workdir, "init", "-q", "billing")
    for path in (workdir / "billing", workdir / "billing" / ".git"):
        shutil.chown(path, user=12345)
    result = svcgen("new", "billing", "--no-sync")

    assert result.returncode == 1
    assert f"git config --global --add safe.directory {workdir}/billing" in result.stderr


@untidy("svcgen new", "a work tree whose repository is gone", "no nested repository, git's own words")
def test_inside_a_work_tree_whose_repository_is_gone(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / ".git").write_text("gitdir: /nowhere/.git/worktrees/x\n")
    result = svcgen("new", "billing", "--no-sync")

    assert result.returncode == 1
    assert "not a git repository: /nowhere/.git/worktrees/x" in result.stderr
    assert not (workdir / "billing" / ".git").exists()


@untidy("svcgen new", "any umask", "only the owner may read .env")
@pytest.mark.parametrize("mask", [0o002, 0o077])
def test_secrets_are_the_owner_s(svcgen: Svcgen, workdir: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        assert svcgen("new", "billing", "--no-sync", "--no-git").returncode == 0
    finally:
        os.umask(before)
    assert (workdir / "billing" / ".env").stat().st_mode & 0o777 == 0o600
    assert (workdir / "billing" / "README.md").stat().st_mode & 0o777 == 0o666 & ~mask
