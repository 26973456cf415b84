"""Text for people: escaped for terminals, wrapped at words, with commands kept whole."""

import os
import re
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import Path

# A command is what can be pasted: what stands between backticks, or a program and its arguments after a colon.
_COMMAND = re.compile(r"`[^`\n]+`|(?<=: )(?:cd|docker|export|git|rm|svcgen|uv|uvx) (?:(?!: )[^\n;])+")
# Stands for a space that is not to become a line break. `printable` lets none through.
_GLUE = "\ue000"


def printable(text: str, but: str = "\n\t") -> str:
    """Escape what could control a terminal, or hide or reorder what it shows.

    Args:
        text: What may come from anybody: the name of a file, an answer, what a tool printed.
        but: Characters that stay.
    """
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) or char in but else repr(char)[1:-1] for char in text)


def wrapped(text: str, width: int, indent: str = "  ") -> str:
    """Break lines at spaces, but never inside a command; a line that begins with two spaces is one.

    Args:
        text: Printable text.
        width: The most characters a line may have. A longer word or command stays whole.
        indent: What the further lines of each line begin with.
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
    """Return names between commas, and the number of those beyond the first `most`.

    Args:
        names: The names.
        most: How many names to write out.
    """
    more = len(names) - most
    return f"{', '.join(names[:most])}{f' and {more} more' if more > 0 else ''}"


def from_here(path: Path) -> str:
    """Return a path as short as it can be typed in the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def argument(path: Path) -> str:
    """Return a path as the last argument of a command that works in the working directory by default."""
    return "" if path == Path.cwd() else f" {shlex.quote(from_here(path))}"


def change_directory(path: Path) -> list[str]:
    """Return the command that leads to a directory; nothing where it is the working directory."""
    return [] if path == Path.cwd() else [f"cd {shlex.quote(from_here(path))}"]


def _fill(line: str, width: int, indent: str) -> str:
    import textwrap

    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, replace_whitespace=False
    )


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
