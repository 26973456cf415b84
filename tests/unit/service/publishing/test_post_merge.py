"""What follows a merge: each command of uv word for word, where it runs, and what becomes of its failure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.helpers import git
from svcgen.errors import ToolError
from svcgen.service.lock import EXPORT
from svcgen.service.publishing.post_merge import PostMerge
from svcgen.service.vcs.repository import Repository
from svcgen.system.steps import Step, Steps, ignore
from svcgen.system.uv import Uv

SERVICE = "services/billing"
FILES = {
    f"{SERVICE}/pyproject.toml": "[tool.uv]\npackage = false\n",
    f"{SERVICE}/uv.lock": "old lock\n",
    f"{SERVICE}/requirements.txt": "fastapi==1\n",
    f"{SERVICE}/scripts/check.py": "",
    f"{SERVICE}/app.py": "",
    "libs/money/pyproject.toml": "",
    "libs/other.py": "",
}
LOCK = ("lock",)
EXPORTED = (*EXPORT.split()[1:], "--quiet", "--frozen")
CHECK = ("run", "--frozen", "scripts/check.py")
TEST = ("run", "--frozen", "pytest", "--quiet")
SYNC = ("sync", "--frozen", "--inexact", "--check")


@dataclass(frozen=True)
class FakeUv(Uv):
    """uv that notes what it is asked for, and fails where it is told to."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    fails: list[tuple[str, ...]] = field(default_factory=list)
    seen: list[list[str]] = field(default_factory=list)
    environments: list[str | None] = field(default_factory=list)
    in_ci: list[bool] = field(default_factory=list)

    def run(self, directory: Path, *arguments: str) -> str:
        self.calls.append(arguments)
        self.environments.append(self.environ.get("UV_PROJECT_ENVIRONMENT"))
        self.in_ci.append("CI" in self.environ)
        top = directory.parents[1]
        self.seen.append(sorted(str(path.relative_to(top)) for path in top.rglob("*.py")))
        assert self.environ["HOME"] == "/ada"
        if arguments in self.fails:
            raise ToolError(f"{arguments[0]} failed", hint="try again")
        if arguments == LOCK:
            (directory / "uv.lock").write_text("new lock\n")
        if arguments == EXPORTED:
            version = 2 if "new" in (directory / "uv.lock").read_text() else 1
            (directory / "requirements.txt").write_text(f"  fastapi=={version}\n")
        if arguments in {CHECK, TEST}:
            (directory / "litter.txt").write_text("not of the update")
        return ""


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> FakeUv:
    uv = FakeUv(Path("uv"), {"HOME": "/ada", "CI": "true"}, ignore)

    def find(python: str, notify: object) -> FakeUv:
        assert (python, notify) == ("3.13", ignore)
        return uv

    monkeypatch.setattr("svcgen.service.publishing.post_merge.Uv.find", find)
    return uv


class Bench:
    """A service in a larger repository."""

    def __init__(self, top: Path, environ: Mapping[str, str]) -> None:
        self.top, self.environ = top, environ
        self.scratch = top.parent / "scratch"
        self.steps = Steps(ignore)
        top.mkdir()
        git(top, "init", "--quiet", "-b", "main")

    def commit(self, **changes: str | None) -> str:
        for name, content in {**FILES, **changes}.items():
            if content is not None:
                (self.top / name).parent.mkdir(parents=True, exist_ok=True)
                (self.top / name).write_text(content)
        git(self.top, "add", "--all")
        git(self.top, "commit", "--quiet", "--message", "All", environ=self.environ)
        return git(self.top, "rev-parse", "HEAD^{tree}")

    def post_merge(self, *, test: bool = False) -> PostMerge:
        return PostMerge(Repository.find(self.top / SERVICE), "3.13", self.steps, test=test)

    def run(self, tree: str, *, test: bool = False) -> str | None:
        self.scratch.mkdir()
        return self.post_merge(test=test).run(tree, self.scratch)

    @property
    def outcomes(self) -> dict[str, str]:
        return {step.name: step.outcome for step in self.steps.taken}


@pytest.fixture
def bench(tmp_path: Path, environ: Mapping[str, str]) -> Bench:
    return Bench(tmp_path / "mono", environ)


def changes(bench: Bench, before: str, after: str | None) -> dict[str, str]:
    """Return the files that differ between two trees, with what the second holds."""
    assert after is not None
    names = git(bench.top, "diff", "--name-only", before, after).splitlines()
    return {name: git(bench.top, "cat-file", "blob", f"{after}:{name}") for name in names}


