"""What `svcgen update` and `--continue` return and record, to the last field, and what they are refused for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.helpers import git
from support.upstream import APP, COPIER_YML, FILES, Upstream, changed, state
from svcgen.commands import resume, update
from svcgen.commands.resume import abort_update, continue_update
from svcgen.commands.update import plan, preview_update, update_service
from svcgen.commands.update_result import Update, UpdateRequest
from svcgen.errors import ServiceError, SvcgenError, ToolError
from svcgen.service.merging.merge_result import Conflict, Merged
from svcgen.service.publishing.unfinished import Unfinished, find_unfinished
from svcgen.service.vcs.repository import Head, Repository
from svcgen.system.steps import Notify, Started, Step, Steps, ignore
from svcgen.template.find import Template

NEXT = {
    APP: changed(FILES[APP], 3, "theirs"),
    "copier.yml": COPIER_YML + "region: {type: str, default: ams}\nzone: {type: str, default: 'z', when: false}\n",
    "CHANGELOG.md": "".join(
        f"## {tag}\n\n### What a team must do\n\n- {duty}\n\n"
        for tag, duty in (("v1.1.0", "Set PORT."), ("v1.0.0", "No."))
    ),
}
UNDO = "git switch --no-overwrite-ignore main; git branch -D svcgen/v1.1.0"


class FakePostMerge:
    """What follows a merge, in place of uv."""

    made: list[tuple[Any, ...]]
    calls: list[tuple[Any, ...]]
    result: Callable[[str], str | None]

    def __init__(self, repository: Any, python: str, steps: Steps, *, test: bool) -> None:
        self.made.append((repository.service, python, test))
        self.steps, self.notes = steps, ["a note"]

    def run(self, tree: str, scratch: Path) -> str | None:
        assert scratch.is_dir()
        self.calls.append(("run",))
        return type(self).result(tree)

    def postpone(self, reason: str) -> None:
        self.calls.append(("postpone", reason))


@pytest.fixture
def post_merge(monkeypatch: pytest.MonkeyPatch) -> type[FakePostMerge]:
    class PostMerge(FakePostMerge):
        pass

    PostMerge.made, PostMerge.calls, PostMerge.result = [], [], staticmethod(lambda tree: tree)
    for module in (update, resume):
        monkeypatch.setattr(module, "PostMerge", PostMerge)
    return PostMerge


@pytest.fixture
def template(upstream: Upstream) -> Template:
    return upstream.release("v1.1.0", **NEXT)


@pytest.fixture
def conflicting(upstream: Upstream) -> Template:
    upstream.edit("app.py", "line_3 = 3", "line_3 = 'ours'")
    return upstream.release("v1.1.0", **NEXT)


def without_seconds(result: Update) -> Update:
    return replace(result, diff="", steps=tuple(replace(step, seconds=0.0) for step in result.steps))


def done(*names: str) -> tuple[Step, ...]:
    return tuple(Step(name, "done") for name in names)


def refusal(action: Callable[[], object], kind: type[SvcgenError] = ServiceError) -> tuple[str, str]:
    with pytest.raises(kind) as caught:
        action()
    return caught.value.message, caught.value.hint


def whole(upstream: Upstream) -> Update:
    return Update(
        upstream.service,
        "v1.0.0",
        "v1.1.0",
        branch="svcgen/v1.1.0",
        undo=UNDO,
        merged=Merged(updated=("app.py",)),
        answers={"region": (None, "ams")},
        duties=("v1.1.0: Set PORT.",),
        python="3.13",
        notes=("a note",),
        steps=done("render", "merge", "git"),
    )


@pytest.mark.parametrize("test", [False, True])
def test_a_whole_update(upstream: Upstream, template: Template, post_merge: type[FakePostMerge], test: bool) -> None:
    start = git(upstream.service, "rev-parse", "HEAD")
    events: list[object] = []
    request = UpdateRequest(upstream.service, template, test=test)
    result = update_service(request, events.append)

    assert without_seconds(result) == whole(upstream)
    assert not result.needs_a_look
    assert not result.up_to_date
    assert post_merge.made == [(upstream.service, "3.13", test)]
    assert post_merge.calls == [("run",)]
    assert git(upstream.service, "log", "-1", "--format=%P %s") == f"{start} Update the template to v1.1.0"
    assert dict(request.branches) == {(upstream.service / ".git", "svcgen/v1.1.0"): Head("main", start)}
    assert [event for event in events if isinstance(event, Started)] == list(map(Started, ("render", "merge", "git")))
    assert state(upstream.service)["left"] == []
    assert "region: ams" in upstream.read(".copier-answers.yml")


def test_conflicts(upstream: Upstream, conflicting: Template, post_merge: type[FakePostMerge]) -> None:
    start = git(upstream.service, "rev-parse", "HEAD")
    request = UpdateRequest(upstream.service, conflicting, test=True)
    result = update_service(request, ignore)

    pending = Step("git", "pending", command="svcgen update --continue", reason="needs the steps before it")
    assert without_seconds(result) == replace(
        whole(upstream),
        undo="svcgen update --abort",
        merged=Merged(conflicts=(Conflict("app.py", (4,)),)),
        steps=(*done("render", "merge", "switch"), pending),
        unfinished=True,
    )
    assert post_merge.calls == [("postpone", "resolve the conflicts first")]
    found = find_unfinished(Repository.find(upstream.service))
    assert found == Unfinished(
        "",
        "v1.0.0",
        "v1.1.0",
        Head("main", start),
        start,
        found.result if found else "",
        branch="svcgen/v1.1.0",
        conflicts=("app.py",),
        test=True,
    )
    assert dict(request.branches) == {(upstream.service / ".git", "svcgen/v1.1.0"): Head("main", start)}


def test_a_lock_that_fails(upstream: Upstream, template: Template, post_merge: type[FakePostMerge]) -> None:
    post_merge.result = staticmethod(lambda _tree: None)
    result = upstream.update(template)
    assert result.unfinished
    assert result.undo == "svcgen update --abort"
    assert [(step.name, step.outcome) for step in result.steps][-2:] == [("switch", "done"), ("git", "pending")]
    assert "line_3 = 'theirs'" in upstream.read("app.py")
    assert upstream.read(".copier-answers.yml").count("v1.1.0") == 1


def test_in_place(upstream: Upstream, template: Template, post_merge: type[FakePostMerge]) -> None:
    request = UpdateRequest(upstream.service, template, in_place=True)
    result = update_service(request, ignore)
    assert without_seconds(result) == replace(
        whole(upstream), branch="", undo="svcgen update --abort", steps=done("render", "merge", "switch")
    )
    assert not request.branches
    assert post_merge.calls == [("run",)]
    assert git(upstream.service, "branch", "--format=%(refname:short)") == "main"


@pytest.mark.usefixtures("post_merge")
def test_something_is_in_the_way(upstream: Upstream, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ToolError("in the way", hint="remove it")

    monkeypatch.setattr(update, "publish", fails)
    result = upstream.update(template)
    failed = Step("git", "failed", command="git switch svcgen/v1.1.0", reason="in the way\nremove it")
    assert without_seconds(result) == replace(whole(upstream), steps=(*done("render", "merge"), failed))
    assert result.needs_a_look


@pytest.mark.usefixtures("post_merge")
def test_the_branch_of_the_call(upstream: Upstream, template: Template) -> None:
    git(upstream.service, "switch", "--quiet", "--create", "svcgen/v1.1.0")
    start = git(upstream.service, "rev-parse", "HEAD")
    key, origin = (upstream.service / ".git", "svcgen/v1.1.0"), Head("main", "c0ffee")
    request = UpdateRequest(upstream.service, template, branches={key: origin})
    result = update_service(request, ignore)
    assert without_seconds(result) == whole(upstream)
    assert dict(request.branches) == {key: origin}
    assert git(upstream.service, "rev-parse", "HEAD~1", "main").split() == [start, start]


def test_preview(upstream: Upstream, template: Template) -> None:
    before = state(upstream.service)
    events: list[object] = []
    result = preview_update(UpdateRequest(upstream.service, template), events.append)
    assert without_seconds(result) == replace(
        whole(upstream), branch="", undo="", notes=(), steps=done("render", "merge")
    )
    assert result.diff.startswith("diff --git a/.copier-answers.yml b/.copier-answers.yml\n")
    assert "-line_3 = 3\n+line_3 = 'theirs'\n" in result.diff
    assert Started("render") in events
    assert state(upstream.service) == before
    (upstream.service / "app.py").write_text("typed\n")
    assert "not committed" in refusal(lambda: preview_update(UpdateRequest(upstream.service, template), ignore))[0]


def test_a_preview_runs_no_filter(upstream: Upstream, template: Template, tmp_path: Path) -> None:
    (upstream.service / ".gitattributes").write_text("app.py filter=own\n")
    upstream.commit(upstream.service, "Filter")
    git(upstream.service, "config", "filter.own.clean", f"touch {tmp_path}/ran; sed s/theirs/filtered/")
    (upstream.service / "app.py").touch()
    preview_update(UpdateRequest(upstream.service, template), ignore)
    assert not (tmp_path / "ran").exists()
    upstream.update(template)
    assert (tmp_path / "ran").exists()
    assert "line_3 = 'filtered'" in git(upstream.service, "show", "HEAD:app.py")


def test_plan(upstream: Upstream, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    request = UpdateRequest(upstream.service, template)
    assert plan(request) == Update(upstream.service, "v1.0.0", "v1.1.0")
    releases = {str(upstream.repository): "v3"}
    monkeypatch.setattr(update, "newest_tag", lambda source: releases[source])
    other = replace(template, source="https://git.example.com/other")
    assert plan(replace(request, template=other)).after == "v3"
    wanted = {("1.0.5", "v1.0.0", str(upstream.repository), template): "v1.0.5"}
    monkeypatch.setattr(update, "resolve_release", lambda *given: wanted[given])
    assert plan(replace(request, to="1.0.5")).after == "v1.0.5"
    assert plan(replace(request, template=replace(template, version="c0ffee"))).after == "c0ffee"
    assert refusal(lambda: plan(replace(request, template=replace(template, version="v0.9.0")))) == (
        f"{upstream.service} is at v1.0.0, which is newer than v0.9.0",
        "upgrade svcgen: uv tool upgrade svcgen",
    )
    for action in (preview_update, update_service):
        current = replace(template, version="v1.0.0")
        assert action(replace(request, template=current), ignore) == Update(upstream.service, "v1.0.0", "v1.0.0")


def test_the_name_of_the_branch(upstream: Upstream, template: Template) -> None:
    git(upstream.service, "branch", "svcgen/v1.1.0")
    assert refusal(lambda: upstream.update(template)) == (
        f"{upstream.service} already has a branch svcgen/v1.1.0, perhaps from an unmerged update",
        "merge it, or delete it: git branch -D svcgen/v1.1.0",
    )
    git(upstream.service, "branch", "--quiet", "-D", "svcgen/v1.1.0")
    git(upstream.service, "branch", "svcgen")
    assert upstream.update(template).branch == "svcgen-v1.1.0"


def test_what_the_team_owns_in_either_version(upstream: Upstream) -> None:
    """Or what is generated again."""
    owned = COPIER_YML.replace("[README.md]", "[old.py]")
    changes = {"template/README.md": "# New\n", "template/old.py": "new\n", "template/requirements.txt": "new\n"}
    template = upstream.release("v1.1.0", **{**changes, "copier.yml": owned})
    (upstream.service / "requirements.txt").write_text("ours\n")
    upstream.commit(upstream.service, "Lock")
    assert upstream.update(template).merged == Merged()
    assert upstream.read("requirements.txt") == "ours\n"


def test_answers(upstream: Upstream, template: Template) -> None:
    place = upstream.service / ".copier-answers.yml"
    place.write_text(place.read_text() + "# ours: ä\nowner: ada\n")
    upstream.commit(upstream.service, "Own it")
    result = upstream.update(template)
    assert dict(result.answers) == {"region": (None, "ams")}
    assert upstream.read(".copier-answers.yml").endswith("# ours: ä\nowner: ada\nregion: ams\n")
    assert ".copier-answers.yml" not in result.merged.updated


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"merged": Merged(updated=("a",), kept=("b",), left_out=("c",), untracked=("d",))}, False),
        ({"merged": Merged(conflicts=(Conflict("a", ()),))}, True),
        ({"merged": Merged(removed=(("a", "b"),))}, True),
        ({"merged": Merged(beside=(("a", "b"),))}, True),
        ({"answers": {"a": (None, "new")}}, False),
        ({"answers": {"a": (None, "new"), "b": ("old", "new")}}, True),
        ({"steps": (Step("a", "done"), Step("b", "skipped"))}, False),
        ({"steps": (Step("a", "done"), Step("b", "failed"))}, True),
        ({"steps": (Step("b", "pending"), Step("a", "done"))}, True),
    ],
)
def test_what_needs_a_look(changes: dict[str, Any], expected: bool) -> None:
    assert Update(Path("/srv"), "v1", "v2", **changes).needs_a_look is expected


def resolve(upstream: Upstream, text: str = "resolved\n") -> None:
    (upstream.service / "app.py").write_text(text)
    git(upstream.service, "add", "app.py")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("in_place", [False, True])
def test_continue(
    upstream: Upstream, conflicting: Template, post_merge: type[FakePostMerge], in_place: bool, fails: bool
) -> None:
    update_service(UpdateRequest(upstream.service, conflicting, in_place=in_place, test=True), ignore)
    resolve(upstream)
    post_merge.made.clear()
    if fails:
        post_merge.result = staticmethod(lambda _tree: None)
    events: list[object] = []
    notify: Notify = events.append
    result = continue_update(upstream.service, notify)
    last = Step("git", "pending", command="svcgen update --continue", reason="needs the lock")
    branch = "" if in_place else "svcgen/v1.1.0"
    assert without_seconds(result) == Update(
        upstream.service,
        "v1.0.0",
        "v1.1.0",
        branch=branch,
        undo=UNDO if branch and not fails else "svcgen update --abort",
        notes=("a note",),
        steps=(last,) if fails else done("git"),
        unfinished=fails,
    )
    assert events
    assert post_merge.made == [(upstream.service, "3.13", True)]
    if branch and not fails:
        assert git(upstream.service, "log", "-1", "--format=%P %s").endswith(" Update the template to v1.1.0")
        assert git(upstream.service, "rev-parse", "HEAD~1") == git(upstream.service, "rev-parse", "main")


def test_what_continue_is_refused_for(upstream: Upstream, conflicting: Template) -> None:
    def again() -> Update:
        return continue_update(upstream.service, ignore)

    none = (f"{upstream.service} has no unfinished update", "start one: svcgen update")
    assert refusal(again) == none
    assert refusal(lambda: abort_update(upstream.service)) == none
    upstream.update(conflicting)
    inner = upstream.service / "inner"
    inner.mkdir()
    assert refusal(lambda: continue_update(inner, ignore)) == (
        f"{inner} has no unfinished update; there is one of {upstream.service}",
        "start one: svcgen update",
    )
    assert refusal(again) == (
        "conflicts are not resolved yet in: app.py",
        "edit them, then mark them as resolved: git add FILE, or git rm FILE",
    )
    git(upstream.service, "add", "app.py")
    assert refusal(again) == ("app.py still has conflict markers", "resolve them, then git add it again")
    resolve(upstream)
    git(upstream.service, "symbolic-ref", "HEAD", "refs/heads/main")
    message, hint = refusal(again)
    assert message == "the update is on the branch svcgen/v1.1.0, and main is checked out"
    assert hint == "git switch svcgen/v1.1.0"
    head = git(upstream.service, "rev-parse", "HEAD")
    git(upstream.service, "update-ref", "--no-deref", "HEAD", head)
    git(upstream.service, "checkout", "--quiet", "--detach", "HEAD")
    assert refusal(again)[0] == f"the update is on the branch svcgen/v1.1.0, and {head} is checked out"


def test_an_unfinished_update_comes_first(upstream: Upstream, conflicting: Template) -> None:
    upstream.update(conflicting)
    request = UpdateRequest(upstream.service, upstream.template("v1.0.0"))
    actions: tuple[Callable[[], object], ...] = (
        lambda: plan(request),
        lambda: preview_update(request, ignore),
        lambda: update_service(request, ignore),
    )
    for action in actions:
        assert refusal(action)[0] == f"an update of {upstream.service} to v1.1.0 is unfinished"


def test_a_file_of_the_conflict_that_is_removed(upstream: Upstream, conflicting: Template) -> None:
    upstream.update(conflicting)
    git(upstream.service, "rm", "--quiet", "app.py")
    assert not continue_update(upstream.service, ignore).needs_a_look
    assert git(upstream.service, "ls-files", "app.py") == ""


def test_aborted(upstream: Upstream, conflicting: Template) -> None:
    head = git(upstream.service, "rev-parse", "HEAD")
    upstream.update(conflicting)
    assert abort_update(upstream.service) == resume.Aborted(upstream.service, "v1.1.0", Head("main", head), "")
    upstream.update(conflicting)
    resolve(upstream)
    kept = abort_update(upstream.service).kept
    assert git(upstream.service, "show", f"{kept}:app.py") == "resolved"
