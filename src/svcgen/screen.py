"""What a person sees: progress and results on a terminal, plain lines where output is piped."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from svcgen.events import CommandRun, Started, Step

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

_LABELS = {
    "render": "Render the template",
    "merge": "Merge it",
    "lock": "Lock the dependencies",
    "export": "Export requirements.txt",
    "git": "Commit to git",
    "sync": "Install into .venv",
    "files": "Write its files",
    "format": "Format them as the service does",
    "migration": "Autogenerate its migration",
    "resources": "Add its resources",
    "publish": "Put it into the service",
    "check": "Check the hard rules",
    "test": "Run its suite",
}
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
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        elif not self._quiet:
            print(text)

    def json(self, value: object) -> None:
        """Print a value as one line of JSON, however quiet the screen is."""
        print(json.dumps(value))

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table, and lines of words between tabs where output is piped."""
        self.close()
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
            self._status.update(text)
        elif self._console:
            self._status = self._console.status(text)
            self._status.start()

    def panel(self, title: str, blocks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Print blocks of commands under their headings; without side borders, so that they can be copied."""
        if self._console is None:
            return
        from rich.rule import Rule

        self._console.print()
        self._console.print(Rule(f"[bold]{title}[/]", style="green"))
        for heading, commands in blocks:
            self._console.print(f"\n{heading}", markup=False, highlight=False, style="dim")
            for command in commands:
                self._console.print(f"  {command}", markup=False, highlight=False, soft_wrap=True)
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
            self._status = console.status(label)
            self._status.start()
            return
        mark, style = _MARKS[event.outcome]
        detail = event.reason if event.outcome == "skipped" else f"{event.seconds:5.2f} s"
        if event.outcome == "pending":
            detail = event.reason
        console.print(f"[{style}]{mark}[/] {label} [dim]{detail}[/]", highlight=False, soft_wrap=True)


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
            console.print(f"[{style}]{word}:[/] ", end="")
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(f"{word}: {text}", file=sys.stderr)


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr)
