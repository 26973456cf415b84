"""The prompts of `svcgen new`."""

import re
import shlex
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from cli.terminal.conftest import Run
from cli.terminal.emulator import BACKSPACE, CTRL_C, CTRL_D, DOWN, ENTER, HOME, LEFT, PASTE, RIGHT, Terminal
from support.svcgen import Svcgen

NAME, DESCRIPTION = "Service name, kebab-case:", "Description, in one line [The {} service]:"
PLATFORM, OWNER, PYTHON = "Deployment platform: > 1. fly 2. railway", "Owning team [platform]:", "> 1. 3.13 2. 3.14"
GIVEN = ("--platform", "fly", "--owner", "core", "--python", "3.13")
one_size = pytest.mark.parametrize("size", [(80, 24)])


def answers(service: Path) -> Mapping[str, str]:
    content: dict[str, str] = yaml.safe_load((service / ".copier-answers.yml").read_text())
    return content


def test_every_prompt(terminal: Run, workdir: Path, snapshot: Callable[[Terminal, str], None]) -> None:
    screen = terminal("new", "--no-sync")
    screen.answer(NAME, f"fastapi{ENTER}")
    screen.answer(f"{NAME} fastapi", f"-bills{ENTER}")
    screen.answer(DESCRIPTION.format("fastapi-bills"), f"Bills & reminders{ENTER}")
    screen.answer(PLATFORM, f"{DOWN}{ENTER}")
    screen.answer(OWNER, ENTER)
    screen.answer(PYTHON, "")
    snapshot(screen, "new/prompts")
    screen.send(ENTER)
    same = "svcgen new fastapi-bills --no-sync --description 'Bills & reminders' --platform railway --owner platform"
    screen.expect(f"{same} --python 3.13")

    assert screen.exit_code() == 0
    assert answers(workdir / "fastapi-bills")["platform"] == "railway"
    assert answers(workdir / "fastapi-bills")["description"] == "Bills & reminders"


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, 130), (CTRL_D, 2)], ids=["ctrl-c", "ctrl-d"])
def test_leaving_shows_what_was_typed(
    terminal: Run, workdir: Path, snapshot: Callable[[Terminal, str], None], key: str, code: int
) -> None:
    screen = terminal("new", "-v")
    screen.answer(NAME, f"billing{ENTER}")
    screen.answer(DESCRIPTION.format("billing"), f"It's 50%{ENTER}")
    screen.answer(PLATFORM, key)

    assert screen.exit_code() == code
    assert list(workdir.iterdir()) == []
    snapshot(screen, f"new/left-by-{'ctrl-c' if key == CTRL_C else 'ctrl-d'}")


@one_size
@pytest.mark.parametrize(("prompt", "key"), list(enumerate([CTRL_D, CTRL_C, CTRL_C, CTRL_D, CTRL_D])))
def test_every_prompt_can_be_left(terminal: Run, workdir: Path, prompt: int, key: str) -> None:
    screen = terminal("new")
    prompts = ((NAME, "ab"), (DESCRIPTION.format("ab"), "x"), (PLATFORM, ""), (OWNER, ""), (PYTHON, ""))
    for question, text in prompts[:prompt]:
        screen.answer(question, text + ENTER)
    screen.answer(prompts[prompt][0], key)

    assert screen.exit_code() == (130 if key == CTRL_C else 2)
    assert screen.text.count("typed so far:\n  svcgen new ab") == bool(prompt)
    assert list(workdir.iterdir()) == []


@one_size
def test_a_line_can_be_edited(terminal: Run, workdir: Path) -> None:
    screen = terminal("new", "--no-sync", "--no-git", "--description", "x", *GIVEN)
    screen.answer(NAME, f"iling{HOME}b{LEFT}{LEFT}")
    screen.expect("biling")
    screen.send(f"{RIGHT}{RIGHT}{RIGHT}lx{BACKSPACE}{ENTER}")

    assert screen.exit_code() == 0
    assert (workdir / "billing").is_dir()


@one_size
@pytest.mark.parametrize(
    ("typed", "description"),
    [
        (f"{PASTE[0]}Bills\r\nand reminders\n{PASTE[1]}{ENTER}", "Bills and reminders"),
        (f"Rechnungen für Bücher 📚 日本語{ENTER}", "Rechnungen für Bücher 📚 日本語"),
        (f'-x $HOME `id` "q" it\'s{ENTER}', '-x $HOME `id` "q" it\'s'),
        (f"  padded  {ENTER}", "padded"),
    ],
    ids=["paste", "unicode", "shell", "spaces"],
)
def test_text_arrives_as_typed(terminal: Run, workdir: Path, typed: str, description: str) -> None:
    screen = terminal("new", "ab", "--no-sync", "--no-git", *GIVEN)
    screen.answer(DESCRIPTION.format("ab"), typed)

    assert screen.exit_code() == 0
    assert answers(workdir / "ab")["description"] == description


