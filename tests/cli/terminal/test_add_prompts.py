"""The prompts of `svcgen add resource`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.terminal.conftest import Run
from cli.terminal.emulator import BACKSPACE, CTRL_C, CTRL_D, CTRL_U, ENTER, LEFT, PASTE, Terminal
from support.helpers import fake_program, git

NAME, FIRST, NEXT = "singular:", "Field, such as due:date:optional (? for help):", "(? for help, empty to finish):"
ADD = ("add", "resource")
one_size = pytest.mark.parametrize("size", [(80, 24)])
pytestmark = pytest.mark.usefixtures("service")
Snapshot = Callable[[Terminal, str], None]


def begin(screen: Terminal, name: str = "invoice") -> None:
    screen.answer(NAME, name + ENTER)
    screen.answer("]:", ENTER)


def test_name_and_plural(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal(*ADD)
    screen.answer(NAME, f"Class{ENTER}")
    screen.answer(f"{NAME} Class", f"{CTRL_U}class{ENTER}")
    screen.answer(f"{NAME} class", f"{CTRL_U}person{ENTER}")
    screen.answer("Plural [people]:", f"order{ENTER}")
    screen.answer("Plural [people]: order", f"{CTRL_U}{ENTER}")
    screen.answer(FIRST, "")
    snapshot(screen, "add/name-and-plural")


def test_fields(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal(*ADD)
    begin(screen)
    screen.answer(FIRST, ENTER)
    screen.answer(FIRST, f"number:strr{ENTER}")
    screen.answer(f"{FIRST} number:strr", f"{BACKSPACE}:uniqe{ENTER}")
    screen.answer(f"{FIRST} number:str:uniqe", f"{LEFT}u{ENTER}")
    screen.answer(NEXT, f"customer:ref:customer{ENTER}")
    screen.answer(f"{NEXT} customer:ref:customer", f"{CTRL_U}number:int{ENTER}")
    screen.answer(f"{NEXT} number:int", f"{CTRL_U}amount:decimal:12,2:max=5,5{ENTER}")
    screen.answer(f"{NEXT} amount:decimal:12,2:max=5,5", CTRL_C)

    assert screen.exit_code() == 130
    snapshot(screen, "add/fields")


def test_help(terminal: Run, snapshot: Snapshot) -> None:
    screen = terminal(*ADD)
    begin(screen)
    screen.answer(FIRST, f"?{ENTER}")
    screen.answer(FIRST, "")
    snapshot(screen, "add/help")


@one_size
def test_help_keeps_the_name(terminal: Run) -> None:
    screen = terminal(*ADD)
    begin(screen)
    screen.answer(FIRST, f"due:?{ENTER}")
    screen.answer(f"{FIRST} due:", f"date:default=2026-01-31{ENTER}")
    screen.answer(NEXT, CTRL_D)

    assert screen.exit_code() == 2
    assert "svcgen add resource invoice due:date:default=2026-01-31\n" in screen.text


def test_the_same_command(terminal: Run, snapshot: Snapshot, service: Path, tmp_path: Path) -> None:
    uv = 'case "$*" in *version*) echo uv 99.0.0;; *) echo "error: no network" >&2; exit 2;; esac'
    screen = terminal(*ADD, PATH=fake_program(tmp_path / "bin", "uv", uv))
    screen.answer(NAME, f"person{ENTER}")
    screen.answer("Plural [people]:", f"persons{ENTER}")
    screen.answer(FIRST, f"name:str 'note:str:default=to do'{ENTER}")
    screen.answer(NEXT, f"städte:str{ENTER}")
    screen.answer(f"{NEXT} städte:str", f"{CTRL_U}city:str{ENTER}")
    screen.answer(NEXT, ENTER)

    assert screen.exit_code() == 1
    same = "svcgen add resource person name:str 'note:str:default=to do' city:str --plural persons"
    assert screen.raw.decode().count(f"\r\n  {same}\r\n") == 2
    assert {"The same without prompts:", "hint: retry with:"} <= set(screen.text.splitlines())
    assert git(service, "status", "--porcelain") == ""
    snapshot(screen, "add/same-command")


@one_size
def test_what_is_there_is_reported_at_its_prompt(terminal: Run, service: Path) -> None:
    model = 'class Customer(Base):\n    __tablename__ = "clients"\n    id: Mapped[int]\n'
    (service / "app" / "models" / "customer.py").write_text(model)
    screen = terminal(*ADD, "--allow-dirty")
    screen.answer(NAME, f"customer{ENTER}")
    screen.answer(f"{NAME} customer", f"{CTRL_U}invoice{ENTER}")
    screen.answer("Plural [invoices]:", f"clients{ENTER}")
    screen.answer("Plural [invoices]: clients", f"{CTRL_U}{ENTER}")
    screen.answer(FIRST, f"payer:ref:customer{ENTER}")
    screen.answer(f"{FIRST} payer:ref:customer", CTRL_C)

    assert screen.exit_code() == 130
    said = " ".join(screen.text.split())
    assert all(word in said for word in ("app/models/customer.py", "whose table is clients", "make_customer"))


@one_size
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (f"{PASTE[0]}a:str\r\nb:int:optional\nc:date\n{PASTE[1]}{ENTER}", "a:str b:int:optional c:date"),
        (f'note:str:default="it\'s 50% 📚"{ENTER}', "'note:str:default=it'\"'\"'s 50% 📚'"),
        (f"note:str:default=it\\'s{ENTER}", "'note:str:default=it'\"'\"'s'"),
    ],
    ids=["paste", "quotes", "backslash"],
)
def test_fields_are_read_as_on_the_command_line(terminal: Run, typed: str, words: str) -> None:
    screen = terminal(*ADD)
    begin(screen)
    screen.answer(FIRST, typed)
    screen.answer(NEXT, CTRL_C)

    assert screen.exit_code() == 130
    assert f"  svcgen add resource invoice {words}\r\n" in screen.raw.decode()


@one_size
@pytest.mark.parametrize(
    ("typed", "error"), [("x:str:default='a", "is not closed"), ("and b c:str", "svcgen add resource")]
)
def test_a_line_that_cannot_be_read_is_kept(terminal: Run, typed: str, error: str) -> None:
    screen = terminal(*ADD)
    begin(screen)
    screen.answer(FIRST, typed + ENTER)
    screen.answer(f"{FIRST} {typed}", CTRL_C)

    assert screen.exit_code() == 130
    assert error in screen.text


@one_size
@pytest.mark.parametrize(("prompt", "key"), list(enumerate([CTRL_D, CTRL_C, CTRL_D, CTRL_C])))
def test_every_prompt_can_be_left(terminal: Run, service: Path, prompt: int, key: str) -> None:
    prompts = ((NAME, "invoice"), ("Plural [invoices]:", "bills"), (FIRST, "a:str"), (NEXT, ""))
    screen = terminal(*ADD)
    for question, text in prompts[:prompt]:
        screen.answer(question, text + ENTER)
    screen.answer(prompts[prompt][0], key)

    typed = ("", "invoice", "invoice --plural bills", "invoice a:str --plural bills")[prompt]
    assert screen.exit_code() == (130 if key == CTRL_C else 2)
    assert (f"svcgen add resource {typed}\n" in screen.text) == bool(prompt)
    assert git(service, "status", "--porcelain") == ""


@one_size
def test_a_plural_given_is_checked_before_the_first_prompt(terminal: Run) -> None:
    screen = terminal(*ADD, "--plural", "Persons")

    assert screen.exit_code() == 2
    assert NAME not in screen.text


@one_size
def test_a_plural_given_is_not_asked(terminal: Run) -> None:
    screen = terminal(*ADD, "--plural", "persons")
    screen.answer(NAME, f"person{ENTER}")
    screen.answer(FIRST, CTRL_C)

    assert screen.exit_code() == 130
    assert "svcgen add resource person --plural persons\n" in screen.text


@one_size
def test_a_missing_environment_is_reported_before_the_first_prompt(terminal: Run, service: Path) -> None:
    shutil.rmtree(service / ".venv")
    screen = terminal(*ADD)

    assert screen.exit_code() == 1
    assert "no .venv" in screen.text
    assert NAME not in screen.text
