"""The user's work tree moves in one step or stays, and a commit is checked out beside it without a trace."""

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.helpers import git
from support.monorepo import END, START, Monorepo
from support.upstream import state
from svcgen.errors import ToolError
from svcgen.service.vcs.commits import commit_tree, move_branch, undo_command, with_service
from svcgen.service.vcs.repository import Head, Repository
from svcgen.service.vcs.worktree import mark_conflicts, move, stage_from_disk, switch_to, temporary_work_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from svcgen.service.vcs.tree import Entry


def test_only_what_is_asked_for_is_checked_out(monorepo: Monorepo, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = state(monorepo.top)
    tree = git(monorepo.top, "rev-parse", f"{monorepo.end}^{{tree}}")
    with temporary_work_tree(monorepo.repository, tree, scratch, {"services/billing/", "deep/"}) as place:
        assert place == scratch / "worktree" / "services" / "billing"
        top = scratch / "worktree"
        found = sorted(path.relative_to(top).as_posix() for path in top.rglob("*.py"))
        assert found == ["deep/er/new.py", *(f"services/billing/{name}.py" for name in ("app", "new", "old"))]
        assert git(top, "write-tree") == tree
        assert git(place, "rev-parse", "HEAD") == monorepo.start
        assert "main" in git(place, "branch", "--list")
    assert state(monorepo.top) == before


def test_a_service_at_the_top_is_checked_out_whole(monorepo: Monorepo, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    repository = Repository.find(monorepo.top)
    tree = git(monorepo.top, "rev-parse", f"{monorepo.end}^{{tree}}")
    with temporary_work_tree(repository, tree, tmp_path / "scratch", {""}) as place:
        assert (place / "z").exists()
        assert (place / "services" / "orders" / "o.py").exists()


@pytest.mark.parametrize("folder", ["a b", "#a", "!a", "[a]", "a*", "a?", "a\\b"])
def test_a_folder_of_any_name(monorepo: Monorepo, tmp_path: Path, folder: str) -> None:
    for name in (folder, "a"):
        (monorepo.top / name).mkdir()
        (monorepo.top / name / "x.py").write_text("x\n")
    monorepo.commit({})
    (tmp_path / "scratch").mkdir()
    tree = git(monorepo.top, "rev-parse", "HEAD^{tree}")
    with temporary_work_tree(
        Repository.find(monorepo.top / folder), tree, tmp_path / "scratch", {f"{folder}/"}
    ) as place:
        found = sorted(path.relative_to(tmp_path / "scratch" / "worktree") for path in place.parent.rglob("*.py"))
    assert found == [Path(folder, "x.py")]


def test_large_files_are_not_fetched_and_filters_run(monorepo: Monorepo, tmp_path: Path) -> None:
    git(monorepo.top, "config", "filter.own.smudge", "sed s/^/$GIT_LFS_SKIP_SMUDGE/")
    monorepo.commit({"services/billing/.gitattributes": "*.py filter=own\n"})
    (tmp_path / "scratch").mkdir()
    tree = git(monorepo.top, "rev-parse", "HEAD^{tree}")
    with temporary_work_tree(monorepo.repository, tree, tmp_path / "scratch", {"services/billing/"}) as place:
        assert (place / "old.py").read_text() == "1old\n"


@pytest.mark.parametrize("place", ["services/billing", "services", "."])
def test_the_tree_around_a_service_stays(monorepo: Monorepo, place: str) -> None:
    new = git(monorepo.top, "rev-parse", f"{monorepo.end}:services/billing")
    tree = with_service(Repository.find(monorepo.top / place), monorepo.start, new)
    prefix = "" if place == "." else f"{place}/"
    assert git(monorepo.top, "rev-parse", f"{tree}:{prefix.rstrip('/')}" if prefix else tree) == new
    listed = git(monorepo.top, "ls-tree", "-r", "--name-only", tree).splitlines()
    others = [name for name in START if not name.startswith(prefix)] if prefix else []
    assert listed == sorted([*others, *(f"{prefix}{name}.py" for name in ("app", "new", "old"))])


@pytest.mark.parametrize("head", ["same", "branch moved", "detached", "onto a branch"])
def test_move(monorepo: Monorepo, head: str) -> None:
    (monorepo.top / "typed.txt").write_text("typed meanwhile\n")
    (monorepo.top / "z").write_text("typed meanwhile\n")
    git(monorepo.top, "branch", "side", monorepo.end)
    target = {
        "same": Head("main", monorepo.start),
        "branch moved": Head("main", monorepo.end),
        "detached": Head("", monorepo.end),
        "onto a branch": Head("side", monorepo.end),
    }[head]
    move(monorepo.repository, monorepo.start, monorepo.end, Head("main", monorepo.start), target)

    assert monorepo.files == {**END, "z": "typed meanwhile\n", "typed.txt": "typed meanwhile\n"}
    assert monorepo.repository.head() == target
    assert git(monorepo.top, "rev-parse", "main") == (monorepo.end if head == "branch moved" else monorepo.start)
    changed = git(monorepo.top, "diff", "--name-only", "--cached", monorepo.end)
    assert changed == ""
    assert git(monorepo.top, "diff", "--name-only") == "z"


@pytest.mark.parametrize("detached", [False, True])
def test_a_move_that_something_is_in_the_way_of(monorepo: Monorepo, detached: bool) -> None:
    if detached:
        git(monorepo.top, "checkout", "--quiet", "--detach")
    (monorepo.top / "services" / "billing" / "app.py").write_text("typed meanwhile\n")
    before = state(monorepo.top)
    with pytest.raises(ToolError, match="would be overwritten"):
        move(monorepo.repository, monorepo.start, monorepo.end, monorepo.repository.head(), Head("main", monorepo.end))
    assert state(monorepo.top) == before


@pytest.mark.parametrize("now", [("side", "start"), ("main", "end"), ("", "start")])
def test_a_move_from_elsewhere(monorepo: Monorepo, now: tuple[str, str]) -> None:
    branch, place = now
    before = Head(branch, getattr(monorepo, place))
    untouched = state(monorepo.top)
    with pytest.raises(ToolError) as caught:
        move(monorepo.repository, monorepo.start, monorepo.end, before, Head("main", monorepo.end))
    assert caught.value.message == "another commit or branch was checked out in the meantime"
    assert caught.value.hint == "run it again"
    assert state(monorepo.top) == untouched


@pytest.mark.parametrize("there", [False, True])
def test_a_move_that_makes_or_moves_another_branch(monorepo: Monorepo, there: bool) -> None:
    if there:
        git(monorepo.top, "branch", "side")
    before = Head("main", monorepo.start)
    (monorepo.top / "services" / "billing" / "app.py").write_text("typed meanwhile\n")
    untouched = state(monorepo.top)
    with pytest.raises(ToolError, match="would be overwritten"):
        move(monorepo.repository, monorepo.start, monorepo.end, before, Head("side", monorepo.end))
    assert state(monorepo.top) == untouched
    git(monorepo.top, "checkout", "--quiet", "--", ".")
    move(monorepo.repository, monorepo.start, monorepo.end, before, Head("side", monorepo.end))
    assert monorepo.repository.head() == Head("side", monorepo.end)
    assert git(monorepo.top, "rev-parse", "main") == monorepo.start


def blocked(*names: str) -> tuple[str, str]:
    return f"untracked files are in the way: {', '.join(names)}", "move them, then run it again"


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize(
    ("there", "names"),
    [
        ({"deep/er/new.py": "typed"}, ["deep/er/new.py"]),
        ({"deep": "typed"}, ["deep/er/new.py"]),
        ({"deep/er": "typed"}, ["deep/er/new.py"]),
        ({"deep/er/new.py/typed": ""}, ["deep/er/new.py"]),
        ({"deep": "typed", "services/billing/new.py": ""}, ["deep/er/new.py", "services/billing/new.py"]),
    ],
)
def test_what_git_does_not_know_is_not_overwritten(
    monorepo: Monorepo, there: dict[str, str], names: list[str], ignored: bool
) -> None:
    for name, content in there.items():
        (monorepo.top / name).parent.mkdir(parents=True, exist_ok=True)
        (monorepo.top / name).write_text(content)
    if ignored:
        (monorepo.top / ".git" / "info" / "exclude").write_text("".join(f"/{name}\n" for name in there))
    git(monorepo.top, "branch", "side", monorepo.end)
    before = state(monorepo.top)
    actions: list[Callable[[], None]] = [
        lambda: move(
            monorepo.repository, monorepo.start, monorepo.end, monorepo.repository.head(), Head("main", monorepo.end)
        ),
        lambda: switch_to(monorepo.repository, Head("side", monorepo.end)),
        lambda: switch_to(monorepo.repository, Head("", monorepo.end)),
    ]
    for action in actions:
        with pytest.raises(ToolError) as caught:
            action()
        assert (caught.value.message, caught.value.hint) == blocked(*names)
        assert state(monorepo.top) == before


def test_a_link_in_the_way(monorepo: Monorepo, tmp_path: Path) -> None:
    (monorepo.top / "deep").symlink_to(tmp_path)
    with pytest.raises(ToolError, match=r"in the way: deep/er/new\.py"):
        switch_to(monorepo.repository, Head("", monorepo.end))
    (monorepo.top / "deep").unlink()
    (monorepo.top / "deep" / "er" / "new.py").mkdir(parents=True)
    (monorepo.top / "deep" / "er" / "new.py" / "link").symlink_to(tmp_path)
    with pytest.raises(ToolError, match=r"in the way: deep/er/new\.py"):
        switch_to(monorepo.repository, Head("", monorepo.end))


def test_empty_folders_are_not_in_the_way(monorepo: Monorepo) -> None:
    (monorepo.top / "deep" / "er" / "new.py" / "empty").mkdir(parents=True)
    switch_to(monorepo.repository, Head("", monorepo.end))
    assert monorepo.files == END


def test_a_file_that_becomes_a_folder(monorepo: Monorepo) -> None:
    """A file that git knows is replaced; only what it does not know is in the way."""
    known = monorepo.commit({**START, "deep": "known\n"})
    switch_to(monorepo.repository, Head("", monorepo.end))
    assert monorepo.files == END
    switch_to(monorepo.repository, Head("", known))
    assert monorepo.files == {**START, "deep": "known\n"}


def test_switch(monorepo: Monorepo) -> None:
    git(monorepo.top, "branch", "side", monorepo.end)
    (monorepo.top / "typed.txt").write_text("typed meanwhile\n")
    switch_to(monorepo.repository, Head("side", "unused"))
    assert monorepo.repository.head() == Head("side", monorepo.end)
    assert monorepo.status == ["?? typed.txt"]
    switch_to(monorepo.repository, Head("", monorepo.start))
    assert monorepo.repository.head() == Head("", monorepo.start)
    assert monorepo.files == {**START, "typed.txt": "typed meanwhile\n"}


def test_a_branch_is_moved_alone(monorepo: Monorepo) -> None:
    move_branch(monorepo.repository, "main", monorepo.end)
    assert monorepo.repository.head() == Head("main", monorepo.end)
    assert monorepo.files == START


def test_conflicts_are_marked_as_git_does(monorepo: Monorepo) -> None:
    entries = monorepo.repository.index_entries()
    one, two = entries["services/billing/app.py"], entries["services/billing/old.py"]
    stages: dict[str, dict[int, Entry]] = {"app.py": {3: two, 1: one}, "none.py": {2: two, 3: one}}
    mark_conflicts(monorepo.repository, stages)
    assert git(monorepo.top, "ls-files", "--unmerged").splitlines() == [
        f"100644 {one.oid} 1\tservices/billing/app.py",
        f"100644 {two.oid} 3\tservices/billing/app.py",
        f"100644 {two.oid} 2\tservices/billing/none.py",
        f"100644 {one.oid} 3\tservices/billing/none.py",
    ]
    assert "services/billing/old.py" in monorepo.repository.index_entries()


def test_paths_are_staged_as_they_are_on_disk(monorepo: Monorepo, tmp_path: Path) -> None:
    (monorepo.top / "z").write_text("2\n")
    (monorepo.top / "näme").write_text("new\n")
    (monorepo.top / "other").write_text("not asked for\n")
    (monorepo.top / "services" / "orders" / "o.py").unlink()
    paths = ["z", "näme", "services/orders/o.py", "not/there"]
    index = tmp_path / "index"
    git(monorepo.top, "read-tree", f"--index-output={index}", "HEAD")
    before = git(monorepo.top, "ls-files", "--stage")
    stage_from_disk(monorepo.top, paths, index)
    assert git(monorepo.top, "ls-files", "--stage") == before
    assert "services/orders/o.py" not in monorepo.repository.index_entries(index)
    stage_from_disk(monorepo.top, paths)
    assert monorepo.repository.index_entries() == monorepo.repository.index_entries(index)
    names = git(monorepo.top, "-c", "core.quotePath=false", "diff", "--cached", "--name-status", "HEAD").split()
    assert names == ["A", "näme", "D", "services/orders/o.py", "M", "z"]


@pytest.mark.parametrize("name", ["Ada", "Grace", "svcgen"])
def test_a_commit_on_no_branch(monorepo: Monorepo, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whom the user's own configuration or the repository's names, else by svcgen."""
    if name != "Ada":
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    if name == "Grace":
        git(monorepo.top, "config", "user.name", name)
    before = state(monorepo.top)
    tree = git(monorepo.top, "rev-parse", f"{monorepo.end}^{{tree}}")
    commit = commit_tree(monorepo.repository, tree, "Two\n\nlines", monorepo.start, monorepo.end)
    said = git(monorepo.top, "show", "--no-patch", "--format=%T %P %an %cn %B", commit)
    assert said == f"{tree} {monorepo.start} {monorepo.end} {name} {name} Two\n\nlines"
    assert git(monorepo.top, "show", "--no-patch", "--format=%P", commit_tree(monorepo.repository, tree, "x")) == ""
    assert state(monorepo.top) == before


@pytest.mark.parametrize("branch", ["main", "it's $HOME", ""])
def test_undo(monorepo: Monorepo, branch: str) -> None:
    command = undo_command(Head(branch, monorepo.start), "svcgen/v2")
    place = shlex.quote(branch) if branch else f"--detach {monorepo.start}"
    assert command == f"git switch --no-overwrite-ignore {place}; git branch -D svcgen/v2"


def test_a_hook_that_fails_does_not_stop_the_undo(monorepo: Monorepo) -> None:
    git(monorepo.top, "switch", "--quiet", "--create", "svcgen/v2")
    hook = monorepo.top / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    command = undo_command(Head("main", monorepo.start), "svcgen/v2")
    subprocess.run(["sh", "-c", command], cwd=monorepo.top, check=True, capture_output=True)
    assert git(monorepo.top, "branch", "--format=%(refname:short)") == "main"
