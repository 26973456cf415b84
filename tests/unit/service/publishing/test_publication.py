"""The one step that changes the user's work tree, and the way back, each whole or not at all."""

import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.helpers import git
from support.monorepo import END, START, Monorepo
from support.upstream import state
from svcgen.errors import ServiceError, ToolError
from svcgen.service.publishing import publication
from svcgen.service.publishing.publication import conclude, publish
from svcgen.service.publishing.rollback import take_back
from svcgen.service.publishing.unfinished import Unfinished, find_unfinished
from svcgen.service.vcs.repository import Head
from svcgen.system import signals
from svcgen.system.signals import Interrupted

BRANCH = "svcgen/v2"
CHANGED = ["app.py", "new.py"]


@pytest.fixture
def record(monorepo: Monorepo) -> Unfinished:
    """A whole update of one service from START to END, on a branch of its own."""
    tree = git(monorepo.top, "rev-parse", f"{monorepo.end}^{{tree}}")
    result = git(monorepo.top, "commit-tree", tree, "-p", monorepo.start, "-m", "Update")
    return Unfinished(
        monorepo.repository.prefix,
        "v1",
        "v2",
        Head("main", monorepo.start),
        monorepo.start,
        result,
        branch=BRANCH,
        whole=True,
    )


def take(monorepo: Monorepo, record: Unfinished, **stages: Any) -> None:
    publish(monorepo.repository, record, CHANGED, stages)


