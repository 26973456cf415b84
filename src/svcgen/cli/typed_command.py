"""Record the input at prompts as a command line with the same result."""

import shlex
from types import TracebackType
from typing import Self

from svcgen.cli.screen import Screen
from svcgen.errors import SvcgenError
from svcgen.system import signals


class InterruptedAtPromptError(SvcgenError):
    """A signal, or Ctrl-C at a prompt. The hint contains the input so far."""


class TypedCommand:
    """A context that loses no input: an error or interrupt in it names the equivalent command.

    Args:
        path: The program and its command: `svcgen add resource`.
        arguments: The arguments after the program.
    """

    def __init__(self, path: str, arguments: list[str]) -> None:
        self._path = path.split()
        self._given = arguments[len(self._path) - 1 :]
        self._words: list[str] = []
        self._options: list[str] = []
        self._complete = False

    def word(self, *words: str) -> None:
        """Add arguments without an option."""
        self._words += words

    def option(self, name: str, value: str) -> None:
        """Add an option.

        Args:
            name: Its name.
            value: Its value.
        """
        self._options += [name, value]

    def finish(self) -> str:
        """Return the command after the last prompt; empty if there was no prompt."""
        self._complete = True
        return str(self) if self._typed else ""

    def __str__(self) -> str:
        place = self._given.index("--") if "--" in self._given else len(self._given)
        given, rest = self._given[:place], self._given[place:]
        return shlex.join([*self._path, *self._words, *given, *self._options, *rest])

    @property
    def _typed(self) -> bool:
        return bool(self._words or self._options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._typed:
            return
        what = f"{'retry with' if self._complete else 'typed so far'}:\n  {self}"
        if isinstance(error, SvcgenError):
            error.hint = "; ".join(filter(None, (error.hint, what)))
        elif isinstance(error, KeyboardInterrupt):
            interrupted = InterruptedAtPromptError("interrupted", hint=what)
            interrupted.exit_code = signals.exit_code()
            raise interrupted from error
        elif isinstance(error, Exception):
            Screen().note(what)