def test_all_of_it(bench: Bench, uv: FakeUv) -> None:
    tree = bench.commit()
    finished = bench.run(tree, test=True)

    assert uv.calls == [EXPORTED, LOCK, EXPORTED, CHECK, TEST]
    assert bench.outcomes == dict.fromkeys(("lock", "export", "check", "test"), "done")
    assert changes(bench, tree, finished) == {
        f"{SERVICE}/uv.lock": "new lock",
        f"{SERVICE}/requirements.txt": "fastapi==2",
    }
    assert git(bench.top, "status", "--porcelain") == ""
    assert uv.seen[0] == [f"{SERVICE}/app.py", f"{SERVICE}/scripts/check.py"]


def test_the_check_is_not_asked_as_in_ci(bench: Bench, uv: FakeUv) -> None:
    bench.run(bench.commit(), test=True)
    assert dict(zip(uv.calls, uv.in_ci, strict=True)) == {EXPORTED: True, LOCK: True, CHECK: False, TEST: True}


def test_the_suite_is_run_only_where_it_is_wanted(bench: Bench, uv: FakeUv) -> None:
    bench.run(bench.commit())
    assert uv.calls == [EXPORTED, LOCK, EXPORTED, CHECK]


def test_a_service_without_checks(bench: Bench, uv: FakeUv) -> None:
    bench.run(bench.commit(**{f"{SERVICE}/scripts/check.py": None}))
    assert uv.calls == [EXPORTED, LOCK, EXPORTED]
    assert bench.outcomes == {"lock": "done", "export": "done"}


def test_nothing_else_is_tried_after_a_failed_lock(bench: Bench, uv: FakeUv) -> None:
    uv.fails.append(LOCK)
    assert bench.run(bench.commit(), test=True) is None
    assert uv.calls == [EXPORTED, LOCK]
    lock, *rest = bench.steps.taken
    assert (lock.outcome, lock.command, lock.reason) == ("failed", "uv lock", "lock failed\ntry again")
    assert rest == [
        Step("export", "pending", 0.0, EXPORT, "needs the lock"),
        Step("check", "pending", 0.0, "uv run scripts/check.py", "needs the lock"),
        Step("test", "pending", 0.0, "uv run pytest", "needs the lock"),
    ]


@pytest.mark.parametrize(
    ("failing", "name", "command"), [(CHECK, "check", "uv run scripts/check.py"), (TEST, "test", "uv run pytest")]
)
def test_a_failing_check_keeps_the_lock(
    bench: Bench, uv: FakeUv, failing: tuple[str, ...], name: str, command: str
) -> None:
    uv.fails.append(failing)
    tree = bench.commit()
    finished = bench.run(tree, test=True)
    assert changes(bench, tree, finished)[f"{SERVICE}/uv.lock"] == "new lock"
    assert uv.calls == [EXPORTED, LOCK, EXPORTED, CHECK, TEST]
    assert bench.outcomes == {**dict.fromkeys(("lock", "export", "check", "test"), "done"), name: "failed"}
    assert next(step.command for step in bench.steps.taken if step.name == name) == command


def test_an_export_that_fails(bench: Bench, uv: FakeUv) -> None:
    uv.fails.append(EXPORTED)
    assert bench.run(bench.commit()) is not None
    assert bench.outcomes == {"lock": "done", "export": "failed", "check": "done"}


@pytest.mark.parametrize("test", [False, True])
def test_a_lock_that_git_does_not_have(bench: Bench, uv: FakeUv, test: bool) -> None:
    (bench.top / ".gitignore").write_text("uv.lock\n")
    tree = bench.commit()
    assert bench.run(tree, test=test) == tree
    assert uv.calls == []
    commands = {"lock": "uv lock", "export": EXPORT, "check": "uv run scripts/check.py", "test": "uv run pytest"}
    assert bench.steps.taken == [
        Step(name, "pending", 0.0, command, "uv.lock is not committed")
        for name, command in commands.items()
        if test or name != "test"
    ]


def test_a_service_that_is_no_python_project(bench: Bench, uv: FakeUv) -> None:
    tree = bench.commit(**{f"{SERVICE}/pyproject.toml": None})
    assert bench.run(tree, test=True) == tree
    assert (uv.calls, bench.steps.taken) == ([], [])


def test_requirements_that_git_does_not_have(bench: Bench, uv: FakeUv) -> None:
    (bench.top / ".gitignore").write_text("requirements.txt\n")
    tree = bench.commit()
    assert changes(bench, tree, bench.run(tree)) == {f"{SERVICE}/uv.lock": "new lock"}
    assert uv.calls == [LOCK, EXPORTED, CHECK]


