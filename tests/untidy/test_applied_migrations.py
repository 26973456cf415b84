"""A migration that may be applied is never edited unnoticed; where git can't say which those are, the check says so."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from service.conftest import Service
from service.hard_rules import workspace
from service.hard_rules.edit import Change
from service.hard_rules.mutations.migrations import Git, applied
from support.helpers import git

EDITED = applied("edited")
EDIT = Change(EDITED, '"edited",', '"edited_rows",')
untidy = pytest.mark.untidy
CLONE = ("clone", "--quiet", "--config=user.name=Ada", "--config=user.email=ada@example.com")


@pytest.fixture
def service(billing: Service, tmp_path: Path) -> Service:
    """On a branch, with migrations on main."""
    return workspace.branch(billing, tmp_path / "service")


def check(service: Service, **environ: str) -> str:
    """What the check prints; it has to be red whenever it prints anything."""
    result = service.run("python", "scripts/check_migrations.py", **{"CI": "", **environ})
    assert result.returncode == (1 if result.stdout else 0), result.stdout + result.stderr
    return result.stdout


def cloned(service: Service, *options: str) -> Service:
    path = service.path.with_name("clone")
    git(service.path.parent, *CLONE, *options, f"file://{service.path}", str(path))
    return Service(path, service.platform, service.python)


def set_main_branch(service: Service, name: str) -> None:
    Change("alembic.ini", "# main_branch = trunk", f"main_branch = {name}").make(service.path)


def rename_main(service: Service) -> None:
    git(service.path, "branch", "--move", "main", "trunk")


@untidy(
    "check_migrations", "a repository of another owner", "a finding with git's own words; checked once it is trusted"
)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_repository_of_another_owner(service: Service) -> None:
    EDIT.make(service.path)
    for path in (service.path, service.path / ".git"):
        shutil.chown(path, user=12345)

    assert f"git config --global --add safe.directory {service.path}" in check(service)

    trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    assert check(service, **trusted).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "a clone whose default branch is trunk", "checked")
def test_a_main_branch_of_any_name_in_a_clone(service: Service) -> None:
    rename_main(service)
    git(service.path, "switch", "--quiet", "trunk")
    clone = cloned(service)
    git(clone.path, "switch", "--quiet", "--create", "change")
    EDIT.make(clone.path)

    assert check(clone).startswith(f"{EDITED}:1: ")


@untidy(
    "check_migrations",
    "a branch trunk and no origin/HEAD",
    "a finding that names the cure; checked once alembic.ini names the branch",
)
def test_a_main_branch_that_git_does_not_know(service: Service) -> None:
    rename_main(service)
    EDIT.make(service.path)

    said = check(service)
    assert "git remote set-head origin --auto" in said
    assert "main_branch in alembic.ini" in said

    set_main_branch(service, "trunk")
    assert check(service).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "alembic.ini names a branch that is not there", "a finding")
def test_a_main_branch_that_is_not_there(service: Service) -> None:
    set_main_branch(service, "trunk")

    assert "there is no branch trunk, which alembic.ini names" in check(service)


@untidy("check_migrations", "the remote is not called origin", "checked")
def test_the_remote_has_another_name(service: Service) -> None:
    rename_main(service)
    git(service.path, "switch", "--quiet", "trunk")
    clone = cloned(service, "--origin=company")
    git(clone.path, "branch", "--move", "change")
    EDIT.make(clone.path)
    Git().make(clone.path)

    assert check(clone).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "one branch, trunk", "checked")
def test_the_only_branch_is_the_main_one(service: Service) -> None:
    rename_main(service)
    git(service.path, "switch", "--quiet", "trunk")
    git(service.path, "branch", "--quiet", "-D", "change")
    EDIT.make(service.path)

    assert check(service).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "a clone of a feature branch alone", "a finding that names the cure")
def test_a_clone_of_one_branch_does_not_know_the_main_one(service: Service) -> None:
    rename_main(service)
    git(service.path, "switch", "--quiet", "trunk")
    clone = cloned(service, "--single-branch", "--branch=change")

    assert "git remote set-head origin --auto" in check(clone)


@untidy("check_migrations", "tags called main and origin/main", "checked against the branch")
def test_a_tag_is_not_the_main_branch(service: Service) -> None:
    EDIT.make(service.path)
    Git().make(service.path)
    git(service.path, "tag", "main")
    git(service.path, "tag", "origin/main")

    assert check(service).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "a hook in a linked work tree of a repository of several services", "checked")
def test_in_a_hook_of_a_linked_work_tree(billing: Service, service: Service, tmp_path: Path) -> None:
    """Of a repository with several services: git sets GIT_DIR there, and takes any folder for the top one."""
    repository = tmp_path / "repository"
    git(tmp_path, *CLONE, str(service.path), str(repository))
    git(repository, "switch", "--quiet", "main")
    (repository / "services").mkdir()
    git(repository, "config", "user.name", "Ada")
    for entry in git(repository, "ls-tree", "--name-only", "HEAD").splitlines():
        git(repository, "mv", entry, "services/")
    Git().make(repository)
    git(repository, "remote", "remove", "origin")
    git(repository, "worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    linked = tmp_path / "linked" / "services"
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text(f"#!/bin/sh\ncd services && {billing.path}/.venv/bin/python scripts/check_migrations.py\n")
    hook.chmod(0o755)
    EDIT.make(linked)

    committed = subprocess.run(
        ["git", "commit", "-a", "-m", "x"], cwd=linked, capture_output=True, text=True, check=False
    )
    assert committed.returncode == 1
    assert committed.stdout.startswith(f"{EDITED}:1: ") or committed.stderr.startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "a clone of one commit", "what changes in it is checked, no other finding")
@pytest.mark.parametrize("branch", ["main", "change"])
def test_a_shallow_clone_shows_what_was_changed_in_it(service: Service, branch: str) -> None:
    git(service.path, "switch", "--quiet", "main")
    clone = cloned(service, "--depth=1")
    if branch != "main":
        git(clone.path, "switch", "--quiet", "--create", branch)
    assert check(clone) == ""

    EDIT.make(clone.path)
    assert check(clone).startswith(f"{EDITED}:1: ")


@untidy("check_migrations", "CI in a clone of one commit", "a finding that names the cure")
def test_ci_does_not_check_a_merge_in_a_shallow_clone(service: Service) -> None:
    """What the last commit on main changed can't be seen there."""
    git(service.path, "switch", "--quiet", "main")
    clone = cloned(service, "--depth=1")

    assert "git fetch --unshallow" in check(clone, CI="true")


