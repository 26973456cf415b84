"""svcgen on a terminal emulator, so that a test sees what a person sees: the screen as lines of text."""

import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pexpect
import pyte

SIZES = ((80, 24), (120, 40), (40, 20))
UP, DOWN, LEFT, RIGHT, HOME = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C", "\x1b[H"
PASTE = ("\x1b[200~", "\x1b[201~")
ENTER, TAB, BACKSPACE, CTRL_C, CTRL_D, CTRL_U = "\r", "\t", "\x7f", "\x03", "\x04", "\x15"
# Rich, Typer and prompt_toolkit would ask these instead of the terminal.
_OVERRIDES = {"COLUMNS", "FORCE_COLOR", "LINES", "PROMPT_TOOLKIT_NO_CPR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
_SECONDS = 30.0
# What prompt_toolkit sets where it begins to read.
_BRACKETED_PASTE = 2004


class _Screen(pyte.HistoryScreen):
    """A screen that answers the program, which asks for the position of the cursor, and that counts prompts."""

    answer: Callable[[str], object]
    prompts = 0

    def write_process_input(self, data: str) -> None:
        self.answer(data)

    def set_mode(self, *modes: int, **options: bool) -> None:
        self.prompts += _BRACKETED_PASTE in modes
        super().set_mode(*modes, **options)


class Terminal:
    """One run of svcgen.

    Args:
        arguments: Those of svcgen.
        size: Columns and rows.
        directory: Where it runs.
        environ: Its environment.
        program: What runs in the place of svcgen.

    Attributes:
        raw: All that it printed.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        size: tuple[int, int],
        directory: Path,
        environ: Mapping[str, str],
        program: tuple[str, ...] = (sys.executable, "-m", "svcgen"),
    ) -> None:
        self.size = size
        self.directory = directory
        self._ended = False
        self._answered = 0 if environ["TERM"] != "dumb" else -1
        self.raw = b""
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            program[0],
            [*program[1:], *arguments],
            cwd=str(directory),
            env={name: value for name, value in environ.items() if name not in _OVERRIDES},
            dimensions=size[::-1],
        )
        self._child.delaybeforesend = None
        self._screen = _Screen(*size, history=10_000, ratio=1)
        self._screen.answer = self._child.send
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """All that was printed and not erased, what has scrolled off included, without spaces at the ends of lines."""
        columns = range(self.size[0])
        gone = ["".join(line[column].data for column in columns) for line in self._screen.history.top]
        return "\n".join(line.rstrip() for line in (*gone, *self._screen.display)).rstrip() + "\n"

    def expect(self, *texts: str) -> None:
        """Wait until these are on the screen; a line that the terminal wrapped counts as one."""
        self._wait(lambda: all(text in self.text.replace("\n", "") or text in self.text for text in texts), texts)

    def answer(self, prompt: str, keys: str) -> None:
        """Wait until a new prompt stands at the end, with what is typed there already, and type on."""
        # The terminal wraps where a space may be.
        expected = "".join(prompt.split())

        def is_there() -> bool:
            return self._screen.prompts > self._answered and "".join(self.text.split()).endswith(expected)

        self._wait(is_there, f"{prompt!r} at the end")
        self._answered += self._answered >= 0 and self._screen.prompts - self._answered
        self.send(keys)

    def send(self, keys: str) -> None:
        self._child.send(keys)

    def exit_code(self) -> int:
        """Wait for the end and return the exit code."""
        self._wait(lambda: self._ended, "the end")
        self._child.close()
        return -(self._child.signalstatus or 0) if self._child.exitstatus is None else self._child.exitstatus

    def settle(self, quiet: float = 1.0) -> None:
        """Wait until nothing has been printed for a while."""
        while not self._ended and self._read(quiet):
            pass

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Read what is printed until a condition holds, and return whether it does."""
        end = time.monotonic() + seconds
        while not condition() and not self._ended and time.monotonic() < end:
            self._read(0.1)
        return condition()

    def signal(self, signum: int) -> None:
        self._child.kill(signum)

    @property
    def colors(self) -> set[str]:
        """The colours of what is on the screen."""
        return {cell.fg for line in self._screen.buffer.values() for cell in line.values()}

    def close(self) -> None:
        self._child.close(force=True)

    def _wait(self, condition: Callable[[], bool], what: object) -> None:
        assert self.wait_for(condition, _SECONDS), f"waited {_SECONDS} s for {what}; the screen:\n{self.text}"

    def _read(self, seconds: float) -> bool:
        try:
            printed = self._child.read_nonblocking(1 << 16, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF) as reason:
            self._ended = isinstance(reason, pexpect.EOF)
            return False
        self.raw += printed
        self._stream.feed(printed)
        return True


_CHANGING = {
    r"v?\b\d+\.\d+\.\d+(\.dev\d+|(a|b|rc)\d+)?(-\d+-g[0-9a-f]+)?(-dirty)?\b": "vX.Y.Z",
    r"\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b": "HASH",
    r" +\d+(\.\d+)? ?(ms|s|seconds?)\b": " 0.0 s",
    r"\b20\d\d-\d\d-\d\d\b": "YYYY-MM-DD",
}


def normalized(terminal: Terminal) -> str:
    """Return the screen without what differs from run to run."""
    # The terminal may have wrapped it.
    directory = "\n?".join(map(re.escape, str(terminal.directory)))
    text = re.sub(directory, "DIRECTORY", terminal.text)
    for pattern, constant in _CHANGING.items():
        text = re.sub(pattern, constant, text)
    return text