@pytest.mark.parametrize(
    ("requirements", "lost"),
    [
        ("fastapi==1\n", ""),
        ("fastapi==1\nours==3\n    --hash=sha256:1\n", "ours==3"),
        ("# ours\nfastapi==1\nours==3\n", "# ours, ours==3"),
    ],
)
def test_hand_edits_of_requirements(bench: Bench, uv: FakeUv, requirements: str, lost: str) -> None:
    tree = bench.commit(**{f"{SERVICE}/requirements.txt": requirements})
    post_merge = bench.post_merge()
    bench.scratch.mkdir()
    post_merge.run(tree, bench.scratch)
    note = (
        f"requirements.txt is exported from uv.lock, which does not have these lines of it: {lost};"
        " declare dependencies in pyproject.toml"
    )
    assert post_merge.notes == ([note] if lost else [])
    assert LOCK in uv.calls


@pytest.mark.parametrize(
    ("project", "venv", "fails", "own"),
    [
        ("[tool.uv]\npackage = false\n", True, False, True),
        ("[tool.uv]\npackage = false\n", True, True, False),
        ("[tool.uv]\npackage = false\n", False, False, False),
        ("[tool.uv]\npackage = true\n", True, False, False),
        ("[tool.uv]\n", True, False, False),
        ("[tool]\n", True, False, False),
        ("", True, False, False),
    ],
)
def test_the_environment_of_the_service(
    bench: Bench, uv: FakeUv, project: str, venv: bool, fails: bool, own: bool
) -> None:
    """The checks run in the service's own, if that has all that is locked and is not an installed package."""
    (bench.top / ".gitignore").write_text(".venv\n")
    tree = bench.commit(**{f"{SERVICE}/pyproject.toml": project})
    environment = bench.top / SERVICE / ".venv"
    if venv:
        environment.mkdir()
    uv.fails.extend([SYNC] * fails)
    bench.run(tree, test=True)

    asked = [SYNC] if own or fails else []
    assert uv.calls == [EXPORTED, LOCK, EXPORTED, *asked, CHECK, TEST]
    expected = str(environment) if own else None
    assert uv.environments[-2:] == [expected, expected]
    assert uv.environments[:3] == [None, None, None]


@pytest.mark.parametrize(
    ("sources", "money"),
    [
        ('money = { path = "../../libs/money" }', True),
        ('money = [{ path = "../../libs/./money", marker = "x" }, { index = "y" }]', True),
        ('other = { git = "https://x" }\nmoney = { path = "../../libs/money" }', True),
        ('money = { path = "../../../libs/money" }', False),
        ('money = { path = "/libs/money" }', False),
        ('money = { path = 3 }\nother = "libs"\nthird = ["libs"]', False),
        ('money = { git = "https://x" }', False),
    ],
)
def test_packages_of_the_same_repository_are_there(bench: Bench, uv: FakeUv, sources: str, money: bool) -> None:
    project = f"[tool.uv]\npackage = false\n[tool.uv.sources]\n{sources}\n"
    tree = bench.commit(**{f"{SERVICE}/pyproject.toml": project, "libs/money/money.py": ""})
    assert list(bench.post_merge()._folders(tree)) == [f"{SERVICE}/"] + ["libs/money/"] * money
    bench.run(tree)
    own = [f"{SERVICE}/app.py", f"{SERVICE}/scripts/check.py"]
    assert uv.seen[0] == ["libs/money/money.py"] * money + own


@pytest.mark.parametrize("project", ["not = [toml", "[tool]\nuv = 3\n", '[tool.uv]\nsources = "none"\n', "tool = 3\n"])
def test_a_project_with_odd_sources(bench: Bench, project: str) -> None:
    tree = bench.commit(**{f"{SERVICE}/pyproject.toml": project})
    assert list(bench.post_merge()._folders(tree)) == [f"{SERVICE}/"]


def test_a_generated_file_that_is_a_link_is_written_where_it_leads(bench: Bench, uv: FakeUv) -> None:
    (bench.top / SERVICE).mkdir(parents=True)
    (bench.top / SERVICE / "requirements.txt").symlink_to("all.txt")
    tree = bench.commit(**{f"{SERVICE}/requirements.txt": None, f"{SERVICE}/all.txt": "fastapi==1\n"})
    assert changes(bench, tree, bench.run(tree)) == {
        f"{SERVICE}/uv.lock": "new lock",
        f"{SERVICE}/all.txt": "fastapi==2",
    }
    assert uv.calls == [EXPORTED, LOCK, EXPORTED, CHECK]


def test_postponed(bench: Bench) -> None:
    bench.commit()
    take: Callable[[str], None] = bench.post_merge(test=True).postpone
    take("resolve the conflicts first")
    assert [(step.name, step.outcome, step.reason) for step in bench.steps.taken] == [
        (name, "pending", "resolve the conflicts first") for name in ("lock", "export", "check", "test")
    ]
