"""Prompt in a terminal. After an invalid answer, the error is printed and only that prompt is repeated."""

import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from svcgen.cli.messages import error
from svcgen.errors import SvcgenError, UsageError

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

_T = TypeVar("_T")


def ask_text(
    question: str, read: Callable[[str], _T], default: str = "", explain: Callable[[], None] | None = None
) -> _T:
    """Prompt for a line of text until it is valid. Each time, the previous input can be edited.

    Args:
        question: The text of the prompt.
        read: Returns the value of the text; raises SvcgenError if it is invalid.
        default: The value of an empty line.
        explain: Prints help; called for a question mark, alone or after a colon.

    Raises:
        UsageError: Standard input ended.
        KeyboardInterrupt: Ctrl-C.
    """
    message = _filled(f"{question} [{default}]: " if default else f"{question}: ")
    text = ""
    while True:
        text = _one_line(_prompt(message, text))
        if explain and text.split(":")[-1] == "?":
            explain()
            text = text.removesuffix("?")
            continue
        try:
            return read(text or default)
        except SvcgenError as problem:
            error(problem.message, problem.hint, at_prompt=True)


def ask_choice(question: str, choices: Sequence[str], default: str) -> str:
    """Prompt for one of several values, which the arrow keys select.

    Args:
        question: The text of the prompt.
        choices: The values.
        default: The initially selected value.

    Raises:
        UsageError: Standard input ended.
        KeyboardInterrupt: Ctrl-C.
    """
    from prompt_toolkit.shortcuts import choice

    options = [(value, value) for value in choices]
    try:
        return choice(f"{question}:", options=options, default=default, key_bindings=_ctrl_d(), enable_suspend=True)
    except EOFError as problem:
        raise _ended() from problem


def can_move_cursor() -> bool:
    """Return whether the terminal can move its cursor, as required for lists and line editing."""
    from prompt_toolkit.utils import is_dumb_terminal

    return not is_dumb_terminal()


def _prompt(message: str, text: str) -> str:
    from prompt_toolkit import prompt

    try:
        # In a dumb terminal, prompt_toolkit prints escape sequences and hides the text to edit.
        return prompt(message, default=text, enable_suspend=True) if can_move_cursor() else input(message)
    except EOFError as problem:
        raise _ended() from problem


def _one_line(text: str) -> str:
    """Return pasted lines as one."""
    return " ".join(line.strip() for line in text.splitlines()).strip()


def _filled(message: str) -> str:
    """Format a message as prompt_toolkit formats a choice: indented by a space, and wrapped at words."""
    width = shutil.get_terminal_size().columns - 1
    return textwrap.fill(message, width, initial_indent=" ", subsequent_indent=" ", break_on_hyphens=False) + " "


def _ended() -> UsageError:
    return UsageError("the input ended before the last prompt", hint="pass the answers as arguments")


def _ctrl_d() -> "KeyBindings":
    """Return key bindings for Ctrl-D, which a text prompt already has."""
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    @bindings.add("c-d")
    def end(event: "KeyPressEvent") -> None:
        event.app.exit(exception=EOFError)

    return bindings
