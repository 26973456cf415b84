"""Every command prints what docs/json.md describes; the fixture `svcgen` checks it in all tests, too."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from support.shapes import COMMANDS, check_output, mismatch, shapes
from support.svcgen import Svcgen
from support.updates import EVERYTHING
from svcgen.cli.app import _application, run_command_line
from svcgen.cli.report_add import added_object
from svcgen.cli.update_json import aborted_object, update_object
from svcgen.commands.resume import Aborted
from svcgen.errors import UsageError
from svcgen.resource.change.added import Added, AddRequest
from svcgen.resource.syntax.parse import parse_lines
from svcgen.service.vcs.repository import Head
from svcgen.system import signals
from svcgen.system.steps import Step


def commands(application: typer.Typer, prefix: str = "") -> dict[str, set[str]]:
    """Each command by its words, with the names of its parameters."""
    found = {
        f"{prefix}{command.name}": set(inspect.signature(command.callback).parameters)
        for command in application.registered_commands
        if command.callback
    }
    for group in application.registered_groups:
        assert group.typer_instance
        found |= commands(group.typer_instance, f"{prefix}{group.name} ")
    return found


def test_every_command_with_the_flag_is_described() -> None:
    with_json = {name for name, parameters in commands(_application()).items() if "as_json" in parameters}
    assert with_json == set(COMMANDS)
    assert with_json <= shapes().keys()


def test_every_shape_is_linked() -> None:
    linked = {kind for fields in shapes().values() for kind in fields.values()}
    assert all(any(f"[{name}]" in kind for kind in linked) for name in shapes() if name not in {*COMMANDS, "error"})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_command_line(svcgen: Svcgen, command: str) -> None:
    failed = svcgen(*command.split(), "--json", "--wrong")
    assert "--wrong" in json.loads(failed.stdout)["error"]


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (RuntimeError("wrong"), 3),
        (KeyboardInterrupt(), 130),
        (OSError(28, "No space left"), 1),
        (UsageError("no"), None),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("command", ["new billing", "add resource invoice due:date", "update", "status"])
def test_an_error_of_any_kind(
    command: str,
    problem: BaseException,
    code: int | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise problem

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for module in ("cli.new", "cli.status", "cli.update", "commands.add"):
        monkeypatch.setattr(f"svcgen.{module}.find_template", fail)
    monkeypatch.setattr("svcgen.service.places.find_services", fail)
    arguments = (*command.split(), "--json")

    exited = run_command_line(list(arguments))

    check_output(arguments, capsys.readouterr().out)
    assert exited == (getattr(problem, "exit_code", 1) if code is None else code)
    assert signals._State.received is None


def test_an_update_with_everything(tmp_path: Path) -> None:
    assert mismatch(update_object(EVERYTHING), "updated service") is None
    assert mismatch(aborted_object(Aborted(tmp_path, "v2", Head("main", "c0ffee"), "")), "aborted update") is None


@pytest.mark.parametrize("dry_run", [False, True])
def test_resources(tmp_path: Path, dry_run: bool) -> None:
    request = AddRequest(tmp_path, parse_lines(["invoice due:date"]), dry_run=dry_run)
    steps = (Step("files", "done", 0.1), Step("format", "failed", command="uv run ruff check", reason="no"))
    added = Added(request, (Path("a.py"),), (Path("b.py"),), "+a\n", ("note",), steps)
    shown = {"schema_version": 1, **added_object(added)}
    assert mismatch(shown, "add resource") is None
    assert (shown["diff"] == "+a\n") is dry_run


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"name": 1, "plural": "ones", "words": []}, "resource"),
        ({"name": "one", "plural": "ones", "words": [1]}, "resource"),
        ({"name": "one", "plural": "ones"}, "resource"),
        ({"name": "one", "plural": "ones", "words": [], "more": 1}, "resource"),
        ({"path": "a", "lines": [True]}, "conflict"),
        (["one"], "resource"),
    ],
)
def test_a_mismatch_is_found(value: object, kind: str) -> None:
    assert mismatch(value, kind) is not None
