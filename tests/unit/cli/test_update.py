"""`svcgen update` passes every flag on, goes on after a service that fails, and exits with the worst code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from svcgen.cli.update import update
from svcgen.commands.resume import Aborted
from svcgen.commands.update_result import Update, UpdateRequest
from svcgen.errors import ExitCode, ServiceError, TemplateError, UsageError
from svcgen.service.merging.merge_result import Conflict, Merged
from svcgen.service.vcs.repository import Head
from svcgen.system.steps import CommandRun, Notify
from svcgen.template.find import Template

TEMPLATE = Template(Path("/template"), "v2", "https://git.example.com/svcgen")
CONFLICT = Merged(conflicts=(Conflict("app.py", (1,)),))


class Called:
    """What the command line calls, and with what."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Any]] = []
        self.notified: list[Notify] = []
        self.results: dict[str, Callable[[Path], Update]] = {}

    def take(self, name: str) -> Callable[..., Any]:
        def action(request: Any, *notify: Notify) -> Any:
            self.requests.append((name, request))
            self.notified += notify
            path = request.path if isinstance(request, UpdateRequest) else request
            for one in notify:
                one(CommandRun("git status", "clean"))
            if name == "abort":
                return Aborted(path, "v2", Head("main", "c0ffee"), "")
            result = self.results.get(path.name, behind)
            return result(path)

        return action


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    called = Called()
    for module, function, name in (
        ("update", "plan", "plan"),
        ("update", "preview_update", "preview"),
        ("update", "update_service", "update"),
        ("resume", "continue_update", "continue"),
        ("resume", "abort_update", "abort"),
    ):
        monkeypatch.setattr(f"svcgen.commands.{module}.{function}", called.take(name))
    monkeypatch.setattr("svcgen.cli.update.find_template", lambda source: {None: TEMPLATE}[source])
    return called


def run(*arguments: str) -> Result:
    application = typer.Typer(pretty_exceptions_enable=False)
    application.command()(update)
    return CliRunner().invoke(application, arguments)


def behind(path: Path) -> Update:
    return Update(path, "v1", "v2")


def conflicting(path: Path) -> Update:
    return Update(path, "v1", "v2", merged=CONFLICT)


def failing(_path: Path) -> Update:
    raise ServiceError("it is none", hint="make one")


def crashing(_path: Path) -> Update:
    problem = TemplateError("no template")
    problem.exit_code = ExitCode.BUG
    raise problem


@pytest.mark.parametrize(
    ("flags", "action", "changed"),
    [
        ([], "update", {}),
        (["--to", "v1.5"], "update", {"to": "v1.5"}),
        (["--in-place"], "update", {"in_place": True}),
        (["--test"], "update", {"test": True}),
        (["--dry-run", "--to", "v1.5"], "preview", {"to": "v1.5"}),
        (["--check", "--to", "v1.5"], "plan", {"to": "v1.5"}),
    ],
)
def test_each_flag_is_passed_on(called: Called, flags: list[str], action: str, changed: dict[str, Any]) -> None:
    run(*flags, "/srv/billing")
    assert called.requests == [(action, UpdateRequest(Path("/srv/billing"), TEMPLATE, **changed))]


@pytest.mark.parametrize(("flag", "action"), [("--continue", "continue"), ("--abort", "abort")])
def test_what_is_unfinished_is_found_by_its_path(called: Called, flag: str, action: str) -> None:
    assert run(flag, "/srv/billing").exit_code == 0
    assert called.requests == [(action, Path("/srv/billing"))]


def test_nothing_is_asked_for_by_default(called: Called) -> None:
    """Not even where no option is parsed."""
    with pytest.raises(typer.Exit):
        update([Path("/srv/billing")])
    assert called.requests == [("update", UpdateRequest(Path("/srv/billing"), TEMPLATE))]


def test_this_directory_by_default(called: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run()
    assert [request.path for _, request in called.requests] == [tmp_path]


def test_the_branches_of_one_call_are_shared(called: Called) -> None:
    run("one", "two")
    one, two = (request for _, request in called.requests)
    assert one.branches is two.branches


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--check", "--continue"], "--check and --continue"),
        (["--abort", "--dry-run"], "--dry-run and --abort"),
        (["--abort", "--check", "--dry-run", "--continue"], "--check and --dry-run and --continue and --abort"),
    ],
)
def test_flags_that_contradict(called: Called, flags: list[str], words: str) -> None:
    result = run(*flags)
    assert isinstance(result.exception, UsageError)
    assert result.exception.message == f"{words} can't be combined"
    assert result.exception.hint == "run one after the other"
    assert called.requests == []