def refs(monorepo: Monorepo) -> dict[str, str]:
    listed = git(monorepo.top, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads", "refs/svcgen")
    return dict(line.split() for line in listed.splitlines())


def test_a_whole_update_on_its_branch(monorepo: Monorepo, record: Unfinished) -> None:
    (monorepo.top / "z").write_text("typed meanwhile\n")
    take(monorepo, record)
    assert monorepo.files == {**END, "z": "typed meanwhile\n"}
    assert monorepo.repository.head() == Head(BRANCH, record.result)
    assert refs(monorepo) == {"main": record.start, BRANCH: record.result}
    assert git(monorepo.top, "diff", "--name-only", "HEAD") == "z"
    assert not (monorepo.top / ".git" / "svcgen-update.json").exists()
    assert "branch.svcgen/v2.merge" not in git(monorepo.top, "config", "--list")


def test_a_whole_update_on_the_branch_of_the_call(monorepo: Monorepo, record: Unfinished) -> None:
    take(monorepo, replace(record, branch=""))
    assert monorepo.files == END
    assert refs(monorepo) == {"main": record.result}
    assert monorepo.repository.head() == Head("main", record.result)
    assert monorepo.status == []


@pytest.mark.parametrize("whole", [False, True])
def test_in_place(monorepo: Monorepo, record: Unfinished, whole: bool) -> None:
    record = replace(record, branch="", in_place=True, whole=whole)
    take(monorepo, record)
    assert monorepo.files == END
    assert refs(monorepo) == {"main": record.start}
    assert git(monorepo.top, "write-tree") == git(monorepo.top, "rev-parse", f"{record.result}^{{tree}}")
    assert find_unfinished(monorepo.repository) == record


def test_conflicts_on_a_branch(monorepo: Monorepo, record: Unfinished) -> None:
    entry = monorepo.repository.index_entries()["services/billing/app.py"]
    record = replace(record, whole=False, conflicts=("app.py",))
    take(monorepo, record, **{"app.py": {1: entry, 2: entry, 3: entry}})
    assert monorepo.files == END
    assert monorepo.repository.head() == Head(BRANCH, record.start)
    assert refs(monorepo) == {"main": record.start, BRANCH: record.start}
    assert monorepo.repository.unmerged() == ["services/billing/app.py"]
    assert find_unfinished(monorepo.repository) == record


def typed(monorepo: Monorepo) -> None:
    (monorepo.top / "services" / "billing" / "app.py").write_text("typed meanwhile\n")


def unknown(monorepo: Monorepo) -> None:
    (monorepo.top / "services" / "billing" / "new.py").write_text("typed meanwhile\n")


def unseen(monorepo: Monorepo) -> None:
    git(monorepo.top, "update-index", "--assume-unchanged", "services/billing/app.py")
    typed(monorepo)


def switched(monorepo: Monorepo) -> None:
    git(monorepo.top, "switch", "--quiet", "--create", "other")


def committed(monorepo: Monorepo) -> None:
    monorepo.commit({"z": "committed meanwhile\n"})


MEANWHILE = [
    (typed, "overwritten"),
    (unknown, "untracked files are in the way: services/billing/new.py"),
    (unseen, "git is configured to ignore changes to app.py"),
    (switched, "another commit or branch is checked out"),
    (committed, "another commit or branch is checked out"),
]


@pytest.mark.parametrize(("spoil", "reason"), MEANWHILE)
def test_a_whole_update_waits_on_its_branch(
    monorepo: Monorepo, record: Unfinished, spoil: Callable[[Monorepo], None], reason: str
) -> None:
    spoil(monorepo)
    before = state(monorepo.top)
    with pytest.raises(ToolError) as caught:
        take(monorepo, record)
    assert caught.value.message.startswith(f"{monorepo.repository.service} is unchanged: ")
    assert reason in caught.value.message
    assert caught.value.hint == f"once that is out of the way: git switch {BRANCH}"
    git(monorepo.top, "update-ref", "-d", f"refs/heads/{BRANCH}", record.result)
    assert state(monorepo.top) == before


@pytest.mark.parametrize("changes", [{"whole": False}, {"branch": ""}, {"branch": "", "in_place": True}])
@pytest.mark.parametrize(("spoil", "reason"), MEANWHILE)
def test_any_other_update_leaves_nothing(
    monorepo: Monorepo, record: Unfinished, spoil: Callable[[Monorepo], None], reason: str, changes: dict[str, Any]
) -> None:
    spoil(monorepo)
    before = state(monorepo.top)
    with pytest.raises(ServiceError) as caught:
        take(monorepo, replace(record, **changes))
    assert caught.value.message.startswith(f"{monorepo.repository.service} is unchanged: ")
    assert reason in caught.value.message
    assert caught.value.hint == "commit or remove what is in the way, then run it again"
    assert state(monorepo.top) == before


def test_unseen_changes_of_other_files_are_no_reason(monorepo: Monorepo, record: Unfinished) -> None:
    git(monorepo.top, "update-index", "--assume-unchanged", "services/billing/old.py")
    (monorepo.top / "services" / "billing" / "old.py").write_text("typed\n")
    take(monorepo, record)
    assert monorepo.files == {**END, "services/billing/old.py": "typed\n"}


@pytest.mark.usefixtures("caught_signals")
@pytest.mark.parametrize("step", ["_enter", "mark_conflicts"])
@pytest.mark.parametrize("changes", [{}, {"branch": ""}, {"whole": False}])
def test_a_signal_half_way_takes_it_all_back(
    monorepo: Monorepo, record: Unfinished, step: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(monorepo.top)
    real, reached = getattr(publication, step), []

    def interrupted(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        reached.append(real(*arguments))

    monkeypatch.setattr(publication, step, interrupted)
    with pytest.raises(Interrupted):
        take(monorepo, replace(record, **changes))
    assert len(reached) == 1
    assert state(monorepo.top) == before
    assert signals._thread.depth == 0


@pytest.mark.usefixtures("caught_signals")
def test_a_second_signal_waits_for_the_way_back(
    monorepo: Monorepo, record: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(monorepo.top)
    depths = []

    def note(*arguments: Any) -> str:
        depths.append(signals._thread.depth)
        return take_back(*arguments)

    monkeypatch.setattr(publication, "take_back", note)
    monkeypatch.setattr(publication, "mark_conflicts", lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(Interrupted):
        take(monorepo, record)
    assert depths == [1]
    assert state(monorepo.top) == before


@pytest.mark.parametrize("changes", [{}, {"whole": False}, {"branch": "", "in_place": True, "whole": False}])
def test_taken_back(monorepo: Monorepo, record: Unfinished, changes: dict[str, Any]) -> None:
    record = replace(record, **changes)
    (monorepo.top / "typed.txt").write_text("typed before\n")
    before = state(monorepo.top)
    take(monorepo, record)
    record.save(monorepo.repository)
    (monorepo.top / "z").write_text("typed meanwhile\n")
    assert take_back(monorepo.repository, record) == ""
    assert monorepo.files == {**START, "z": "typed meanwhile\n", "typed.txt": "typed before\n"}
    (monorepo.top / "z").write_text(START["z"])
    git(monorepo.top, "status")
    assert state(monorepo.top) == before


@pytest.mark.parametrize("edit", ["changed", "deleted", "changed a new one"])
def test_what_the_team_made_of_it_is_kept(monorepo: Monorepo, record: Unfinished, edit: str) -> None:
    record = replace(record, whole=False)
    take(monorepo, record)
    name = "services/billing/new.py" if edit == "changed a new one" else "services/billing/app.py"
    if edit == "deleted":
        (monorepo.top / name).unlink()
    else:
        (monorepo.top / name).write_text("resolved\n")
    kept = take_back(monorepo.repository, record)
    assert refs(monorepo) == {"main": record.start, f"svcgen/aborted/{kept[:12]}": kept}
    assert (
        git(monorepo.top, "log", "-1", "--format=%P %s", kept) == f"{record.start} Changes to the aborted update to v2"
    )
    held = {**END, name: "resolved\n"}
    if edit == "deleted":
        del held[name]
    listed = git(monorepo.top, "ls-tree", "-r", "--name-only", kept).splitlines()
    assert {path: git(monorepo.top, "show", f"{kept}:{path}") + "\n" for path in listed} == held
    assert monorepo.files == START
    assert monorepo.repository.head() == Head("main", record.start)
    assert monorepo.status == []


def test_a_branch_with_commits_of_the_team_stays(monorepo: Monorepo, record: Unfinished) -> None:
    take(monorepo, replace(record, whole=False))
    tip = monorepo.commit({"services/billing/app.py": "resolved\n"})
    assert take_back(monorepo.repository, record) == ""
    assert refs(monorepo) == {"main": record.start, BRANCH: tip}
    assert monorepo.repository.head() == record.origin
    assert monorepo.files == START
    assert find_unfinished(monorepo.repository) is None


def test_taken_back_from_elsewhere(monorepo: Monorepo, record: Unfinished) -> None:
    """The team has left the branch, which has nothing of its own."""
    record = replace(record, whole=False)
    take(monorepo, record)
    monorepo.commit({})
    git(monorepo.top, "switch", "--quiet", "--create", "other")
    git(monorepo.top, "update-ref", f"refs/heads/{BRANCH}", record.result)
    record.save(monorepo.repository)
    assert take_back(monorepo.repository, record) == ""
    assert list(refs(monorepo)) == ["main", "other"]
    assert monorepo.repository.head().branch == "other"
    assert not (monorepo.top / ".git" / "svcgen-update.json").exists()


def test_taken_back_to_a_branch_that_has_moved(monorepo: Monorepo, record: Unfinished) -> None:
    take(monorepo, replace(record, whole=False))
    tree = git(monorepo.top, "rev-parse", "main^{tree}")
    ahead = git(monorepo.top, "commit-tree", tree, "-p", "main", "-m", "Ahead")
    git(monorepo.top, "update-ref", "refs/heads/main", ahead)
    assert take_back(monorepo.repository, record) == ""
    assert monorepo.repository.head() == Head("main", ahead)
    assert (monorepo.files, monorepo.status) == (START, [])
    assert refs(monorepo) == {"main": ahead}


def test_taken_back_to_a_detached_head(monorepo: Monorepo, record: Unfinished) -> None:
    git(monorepo.top, "checkout", "--quiet", "--detach")
    record = replace(record, origin=Head("", record.start), whole=False)
    before = state(monorepo.top)
    take(monorepo, record)
    assert take_back(monorepo.repository, record) == ""
    assert state(monorepo.top) == before


@pytest.fixture
def resolved(monorepo: Monorepo, record: Unfinished) -> tuple[str, str]:
    """An update on its branch whose conflicts are resolved: what is staged, and what it is to become."""
    (monorepo.top / "services" / "billing" / "app.py").write_text("resolved\n")
    git(monorepo.top, "add", "--all")
    staged = git(monorepo.top, "commit-tree", git(monorepo.top, "write-tree"), "-p", record.start, "-m", "Update")
    (monorepo.top / "services" / "billing" / "uv.lock").write_text("locked\n")
    git(monorepo.top, "add", "--all")
    end = git(monorepo.top, "commit-tree", git(monorepo.top, "write-tree"), "-p", record.start, "-m", "Update")
    git(monorepo.top, "read-tree", "-m", "-u", staged)
    replace(record, whole=False, branch="").save(monorepo.repository)
    return staged, end


FINISHED = {**START, "services/billing/app.py": "resolved\n", "services/billing/uv.lock": "locked\n"}


def test_conclude(monorepo: Monorepo, record: Unfinished, resolved: tuple[str, str]) -> None:
    conclude(monorepo.repository, record, Head("main", record.start), *resolved)
    assert monorepo.files == FINISHED
    assert monorepo.repository.head() == Head("main", resolved[1])
    assert monorepo.status == []
    assert not (monorepo.top / ".git" / "svcgen-update.json").exists()


def test_conclude_in_place(monorepo: Monorepo, record: Unfinished, resolved: tuple[str, str]) -> None:
    record = replace(record, in_place=True, branch="", whole=False, conflicts=("app.py",))
    conclude(monorepo.repository, record, Head("main", record.start), *resolved)
    assert monorepo.files == FINISHED
    assert monorepo.repository.head() == Head("main", record.start)
    assert find_unfinished(monorepo.repository) == replace(record, moving=resolved, whole=True, conflicts=())


def test_conclude_what_the_team_has_committed(monorepo: Monorepo, record: Unfinished) -> None:
    start = git(monorepo.top, "commit-tree", f"{record.start}^{{tree}}", "-p", record.start, "-m", "Update")
    conclude(monorepo.repository, record, record.origin, start, start)
    assert monorepo.repository.head() == Head("main", record.start)


@pytest.mark.usefixtures("caught_signals")
def test_a_signal_while_it_is_concluded(
    monorepo: Monorepo, record: Unfinished, resolved: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = vars(publication)["git"]

    def interrupted(*arguments: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        monkeypatch.setattr(publication, "git", real)
        return real(*arguments)

    monkeypatch.setattr(publication, "git", interrupted)
    with pytest.raises(Interrupted):
        conclude(monorepo.repository, record, Head("main", record.start), *resolved)
    assert git(monorepo.top, "rev-parse", "HEAD", "main").split() == [resolved[1], resolved[1]]
    assert (monorepo.files, monorepo.status) == (FINISHED, [])
