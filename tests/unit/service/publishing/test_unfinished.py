"""The record of an unfinished update: what is written, when it is over, and how a broken one is reported."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from support.helpers import git
from svcgen.errors import ServiceError
from svcgen.service.publishing.unfinished import Unfinished, find_unfinished, forget, require_finished
from svcgen.service.vcs.repository import Head, Repository


class Bench:
    """A repository with three commits on main, and the record of an update from the first to the second."""

    def __init__(self, top: Path, environ: Mapping[str, str]) -> None:
        top.mkdir()
        git(top, "init", "--quiet", "-b", "main")
        self.top = top
        self.commits = [self.commit(environ, text) for text in ("start", "result", "later")]
        git(top, "reset", "--quiet", "--hard", self.start)
        self.repository = Repository.find(top)
        self.record = Unfinished(
            "", "v1", "v2", Head("main", self.start), self.start, self.result, "svcgen/v2", conflicts=("a", "b")
        )

    def commit(self, environ: Mapping[str, str], text: str) -> str:
        (self.top / "file").write_text(text)
        git(self.top, "add", "file")
        git(self.top, "commit", "--quiet", "--message", text, environ=environ)
        return git(self.top, "rev-parse", "HEAD")

    @property
    def start(self) -> str:
        return self.commits[0]

    @property
    def result(self) -> str:
        return self.commits[1]

    @property
    def file(self) -> Path:
        return self.top / ".git" / "svcgen-update.json"


@pytest.fixture
def bench(tmp_path: Path, environ: Mapping[str, str]) -> Bench:
    return Bench(tmp_path / "billing", environ)


def test_it_is_found_as_it_was_written(bench: Bench) -> None:
    record = replace(bench.record, test=True, in_place=True, service="services/ä/")
    record.save(bench.repository)
    assert find_unfinished(bench.repository) == record
    assert sorted(json.loads(bench.file.read_text())) == sorted(vars(record))
    assert [path.name for path in bench.file.parent.glob("svcgen*")] == ["svcgen-update.json"]
    forget(bench.repository)
    forget(bench.repository)
    assert find_unfinished(bench.repository) is None
    assert not bench.file.exists()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"origin": {}}', '{"origin": {"branch": "", "commit": ""}, "conflicts": [], "x": 1}', "\0"],
)
def test_a_record_that_svcgen_did_not_write(bench: Bench, content: str) -> None:
    bench.file.write_text(content)
    with pytest.raises(ServiceError) as caught:
        find_unfinished(bench.repository)
    assert caught.value.message.startswith(f"{bench.file} can't be read: ")
    assert caught.value.message != f"{bench.file} can't be read: None"
    assert caught.value.hint == f"if no update is in progress: rm {bench.file}"


# What is checked out, where the branches are, and whether the team has gone on.
PLACES = [
    ("main", {"main": 0, "svcgen/v2": 0}, False),
    ("main", {"main": 0, "svcgen/v2": 1}, False),
    ("main", {"main": 2, "svcgen/v2": 0}, False),
    ("main", {"main": 2, "svcgen/v2": 1}, False),
    ("main", {"main": 2, "svcgen/v2": 2}, True),
    ("main", {"main": 2}, True),
    ("svcgen/v2", {"main": 0, "svcgen/v2": 2}, False),
    ("svcgen/v2", {"main": 0, "svcgen/v2": 0}, False),
    ("main", {"main": 1}, False),
    ("", {"main": 2}, True),
]


@pytest.mark.parametrize(("head", "branches", "is_over"), PLACES)
def test_an_update_with_conflicts(bench: Bench, head: str, branches: dict[str, int], is_over: bool) -> None:
    for branch, number in branches.items():
        git(bench.top, "update-ref", f"refs/heads/{branch}", bench.commits[number])
    if head:
        git(bench.top, "symbolic-ref", "HEAD", f"refs/heads/{head}")
    else:
        git(bench.top, "update-ref", "--no-deref", "HEAD", bench.commits[2])
        git(bench.top, "checkout", "--quiet", "--force", "--detach", bench.commits[2])
    bench.record.save(bench.repository)
    assert bench.record.is_over(bench.repository) is is_over
    assert (find_unfinished(bench.repository) is None) is is_over


@pytest.mark.parametrize(
    ("head", "commit", "branch", "is_over"),
    [
        ("svcgen/v2", 1, "svcgen/v2", True),
        ("svcgen/v2", 0, "svcgen/v2", False),
        ("main", 1, "svcgen/v2", False),
        ("main", 1, "", True),
        ("main", 0, "", False),
        ("other", 1, "", False),
    ],
)
def test_a_whole_update_is_over_once_it_is_checked_out(
    bench: Bench, head: str, commit: int, branch: str, is_over: bool
) -> None:
    git(bench.top, "update-ref", f"refs/heads/{head}", bench.commits[commit])
    git(bench.top, "symbolic-ref", "HEAD", f"refs/heads/{head}")
    record = replace(bench.record, whole=True, branch=branch)
    assert record.is_committed
    assert record.is_over(bench.repository) is is_over


@pytest.mark.parametrize(
    ("whole", "in_place", "here", "is_applied"),
    [(True, True, True, True), (False, True, True, False), (True, False, True, False), (True, True, False, False)],
)
def test_what_only_has_to_be_committed(bench: Bench, whole: bool, in_place: bool, here: bool, is_applied: bool) -> None:
    origin = Head("main", bench.start if here else bench.result)
    record = replace(bench.record, whole=whole, in_place=in_place, origin=origin, branch="")
    assert record.is_applied(bench.repository) is is_applied
    assert record.is_committed is (whole and not in_place)


@pytest.mark.parametrize("place", ["", "services/billing"])
def test_a_service_waits(bench: Bench, place: str) -> None:
    (bench.top / "services" / "billing").mkdir(parents=True)
    require_finished(bench.top / place)
    replace(bench.record, service="services/billing/").save(bench.repository)
    assert bench.file.read_text().startswith('{\n  "service": "services/billing/",\n')
    with pytest.raises(ServiceError) as caught:
        require_finished(bench.top / place)
    assert caught.value.message == f"an update of {bench.top}/services/billing to v2 is unfinished"
    where = f"{bench.top}/services/billing"
    assert caught.value.hint == (
        f"resolve its conflicts and finish it: svcgen update --continue {where}\n"
        f"or undo it: svcgen update --abort {where}"
    )


def test_an_applied_update_does_not_wait(bench: Bench) -> None:
    replace(bench.record, whole=True, in_place=True, branch="").save(bench.repository)
    require_finished(bench.top)


@pytest.mark.parametrize("absolute", [False, True])
def test_the_record_of_a_linked_work_tree(bench: Bench, tmp_path: Path, absolute: bool) -> None:
    linked = tmp_path / "linked"
    git(bench.top, "worktree", "add", "--quiet", str(linked), "-b", "side")
    if not absolute:
        (linked / ".git").write_text("gitdir: ../billing/.git/worktrees/linked\n")
    require_finished(linked)
    replace(bench.record, origin=Head("side", bench.start)).save(Repository.find(linked))
    require_finished(bench.top)
    with pytest.raises(ServiceError, match="is unfinished"):
        require_finished(linked)


def test_a_repository_in_a_repository_has_its_own(bench: Bench) -> None:
    bench.record.save(bench.repository)
    inner = bench.top / "inner"
    inner.mkdir()
    git(inner, "init", "--quiet")
    require_finished(inner)


def test_no_repository(tmp_path: Path) -> None:
    require_finished(tmp_path)
