"""Print progress and results: formatted in a terminal, as plain lines in a pipe."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from svcgen.cli.messages import complain, console_of, is_terminal, styled
from svcgen.cli.step_lines import label_of, step_line
from svcgen.cli.tables import Cell, table_of
from svcgen.system.steps import CommandRun, Started, Step
from svcgen.text import printable, wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

# The maximum number of items of a list that needs no attention.
_FEW = 10


class Screen:
    """The screen: standard output for results, standard error for errors.

    Args:
        quiet: Print nothing but errors.
        verbose: Show the commands run and their output.
    """

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._verbose = verbose and not quiet
        self._console = console_of() if is_terminal(sys.stdout) and not quiet else None
        self._status: Status | None = None

    @property
    def width(self) -> int | None:
        """The width of the terminal; None if output is piped."""
        return self._console.width if self._console else None

    def notify(self, event: Started | CommandRun | Step) -> None:
        """Print an event of a running command."""
        if isinstance(event, CommandRun):
            if self._verbose:
                self.line(f"$ {event.command}\n{event.output}".rstrip())
        elif self._console:
            self._show_progress(self._console, event)
        elif self._verbose and isinstance(event, Step):
            self.line(f"{event.name}: {event.outcome} in {event.seconds:.2f} s")

    def line(self, text: str = "") -> None:
        """Print text without wrapping, so that a path or a command can be copied from the screen."""
        if self._console:
            self._console.print(styled(text), soft_wrap=True)
        elif not self._quiet:
            print(printable(text))

    def say(self, text: str, style: str = "") -> None:
        """Print sentences, wrapped at words in a terminal.

        Args:
            text: The text.
            style: Its style in a terminal.
        """
        if self._console:
            self._console.print(styled(wrapped(printable(text), self._console.width), style), soft_wrap=True)
        elif not self._quiet:
            print(printable(text))

    def headline(self, text: str) -> None:
        """Print the summary of a result."""
        self.gap()
        self.say(text, "bold")

    def heading(self, text: str) -> None:
        """Print the heading of one of several parts in a terminal."""
        if self._console:
            self.headline(text)

    def gap(self) -> None:
        """Print an empty line in a terminal."""
        if self._console:
            self.line()

    def block(self, heading: str, lines: Sequence[str]) -> None:
        """Print a heading, and lines below it without wrapping.

        Args:
            heading: The heading.
            lines: The lines.
        """
        self.line()
        self.say(heading, "bold")
        for line in lines:
            self.line(f"  {line}")

    def prose(self, heading: str, paragraphs: Sequence[str]) -> None:
        """Print a heading, and sentences below it, wrapped at words in a terminal.

        Args:
            heading: The heading.
            paragraphs: The sentences.
        """
        width = self._console.width - 2 if self._console else sys.maxsize
        self.block(heading, [wrapped(printable(text), width).replace("\n", "\n  ") for text in paragraphs])

    def few(self, heading: str, lines: Sequence[str]) -> None:
        """Print a heading, and lines below it; in a terminal only the first of many.

        Args:
            heading: The heading.
            lines: The lines.
        """
        left_out = len(lines) - _FEW if self._console and len(lines) > _FEW + 1 else 0
        self.block(heading, [*lines[: len(lines) - left_out], *([f"and {left_out} more"] if left_out else [])])

    def note(self, text: str) -> None:
        """Print a remark to standard error."""
        if not self._quiet:
            self.close()
            complain("note", "bold cyan", text, sys.stderr)

    def same_command(self, command: str) -> None:
        """Print the command that has the same result without prompts."""
        if command:
            self.block("The same without prompts:", [command])
            self.line()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Print a table; in a pipe, lines of tab-separated words.

        Args:
            columns: The headings.
            rows: The cells of each row.
        """
        self.close()
        # A tab or a line break in a name must not create another column or row.
        rows = [[Cell(*(printable(part, but="") for part in cell)) for cell in row] for row in rows]
        if self._console is None:
            for words in (columns, *([cell.text for cell in row] for row in rows)):
                self.line("\t".join(words))
            return
        self._console.print(table_of(columns, rows))

    def diff(self, diff: str) -> None:
        """Print a diff; in a terminal, in the user's pager."""
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
        """Show the current activity in a terminal, in place of the previous one."""
        if self._status:
            self._status.update(styled(text))
        elif self._console:
            self._status = self._console.status(styled(text))
            self._status.start()

    def panel(self, title: str, blocks: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Print the next steps in a terminal: commands under headings, without borders, so that they can be copied.

        Args:
            title: The heading.
            blocks: Headings, each with its commands.
        """
        if self._console is None:
            return
        from rich.rule import Rule

        self._console.print()
        self._console.print(Rule(styled(title, "bold"), style="green"))
        for heading, commands in blocks:
            self._console.print()
            self.say(heading, "dim")
            for command in commands:
                self.line(f"  {command}")
        self._console.print()
        self._console.print(Rule(style="green"))

    def close(self) -> None:
        """Stop the progress display."""
        if self._status:
            self._status.stop()
            self._status = None

    def _show_progress(self, console: "Console", event: Started | Step) -> None:
        self.close()
        if isinstance(event, Started):
            self.progress(label_of(event))
        else:
            console.print(step_line(event, console.width), soft_wrap=True)
