"""A service's repository: where it is, what is checked out, and what of it git does not see."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import git
from svcgen.errors import ServiceError, ToolError
from svcgen.service.vcs.repository import Head, Repository, require_clean
from svcgen.service.vcs.tree import EXECUTABLE, LINK, REGULAR

INIT = "git init -b main && git add -A && git commit -m 'Scaffold'"
FILES = ("a.py", "b.py", "sub/c.py")


@pytest.fixture
def top(tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    top = tmp_path / "mono"
    top.mkdir()
    git(top, "init", "--quiet", "-b", "main")
    for name in FILES:
        (top / "services" / "billing" / name).parent.mkdir(parents=True, exist_ok=True)
        (top / "services" / "billing" / name).write_text(f"{name}\n")
    (top / "outside.txt").write_text("outside\n")
    commit(top)
    return top


@pytest.fixture
def service(top: Path) -> Path:
    return top / "services" / "billing"


def commit(top: Path) -> str:
    git(top, "add", "--all")
    git(top, "commit", "--quiet", "--message", "All")
    return git(top, "rev-parse", "HEAD")


def refusal(action: "object", *arguments: object) -> tuple[str, str]:
    with pytest.raises(ServiceError) as caught:
        action(*arguments)  # type: ignore[operator]
    return caught.value.message, caught.value.hint


def test_where_it_is(top: Path, service: Path, tmp_path: Path) -> None:
    assert Repository.find(service) == Repository(service, "services/billing/", top, top / ".git", top / ".git")
    assert Repository.find(top) == Repository(top, "", top, top / ".git", top / ".git")
    git(top, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "side")
    linked = tmp_path / "linked"
    assert Repository.find(linked) == Repository(
        linked, "", linked, top / ".git" / "worktrees" / "linked", top / ".git"
    )


def test_no_repository(tmp_path: Path) -> None:
    message = f"{tmp_path} is not in a git repository, so the change could not be undone"
    assert refusal(Repository.find, tmp_path) == (message, INIT)


def test_a_repository_that_git_can_not_read(top: Path) -> None:
    (top / ".git" / "config").write_text("[core]\nrepositoryformatversion = 99\n")
    with pytest.raises(ToolError, match="99"):
        Repository.find(top)


def test_a_work_tree_that_is_elsewhere(top: Path, tmp_path: Path) -> None:
    git(top, "config", "core.worktree", str(tmp_path / "other"))
    (tmp_path / "other").mkdir()
    assert refusal(Repository.find, top) == (
        f"{top} is not in the work tree of its own repository, so an update would change another directory",
        "let git find it: git config --unset core.worktree",
    )


def test_head(top: Path, service: Path) -> None:
    tip = git(top, "rev-parse", "HEAD")
    repository = Repository.find(service)
    assert repository.head() == Head("main", tip)
    git(top, "checkout", "--quiet", "--detach")
    assert repository.head() == Head("", tip)
    git(top, "checkout", "--quiet", "--orphan", "new")
    message = f"{service} is not in a git repository with a commit, so the change could not be undone"
    assert refusal(repository.head) == (message, INIT)


def test_tree(top: Path, service: Path) -> None:
    tip = git(top, "rev-parse", "HEAD")
    assert Repository.find(service).tree(tip) == git(top, "rev-parse", "HEAD:services/billing")
    assert Repository.find(top).tree("HEAD") == git(top, "rev-parse", "HEAD^{tree}")
    (top / "ignored").mkdir()
    assert refusal(Repository.find(top / "ignored").tree, "HEAD") == (
        f"no file of {top}/ignored is committed in the repository {top}, which may ignore that folder",
        f"make it a repository of its own: {INIT}",
    )


def test_branches(top: Path, service: Path) -> None:
    tip = git(top, "rev-parse", "HEAD")
    for branch in ("svcgen/v1", "svcgen/v1.1"):
        git(top, "branch", branch)
    git(top, "tag", "v9")
    repository = Repository.find(service)
    assert repository.branches() == {"main", "svcgen/v1", "svcgen/v1.1"}
    assert repository.commit_of("svcgen/v1") == tip
    assert repository.commit_of("svcgen") == ""
    assert repository.commit_of("v9") == ""
    assert repository.commit_of("") == ""


def test_changes(top: Path, service: Path) -> None:
    before = git(top, "rev-parse", "HEAD")
    (service / "a.py").rename(service / "moved.py")
    (service / "b.py").chmod(0o755)
    (service / "sub" / "c.py").write_text("other\n")
    (service / "näme\t").symlink_to("b.py")
    after = commit(top)
    old, new = Repository.find(service).changes(before, after)
    assert {path: entry.mode for path, entry in old.items()} == {
        "services/billing/a.py": REGULAR,
        "services/billing/b.py": REGULAR,
        "services/billing/sub/c.py": REGULAR,
    }
    assert {path: entry.mode for path, entry in new.items()} == {
        "services/billing/b.py": EXECUTABLE,
        "services/billing/moved.py": REGULAR,
        "services/billing/näme\t": LINK,
        "services/billing/sub/c.py": REGULAR,
    }
    assert old["services/billing/a.py"].oid == new["services/billing/moved.py"].oid
    assert new["services/billing/sub/c.py"].oid == git(top, "rev-parse", "HEAD:services/billing/sub/c.py")
    assert Repository.find(service).changes(before, before) == ({}, {})


def test_index_and_conflicts(top: Path, service: Path, tmp_path: Path) -> None:
    repository = Repository.find(service)
    entries = repository.index_entries()
    assert sorted(entries) == ["outside.txt", *(f"services/billing/{name}" for name in FILES)]
    assert (entries["outside.txt"].mode, entries["outside.txt"].oid) == (REGULAR, git(top, "rev-parse", ":outside.txt"))
    assert repository.index_entries(tmp_path / "none") == {}
    assert repository.unmerged() == []

    git(top, "switch", "--quiet", "--create", "side")
    for name in ("b.py", "a.py"):
        (service / name).write_text("theirs\n")
    commit(top)
    git(top, "switch", "--quiet", "main")
    for name in ("b.py", "a.py"):
        (service / name).write_text("ours\n")
    commit(top)
    with pytest.raises(Exception, match="returned non-zero"):
        git(top, "merge", "side")
    (top / "outside.txt").write_text("typed\n")
    assert repository.unmerged() == ["services/billing/a.py", "services/billing/b.py"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
    ],
)
def test_git_is_in_the_middle_of_something(top: Path, service: Path, name: str, what: str) -> None:
    (top / ".git" / name).mkdir()
    expected = (f"a {what} is in progress in {top}", f"finish it, or: git {what} --abort")
    assert refusal(Repository.find(service).require_ready) == expected


def test_what_is_not_committed(top: Path, service: Path) -> None:
    repository = Repository.find(service)
    (top / "outside.txt").write_text("changed\n")
    (service / ".gitignore").write_text("ignored\n")
    commit(top)
    (top / "outside.txt").write_text("again\n")
    (service / "ignored").touch()
    repository.require_ready()
    require_clean(service)
    (service / "a.py").write_text("changed\n")
    expected = (
        f"{service} has changes that are not committed:\n M services/billing/a.py",
        "commit them, or stash them: git stash --include-untracked",
    )
    assert refusal(repository.require_ready) == expected
    assert refusal(require_clean, service) == expected


@pytest.mark.parametrize("runs", [False, True])
def test_filters_run_only_where_they_may(top: Path, service: Path, tmp_path: Path, runs: bool) -> None:
    ran = tmp_path / "ran"
    git(top, "config", "filter.evil.clean", f"touch {ran}; cat")
    (service / ".gitattributes").write_text("a.py filter=evil\n")
    commit(top)
    ran.unlink(missing_ok=True)
    os.utime(service / "a.py", (1, 1))
    if runs:
        Repository.find(service).require_ready()
    else:
        require_clean(service)
    assert ran.exists() is runs


def test_a_clean_service_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "-b", "main")
    assert "not in a git repository with a commit" in refusal(require_clean, tmp_path)[0]


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_edits_that_git_does_not_look_at(service: Path, flag: str) -> None:
    names = ("a.py", "b.py", "sub/c.py")
    repository = Repository.find(service)
    git(service, "update-index", flag, *names)
    assert repository.unseen_edits(names) == set()
    (service / "a.py").write_text("changed\n")
    assert repository.unseen_edits(names) == {"a.py"}
    assert repository.unseen_edits(["b.py", "none.py"]) == set()
    (service / "sub" / "c.py").unlink()
    (service / "b.py").unlink()
    (service / "b.py").symlink_to("a.py")
    assert repository.unseen_edits(names) == {"a.py", "b.py"}
    (service / "sub" / "c.py").mkdir()
    assert repository.unseen_edits(names) == {"a.py", "b.py", "sub/c.py"}


def test_edits_that_git_does_look_at(service: Path) -> None:
    (service / "a.py").write_text("changed\n")
    assert Repository.find(service).unseen_edits(["a.py", "b.py"]) == set()


@pytest.mark.parametrize(
    ("path", "in_the_way", "is_blocked"),
    [
        ("new.py", False, False),
        ("a.py", True, False),
        ("sub", True, False),
        ("a.py/new.py", True, True),
        ("a.py/deep/new.py", True, True),
        ("sub/new.py", False, False),
        ("none/new.py", False, False),
        ("link/new.py", True, True),
        ("dangling", True, False),
    ],
)
def test_what_is_in_the_way(service: Path, path: str, in_the_way: bool, is_blocked: bool) -> None:
    (service / "link").symlink_to("sub")
    (service / "dangling").symlink_to("nowhere")
    repository = Repository.find(service)
    assert repository.in_the_way(path) is in_the_way
    assert repository.is_blocked(path) is is_blocked
