"""The prompts, on a terminal of their own."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pexpect
import pytest
import yaml

UP, DOWN, CTRL_C, CTRL_D = "\x1b[A", "\x1b[B", "\x03", "\x04"
ROWS, COLUMNS = 40, 100


class Terminal(Protocol):
    def __call__(self, *arguments: str, **environ: str) -> "pexpect.spawn[str]": ...


@pytest.fixture
def terminal(workdir: Path, environ: dict[str, str]) -> Iterator[Terminal]:
    """Runs svcgen in `workdir` on a terminal."""
    started = []

    def spawn(*arguments: str, **more: str) -> "pexpect.spawn[str]":
        child = pexpect.spawn(
            sys.executable,
            ["-m", "svcgen", *arguments],
            cwd=str(workdir),
            env={**environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **more},
            encoding="utf-8",
            dimensions=(ROWS, COLUMNS),
            timeout=60,
        )
        started.append(child)
        return child

    yield spawn
    for child in started:
        child.close(force=True)


def exit_code(child: "pexpect.spawn[str]") -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def answers(service: Path) -> Mapping[str, str]:
    content: dict[str, str] = yaml.safe_load((service / ".copier-answers.yml").read_text())
    return content


def test_every_question_is_asked(terminal: Terminal, workdir: Path) -> None:
    child = terminal("new", "--no-sync")
    child.expect("Name of the service")
    child.send("billing\r")
    child.expect("What it is for")
    child.expect("The billing service")
    child.send("\r")
    child.expect("Where it runs")
    child.send(f"{DOWN}\r")
    child.expect("Team that owns it")
    child.send("\r")
    child.expect("Python version")
    child.send("\r")
    child.expect("Render the template")
    child.expect("billing is ready")
    child.expect("uv run pytest")
    assert exit_code(child) == 0
    assert answers(workdir / "billing")["platform"] == "railway"


def test_a_bad_name_is_asked_again(terminal: Terminal, workdir: Path) -> None:
    child = terminal(
        "new", "--no-sync", "--platform", "fly", "--owner", "core", "--python", "3.13", "--description", "x"
    )
    child.expect("Name of the service")
    child.send("fastapi\r")
    child.expect("is the name of a dependency")
    child.send("-service\r")
    assert exit_code(child) == 0
    assert answers(workdir / "fastapi-service")["owner"] == "core"


def test_a_bad_name_given_is_refused_before_the_first_question(terminal: Terminal) -> None:
    child = terminal("new", "fastapi")
    child.expect("service_name 'fastapi' is the name of a dependency")
    assert exit_code(child) == 2


def test_a_full_destination_is_refused_before_the_first_question(terminal: Terminal, workdir: Path) -> None:
    (workdir / "billing").mkdir()
    (workdir / "billing" / "file").touch()
    child = terminal("new", "billing")
    child.expect("billing is not empty")
    assert exit_code(child) == 1


@pytest.mark.parametrize("flag", ["--defaults", "--json"])
def test_no_question_is_asked(terminal: Terminal, workdir: Path, flag: str) -> None:
    child = terminal("new", "billing", flag, "--no-sync")
    assert exit_code(child) == 0
    assert answers(workdir / "billing")["owner"] == "platform"


def test_defaults_of_the_user_are_offered(terminal: Terminal, workdir: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("defaults: {owner: payments}")
    child = terminal(
        "new", "ab", "--no-sync", "--platform", "fly", "--python", "3.13", "--description", "x",
        COPIER_SETTINGS_PATH=str(settings),
    )  # fmt: skip
    child.expect("Team that owns it")
    child.expect("payments")
    child.send("\r")
    assert exit_code(child) == 0
    assert answers(workdir / "ab")["owner"] == "payments"


@pytest.mark.parametrize(("key", "code", "said"), [(CTRL_C, 130, "interrupted"), (CTRL_D, 2, "--defaults")])
def test_leaving_a_prompt_leaves_nothing(terminal: Terminal, workdir: Path, key: str, code: int, said: str) -> None:
    child = terminal("new")
    child.expect("Name of the service")
    child.send("billing\r")
    child.expect("What it is for")
    child.send("\x15" + key)
    child.expect(said)
    assert exit_code(child) == code
    assert list(workdir.iterdir()) == []


def test_no_color(terminal: Terminal) -> None:
    child = terminal("new", "billing", "--defaults", "--no-sync", NO_COLOR="1")
    child.expect(pexpect.EOF)
    assert "billing is ready" in (child.before or "")
    assert "\x1b[3" not in (child.before or "")


def test_nothing_that_is_to_be_copied_is_wrapped(terminal: Terminal) -> None:
    child = terminal("new", "billing", "x" * 200, "--defaults", "--no-sync")
    child.expect(f"  cd {'x' * 200}\r\n")
    assert exit_code(child) == 0
