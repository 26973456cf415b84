"""Print errors, notes and JSON."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from svcgen.text import printable, wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# docs/json.md describes when it changes.
_SCHEMA = 1


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a standard stream is a terminal. A stream that the caller closed is None."""
    return stream is not None and stream.isatty()


def can_ask() -> bool:
    """Return whether svcgen can prompt: input and output are a terminal."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def error(message: str, hint: str = "", *, at_prompt: bool = False) -> None:
    """Print an error to standard error, in colour in a terminal.

    Args:
        message: The problem.
        hint: How to fix it.
        at_prompt: Whether to print to standard output instead, where the prompt is.
    """
    stream = sys.stdout if at_prompt else sys.stderr
    complain("error", "bold red", message, stream)
    if hint:
        complain("hint", "bold cyan", hint, stream)


def print_json(value: Mapping[str, object]) -> None:
    """Print the result of a command as one line of ASCII JSON, as described in docs/json.md."""
    # DEL is the only control character that JSON does not escape.
    print(json.dumps({"schema_version": _SCHEMA, **value}).replace("\x7f", "\\u007f"))


def complain(word: str, style: str, text: str, stream: TextIO) -> None:
    """Print a message after a coloured word.

    Args:
        word: `error`, `hint` or `note`.
        style: Its style on a terminal.
        text: The message.
        stream: Standard output or standard error.
    """
    said = f"{word}: {printable(text)}"
    if not is_terminal(stream):
        print(said, file=stream)
        return
    console = console_of(stderr=stream is sys.stderr)
    shown = styled(wrapped(said, console.width))
    shown.stylize(style, 0, len(word) + 1)
    console.print(shown, soft_wrap=True)


def console_of(*, stderr: bool = False) -> "Console":
    """Return a console that prints text unchanged."""
    from rich.console import Console

    # The text comes from files, so [markup] and :emoji: have no meaning in it.
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def styled(text: str, style: str = "") -> "Text":
    """Return text with a style. In some places Rich reads a plain string as markup, despite the console's settings.

    Args:
        text: The text.
        style: Its style on a terminal.
    """
    from rich.text import Text

    return Text(printable(text), style)
