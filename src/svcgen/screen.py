"""What a person sees: progress and results on a terminal, plain lines where output is piped."""

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from svcgen.events import CommandRun, Started, Step

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text

_LABELS = {
    "render": "Render the template",
    "merge": "Merge it",
    "lock": "Lock the dependencies",
    "export": "Export requirements.txt",
    "git": "Commit to git",
    "switch": "Bring it into the work tree",
    "sync": "Install into .venv",
    "files": "Write its files",
    "format": "Format them as the service does",
    "migration": "Autogenerate its migration",
    "resources": "Add its resources",
    "publish": "Put it into the service",
    "check": "Check the hard rules",
    "test": "Run its suite",
}
# docs/json.md says what changes it.
_SCHEMA = 1
_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "dim"), "pending": ("…", "yellow")}


class Screen:
    """Prints to standard output, and errors to standard error.

    Args:
        quiet: Print nothing but errors.
        verbose: Show the commands run and their output.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose and not quiet
        self._console = _console() if is_terminal(sys.stdout) and not quiet else None
        self._status: Status | None = None

    def notify(self, event: Started | CommandRun | Step) -> None:
        """Show what a command tells while it works."""
        if isinstance(event, CommandRun):
            if self._verbose:
                self.line(f"$ {event.command}\n{event.output}".rstrip())
        elif self._console:
            self._show_progress(self._console, event)
        elif self._verbose and isinstance(event, Step):
            self.line(f"{event.name}: {event.outcome} in {event.seconds:.2f} s")

    def line(self, text: str = "") -> None:
        """Print plain text."""
        if self._console:
            self._console.print(printable(text), soft_wrap=True)
        elif not self._quiet:
            print(printable(text))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, and lines of words between tabs where output is piped."""
        self.close()
        # A tab or a line break in a name must not make another column or row.
        rows = [[printable(cell, but="") for cell in row] for row in rows]
        if self._console is None:
            for row in (columns, *rows):
                self.line("\t".join(row))
            return
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*map(Text, row))
        self._console.print(table)

    def progress(self, text: str) -> None:
        """Show on a terminal what is being done, in the place of what was shown before."""
        if self._status:
            self._status.update(_text(text))
        elif self._console:
            self._status = self._console.status(_text(text))
            self._status.start()

    def panel(self, title: str, blocks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Print blocks of commands under their headings; without side borders, so that they can be copied."""
        if self._console is None:
            return
        from rich.rule import Rule

        self._console.print()
        self._console.print(Rule(_text(title, "bold"), style="green"))
        for heading, commands in blocks:
            self._console.print(_text(f"\n{heading}", "dim"))
            for command in commands:
                self.line(f"  {command}")
        self._console.print()
        self._console.print(Rule(style="green"))

    def close(self) -> None:
        """Give the terminal back."""
        if self._status:
            self._status.stop()
            self._status = None

    def _show_progress(self, console: "Console", event: Started | Step) -> None:
        self.close()
        label = f"{_LABELS[event.name]:<25}"
        if isinstance(event, Started):
            self.progress(label)
            return
        mark, style = _MARKS[event.outcome]
        detail = event.reason if event.outcome == "skipped" else f"{event.seconds:5.2f} s"
        if event.outcome == "pending":
            detail = event.reason
        console.print(_text(mark, style), f"{label} ", _text(detail, "dim"), soft_wrap=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a standard stream, which is None where the caller closed it, is a terminal."""
    return stream is not None and stream.isatty()


def can_ask() -> bool:
    """Tell whether somebody sits at a terminal."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def ask(question: str) -> str:
    """Ask at the terminal.

    Raises:
        EOFError: Ctrl-D.
    """
    return input(question)


def error(message: str, hint: str = "") -> None:
    """Print an error to standard error, in colour where that is a terminal."""
    lines = [("error", "bold red", message)] + ([("hint", "bold cyan", hint)] if hint else [])
    console = _console(stderr=True) if is_terminal(sys.stderr) else None
    for word, style, text in lines:
        if console:
            console.print(_text(f"{word}:", style), printable(text), soft_wrap=True)
        else:
            print(f"{word}: {printable(text)}", file=sys.stderr)


def printable(text: str, but: str = "\n\t") -> str:
    """Escape what could control a terminal, or hide or reorder what it shows.

    Args:
        text: What may come from anybody: the name of a file, an answer, what a tool printed.
        but: Characters that stay.
    """
    return "".join(char if _is_shown(char) or char in but else repr(char)[1:-1] for char in text)


def print_json(value: Mapping[str, object]) -> None:
    """Print the result of a command as one line of JSON in ASCII, in a shape that docs/json.md describes."""
    # DEL is the one control character that JSON does not escape.
    print(json.dumps({"schema_version": _SCHEMA, **value}).replace("\x7f", "\\u007f"))


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    # What is printed comes from files: neither [markup] nor :emoji: means anything in it.
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def _text(text: str, style: str = "") -> "Text":
    """Return text with a style; Rich takes a plain one for markup in some places, whatever its console is told."""
    from rich.text import Text

    return Text(printable(text), style)