@untidy("check_migrations", "a clone without the commit where the branch left main", "a finding that names the cure")
def test_a_shallow_clone_without_a_common_commit(service: Service) -> None:
    Git(("commit", "--quiet", "--allow-empty", "--message=x")).make(service.path)
    git(service.path, "switch", "--quiet", "main")
    clone = cloned(service, "--depth=1", "--no-single-branch", "--branch=change")

    assert "git fetch --unshallow" in check(clone)


@untidy("check_migrations", "a repository and no git", "a finding")
def test_git_is_not_installed(service: Service, tmp_path: Path) -> None:
    assert "git can't be started" in check(service, PATH=str(tmp_path / "empty"))


@untidy("check_migrations", "a broken repository", "a finding")
def test_a_repository_that_is_broken(service: Service) -> None:
    (service.path / ".git" / "HEAD").write_text("nonsense\n")

    assert "Git can't determine which migrations are applied" in check(service)


@untidy("check_migrations", "a migration whose name is not ASCII", "checked")
def test_a_name_that_git_quotes(service: Service) -> None:
    path = service.path / EDITED
    path.rename(path.with_name("202611010900_gelöscht.py"))
    git(service.path, "switch", "--quiet", "main")
    git(service.path, "add", "--all")
    Git().make(service.path)
    (renamed,) = path.parent.glob("*gel*")
    renamed.write_text(renamed.read_text().replace('"edited",', '"edited_rows",'))

    assert f"\nalembic/versions/{renamed.name}:1: " in f"\n{check(service)}"


@pytest.mark.parametrize(
    "prepare", [shutil.rmtree, lambda path: git(path.parent, "checkout", "--quiet", "--orphan", "x")]
)
@untidy("check_migrations", "no repository, or one without a commit", "no finding")
def test_nothing_is_applied_where_nothing_is_committed(service: Service, prepare: Callable[[Path], object]) -> None:
    EDIT.make(service.path)
    prepare(service.path / ".git")

    assert check(service) == ""
