"""Words that a terminal would obey: it gets no control character that came from data."""

import json
import re
from typing import TYPE_CHECKING

import pexpect
import pytest

from hostile.conftest import Victim

if TYPE_CHECKING:
    import subprocess

attack = pytest.mark.attack
TITLE = "\x1b]0;pwned\x07\x1b[31m\x9b2J\u202eevil\r"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def has_no_control(result: "subprocess.CompletedProcess[str]") -> bool:
    said = result.stdout + result.stderr
    assert "evil" in said or "pwned" in said
    return CONTROL.search(said) is None


@attack("escape sequences in an answer", "shown as text")
@pytest.mark.parametrize("name", ["owner", "service_name", "platform", "_commit", "_src_path"])
def test_answers(victim: Victim, name: str) -> None:
    victim.answer(**{name: json.dumps(TITLE)})
    assert has_no_control(victim.run("status", "--long"))


@attack("escape sequences in the path of a service", "shown as text")
@pytest.mark.parametrize("command", [["status"], ["update"], ["update", "--check"]], ids=" ".join)
def test_paths(victim: Victim, command: list[str]) -> None:
    assert has_no_control(victim.run(*command, f"evil{TITLE}"))


@attack("a line break in the path of a service", "one row")
def test_rows(victim: Victim) -> None:
    result = victim.run("status", "evil\nbilling\tv9.9.9\t0")
    assert [line.count("\t") for line in result.stdout.splitlines()] == [5, 5, 0, 0, 0, 0]


@attack("words that Rich takes for markup or emoji, at a terminal", "shown as they are")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["add", "resource", "invoice", "due:date:option"], "due:date:option"),
        (["status", "[bold]:boom:[/bold]"], "[bold]:boom:[/bold]"),
        (["update", "[link=evil]:fire:"], "[link=evil]:fire:"),
    ],
    ids=["add", "status", "update"],
)
def test_markup(victim: Victim, words: list[str], shown: str) -> None:
    command, *arguments = victim.command(*words)
    terminal = pexpect.spawn(
        command,
        arguments,
        cwd=str(victim.service),
        env=dict(victim.environ),
        encoding="utf-8",
        timeout=20,
        dimensions=(50, 400),
    )
    terminal.expect(pexpect.EOF)
    assert shown in str(terminal.before)