@one_size
def test_the_same_command_does_the_same(terminal: Run, svcgen: Svcgen, workdir: Path) -> None:
    screen = terminal("new", "--no-sync", "--no-git", *GIVEN)
    screen.answer(NAME, f"ab{ENTER}")
    screen.answer(DESCRIPTION.format("ab"), f"-x it's{ENTER}")
    assert screen.exit_code() == 0
    line = re.search(r"(?<=  svcgen ).+(?=\r\n)", screen.raw.decode())
    (workdir / "ab").rename(workdir / "before")
    assert line
    svcgen(*shlex.split(line[0]))

    assert answers(workdir / "ab") == answers(workdir / "before")


@one_size
def test_a_full_destination_is_reported_at_the_name(terminal: Run, workdir: Path) -> None:
    (workdir / "billing").mkdir()
    (workdir / "billing" / "file").touch()
    screen = terminal("new", "--no-sync", "--description", "x", *GIVEN)
    screen.answer(NAME, f"billing{ENTER}")
    screen.answer(f"{NAME} billing", f"-two{ENTER}")

    assert screen.exit_code() == 0
    assert "billing is not empty" in screen.text


@one_size
@pytest.mark.parametrize(
    ("name", "error"),
    [("fastapi", "'fastapi' is not allowed, as it is a dependency"), ("billing", "billing is not empty")],
)
def test_what_is_given_is_refused_before_the_first_prompt(terminal: Run, workdir: Path, name: str, error: str) -> None:
    (workdir / "billing").mkdir()
    (workdir / "billing" / "file").touch()
    screen = terminal("new", name)

    assert screen.exit_code() in {1, 2}
    assert error in screen.text
    assert "Description" not in screen.text


@one_size
@pytest.mark.parametrize("flag", ["--defaults", "--json"])
def test_a_flag_prevents_prompts(terminal: Run, workdir: Path, flag: str) -> None:
    screen = terminal("new", "billing", flag, "--no-sync", "--no-git")

    assert screen.exit_code() == 0
    assert answers(workdir / "billing")["owner"] == "platform"
    assert "The same without prompts" not in screen.text


@one_size
def test_defaults_of_the_user_are_offered(terminal: Run, workdir: Path) -> None:
    settings = workdir / "settings.yml"
    settings.write_text("defaults: {owner: payments, python: 3.14}")
    screen = terminal(
        "new", "ab", "--no-sync", "--no-git", "--platform", "fly", "--description", "x",
        COPIER_SETTINGS_PATH=str(settings),
    )  # fmt: skip
    screen.answer("Owning team [payments]:", ENTER)
    screen.answer("1. 3.13 > 2. 3.14", ENTER)

    assert screen.exit_code() == 0
    assert answers(workdir / "ab")["owner"] == "payments"
    assert answers(workdir / "ab")["python"] == "3.14"


@one_size
def test_a_dumb_terminal(terminal: Run, workdir: Path) -> None:
    screen = terminal("new", "--no-sync", "--no-git", "--owner", "core", "--python", "3.13", TERM="dumb")
    screen.answer(NAME, f"fastapi{ENTER}")
    screen.answer(f'hint: try "fastapi-service" {NAME}', f"ab{ENTER}")
    screen.answer(DESCRIPTION.format("ab"), ENTER)
    screen.answer("Deployment platform (fly, railway) [fly]:", f"railwy{ENTER}")
    screen.answer("did you mean railway? Deployment platform (fly, railway) [fly]:", f"railway{ENTER}")

    assert screen.exit_code() == 0
    assert b"\x1b[?" not in screen.raw
    assert answers(workdir / "ab")["platform"] == "railway"


@one_size
def test_sigterm_at_a_prompt(terminal: Run) -> None:
    screen = terminal("new", "--description", "x", *GIVEN[2:])
    screen.answer(NAME, f"ab{ENTER}")
    screen.answer(PLATFORM, "")
    screen.signal(signal.SIGTERM)

    assert screen.exit_code() == 143
    assert "typed so far:\n  svcgen new ab" in screen.text


@one_size
def test_no_color(terminal: Run) -> None:
    screen = terminal("new", "billing", "--defaults", "--no-sync", NO_COLOR="1")

    assert screen.exit_code() == 0
    assert "billing is ready" in screen.text
    assert screen.colors == {"default"}


@one_size
def test_nothing_that_is_to_be_copied_is_wrapped(terminal: Run) -> None:
    screen = terminal("new", "billing", "x" * 200, "--defaults", "--no-sync")

    assert screen.exit_code() == 0
    assert f"  cd {'x' * 200}\r\n".encode() in screen.raw
