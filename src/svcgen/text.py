"""Format text for people: escape it for terminals, and wrap it without breaking commands."""

import os
import re
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import Path

# A command can be pasted: it is in backticks, or follows a colon and starts with one of these programs.
_COMMAND = re.compile(r"`[^`\n]+`|(?<=: )(?:cd|docker|export|git|rm|svcgen|uv|uvx) (?:(?!: )[^\n;])+")
# Replaces a space that must not become a line break. `printable` escapes this character, so no text contains it.
_GLUE = "\ue000"


def printable(text: str, but: str = "\n\t") -> str:
    """Escape characters that could control a terminal, or hide or reorder text.

    Args:
        text: Untrusted text: a file name, an answer, or the output of a tool.
        but: Characters to leave as they are.
    """
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) or char in but else repr(char)[1:-1] for char in text)


def wrapped(text: str, width: int, indent: str = "  ") -> str:
    """Break lines at spaces, but never inside a command. A line that begins with two spaces is a command.

    Args:
        text: Printable text.
        width: The maximum length of a line. A longer word or command stays whole.
        indent: The indent of continuation lines.
    """
    whole = _COMMAND.sub(lambda match: match[0].replace(" ", _GLUE), text)
    lines = (line if line.startswith("  ") else _fill(line, width, indent) for line in whole.split("\n"))
    return "\n".join(lines).replace(_GLUE, " ")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number and a noun: 1 file, 2 files.

    Args:
        number: How many.
        one: The noun in the singular.
        many: The noun in the plural.
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def enumerated(names: Sequence[str], most: int = 8) -> str:
    """Return names separated by commas, and the number of names beyond the first `most`.

    Args:
        names: The names.
        most: How many names to write out.
    """
    more = len(names) - most
    return f"{', '.join(names[:most])}{f' and {more} more' if more > 0 else ''}"


def from_here(path: Path) -> str:
    """Return the shortest form of a path that works in the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def argument(path: Path) -> str:
    """Return a path as the last argument of a command whose default is the working directory."""
    return "" if path == Path.cwd() else f" {shlex.quote(from_here(path))}"


def change_directory(path: Path) -> list[str]:
    """Return the command that changes to a directory; nothing if it is the working directory."""
    return [] if path == Path.cwd() else [f"cd {shlex.quote(from_here(path))}"]


def _fill(line: str, width: int, indent: str) -> str:
    import textwrap

    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, replace_whitespace=False
    )


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