@pytest.mark.parametrize(
    ("results", "flags", "code"),
    [
        ([], [], 0),
        ([conflicting], [], 1),
        ([conflicting], ["--dry-run"], 1),
        ([conflicting], ["--continue"], 1),
        ([], ["--check"], 4),
        ([lambda path: Update(path, "v2", "v2")], ["--check"], 0),
        ([behind, lambda path: Update(path, "v2", "v2")], ["--check"], 4),
        ([lambda path: Update(path, "v2", "v2"), behind], ["--check"], 4),
        ([behind, failing], ["--check"], 1),
        ([failing, behind], ["--check"], 1),
        ([failing, behind], [], 1),
        ([behind, failing], [], 1),
        ([crashing, failing], [], 3),
    ],
)
def test_the_worst_exit_code(
    called: Called, results: list[Callable[[Path], Update]], flags: list[str], code: int
) -> None:
    names = [f"service{number}" for number in range(max(1, len(results)))]
    called.results = dict(zip(names, results, strict=False))
    assert run(*flags, *names).exit_code == code
    assert len(called.requests) == len(names)
    called.requests.clear()
    shown = json.loads(run("--json", *flags, *names).stdout)
    assert (shown["ok"], shown["exit_code"], len(shown["services"])) == (code == 0, code, len(names))


def test_check(called: Called) -> None:
    assert run("--check", "/srv/billing").stdout == "/srv/billing is at v1; v2 is available\n"
    called.results = {"billing": lambda path: Update(path, "v2", "v2")}
    assert run("--check", "/srv/billing").stdout == "/srv/billing is up to date at v2\n"
    (found,) = json.loads(run("--check", "--json", "/srv/billing").stdout)["services"]
    assert (found["path"], found["from"], found["to"]) == ("/srv/billing", "v2", "v2")


def test_an_error_is_shown_and_the_next_service_updated(called: Called) -> None:
    called.results = {"nowhere": failing}
    result = run("/srv/nowhere", "/srv/billing")
    assert result.stderr == "error: it is none\nhint: make one\n"
    assert (
        result.stdout
        == "Updated /srv/billing from v1 to v2\n\n2 services: 1 failed, 1 updated\n  failed  /srv/nowhere\n"
    )
    first, second = json.loads(run("--json", "/srv/nowhere", "/srv/billing").stdout)["services"]
    assert first == {"ok": False, "path": "/srv/nowhere", "error": "it is none", "hint": "make one"}
    assert second["to"] == "v2"


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        (["--dry-run"], "Dry run: /srv/billing would go from v1 to v2: no file changes\n"),
        (["--continue"], "Updated /srv/billing from v1 to v2\n"),
        (["--abort"], "Undid the update of /srv/billing to v2; main is checked out as before\n"),
        (["--quiet"], ""),
        (["-q", "--verbose"], ""),
        (["--verbose"], "$ git status\nclean\nUpdated /srv/billing from v1 to v2\n"),
        (["-v", "--dry-run"], "$ git status\nclean\nDry run: /srv/billing would go from v1 to v2: no file changes\n"),
        (["-v", "--continue"], "$ git status\nclean\nUpdated /srv/billing from v1 to v2\n"),
    ],
)
@pytest.mark.usefixtures("called")
def test_what_is_shown(flags: list[str], shown: str) -> None:
    assert run(*flags, "/srv/billing").stdout == shown


@pytest.mark.usefixtures("called")
def test_json_is_one_object_and_nothing_else() -> None:
    (aborted,) = json.loads(run("--json", "--verbose", "--abort", "/srv/billing").stdout)["services"]
    assert (aborted["aborted"], aborted["checked_out"]) == ("v2", "main")


def test_the_terminal_is_given_back(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is printed to it, and after each service, whatever came of it."""
    events: list[str] = []
    monkeypatch.setattr("svcgen.cli.screen.Screen.close", lambda _screen: events.append("close"))
    monkeypatch.setattr("svcgen.cli.update.error", lambda *_: events.append("error"))
    monkeypatch.setattr("svcgen.cli.report_update.show_update", lambda *_, **__: events.append("show"))
    called.results = {"nowhere": failing}
    run("nowhere", "billing")
    assert events == ["close", "error", "close", "close", "show", "close"]
