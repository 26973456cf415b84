"""What a person sees: progress and results on a terminal, plain lines where output is piped."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from svcgen.system.steps import CommandRun, Started, Step
from svcgen.text import printable, wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text

_LABELS = {
    "render": "Render the template",
    "merge": "Merge the changes",
    "lock": "Lock the dependencies",
    "export": "Export requirements.txt",
    "git": "Commit to git",
    "switch": "Update the work tree",
    "sync": "Install into .venv",
    "files": "Write the files",
    "format": "Format the code",
    "migration": "Generate the migration",
    "resources": "Add the resources",
    "publish": "Copy into the service",
    "check": "Check the hard rules",
    "test": "Run the tests",
}
_WIDEST = max(map(len, _LABELS.values()))
_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "dim"), "pending": ("…", "yellow")}
# Of a list whose items need no attention.
_FEW = 10
# docs/json.md says what changes it.
_SCHEMA = 1


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: What it says.
        style: Its style on a terminal.
        below: A second line on a terminal.
    """

    text: str
    style: str = ""
    below: str = ""


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

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None where output is piped."""
        return self._console.width if self._console else None

    def notify(self, event: Started | CommandRun | Step) -> None:
        """Show what a command reports while it works."""
        if isinstance(event, CommandRun):
            if self._verbose:
                self.line(f"$ {event.command}\n{event.output}".rstrip())
        elif self._console:
            self._show_progress(self._console, event)
        elif self._verbose and isinstance(event, Step):
            self.line(f"{event.name}: {event.outcome} in {event.seconds:.2f} s")

    def line(self, text: str = "") -> None:
        """Print text as it is: a path or a command that is copied from the screen has no line breaks."""
        if self._console:
            self._console.print(_text(text), soft_wrap=True)
        elif not self._quiet:
            print(printable(text))

    def say(self, text: str, style: str = "") -> None:
        """Print sentences, wrapped at words on a terminal."""
        if self._console:
            self._console.print(_text(wrapped(printable(text), self._console.width), style), soft_wrap=True)
        elif not self._quiet:
            print(printable(text))

    def headline(self, text: str) -> None:
        """Print the sentence that sums up a result."""
        self.gap()
        self.say(text, "bold")

    def heading(self, text: str) -> None:
        """Begin one of several parts on a terminal."""
        if self._console:
            self.headline(text)

    def gap(self) -> None:
        """Print an empty line on a terminal."""
        if self._console:
            self.line()

    def block(self, heading: str, lines: Sequence[str]) -> None:
        """Print a heading, and below it lines as they are."""
        self.line()
        self.say(heading, "bold")
        for line in lines:
            self.line(f"  {line}")

    def prose(self, heading: str, paragraphs: Sequence[str]) -> None:
        """Print a heading, and below it sentences, wrapped at words on a terminal."""
        width = self._console.width - 2 if self._console else sys.maxsize
        self.block(heading, [wrapped(printable(text), width).replace("\n", "\n  ") for text in paragraphs])

    def few(self, heading: str, lines: Sequence[str]) -> None:
        """Print a heading and lines below it; on a terminal only the first of many."""
        left_out = len(lines) - _FEW if self._console and len(lines) > _FEW + 1 else 0
        self.block(heading, [*lines[: len(lines) - left_out], *([f"and {left_out} more"] if left_out else [])])

    def note(self, text: str) -> None:
        """Print a remark to standard error."""
        if not self._quiet:
            self.close()
            _complain("note", "bold cyan", text, sys.stderr)

    def same_command(self, command: str) -> None:
        """Print the command that has the same result without prompts."""
        if command:
            self.block("The same without prompts:", [command])
            self.line()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Print a table, and lines of words between tabs where output is piped."""
        self.close()
        # A tab or a line break in a name must not make another column or row.
        rows = [[Cell(*(printable(part, but="") for part in cell)) for cell in row] for row in rows]
        if self._console is None:
            for words in (columns, *([cell.text for cell in row] for row in rows)):
                self.line("\t".join(words))
            return
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(_text(f"{cell.text}\n{cell.below}".rstrip("\n"), cell.style) for cell in row))
        self._console.print(table)

    def diff(self, diff: str) -> None:
        """Print a diff; on a terminal through the user's pager."""
        text = printable(diff.rstrip("\n"))
        if self._quiet or not text:
            return
        self.close()
        if self._console:
            from svcgen.cli.pager import coloured, page

            text = coloured(text) if self._console.color_system and not self._console.no_color else text
            if page(f"{text}\n"):
                return
        print(text)

    def progress(self, text: str) -> None:
        """Show on a terminal what is being done, in the place of what was shown before."""
        if self._status:
            self._status.update(_text(text))
        elif self._console:
            self._status = self._console.status(_text(text))
            self._status.start()

    def panel(self, title: str, blocks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Print what to do next on a terminal: commands under headings, without borders, so that they can be copied."""
        if self._console is None:
            return
        from rich.rule import Rule

        self._console.print()
        self._console.print(Rule(_text(title, "bold"), style="green"))
        for heading, commands in blocks:
            self._console.print()
            self.say(heading, "dim")
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
        label = f"{_LABELS.get(event.name, event.name):<{_WIDEST}}"
        if isinstance(event, Started):
            self.progress(label)
            return
        timed = event.outcome in {"done", "failed"}
        detail = f"{event.seconds:6.1f} s" if timed else f"  {event.reason}"
        mark, style = _MARKS[event.outcome]
        shown = _text(wrapped(printable(f"{mark} {label}{detail}"), console.width))
        shown.stylize(style, 0, 1)
        shown.stylize("dim", len(label) + 2)
        console.print(shown, soft_wrap=True)


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a standard stream, which is None where the caller closed it, is a terminal."""
    return stream is not None and stream.isatty()


def can_ask() -> bool:
    """Tell whether somebody sits at a terminal."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def error(message: str, hint: str = "", *, at_prompt: bool = False) -> None:
    """Print an error to standard error, in colour where that is a terminal.

    Args:
        message: What happened.
        hint: How to fix it.
        at_prompt: Print it to standard output instead, where the prompt is.
    """
    stream = sys.stdout if at_prompt else sys.stderr
    _complain("error", "bold red", message, stream)
    if hint:
        _complain("hint", "bold cyan", hint, stream)


def print_json(value: Mapping[str, object]) -> None:
    """Print the result of a command as one line of JSON in ASCII, in a shape that docs/json.md describes."""
    # DEL is the one control character that JSON does not escape.
    print(json.dumps({"schema_version": _SCHEMA, **value}).replace("\x7f", "\\u007f"))


def _complain(word: str, style: str, text: str, stream: TextIO) -> None:
    said = f"{word}: {printable(text)}"
    if not is_terminal(stream):
        print(said, file=stream)
        return
    console = _console(stderr=stream is sys.stderr)
    shown = _text(wrapped(said, console.width))
    shown.stylize(style, 0, len(word) + 1)
    console.print(shown, soft_wrap=True)


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    # What is printed comes from files: neither [markup] nor :emoji: means anything in it.
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def _text(text: str, style: str = "") -> "Text":
    """Return text with a style; Rich takes a plain one for markup in some places, whatever its console is told."""
    from rich.text import Text

    return Text(printable(text), style)
