# /// script
# requires-python = ">=3.11"
# dependencies = ["pexpect>=4.9", "pyte>=0.8.2", "rich>=14"]
# ///
"""Draws .github/run.svg from a real run of the two commands of the README, with the wheel installed."""

import io
import os
import subprocess
import tempfile
from itertools import groupby
from pathlib import Path

import pexpect
import pyte
from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).parents[1]
COLUMNS, LINES = 100, 75
PROMPT = "❯ "  # noqa: RUF001  (what no output has in it)
COMMANDS = ("svcgen new billing --owner payments --defaults", "cd billing && uv run pytest")


def main() -> None:
    """Install, run, draw."""
    with tempfile.TemporaryDirectory() as folder:
        programs = _install(Path(folder))
        screen = _run(Path(folder), programs)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    for number in range(screen.cursor.y):
        console.print(_line(screen.buffer[number]), overflow="crop", no_wrap=True)
    console.save_svg(str(ROOT / ".github" / "run.svg"), title="svcgen")


def _install(folder: Path) -> Path:
    def uv(*arguments: str | Path) -> None:
        subprocess.run(["uv", *arguments, "--quiet"], cwd=ROOT, check=True)

    uv("build", "--wheel", "--out-dir", folder / "dist")
    uv("venv", folder / "venv")
    uv("pip", "install", "--python", folder / "venv", *(folder / "dist").glob("*.whl"))
    return folder / "venv" / "bin"


def _run(folder: Path, programs: Path) -> pyte.Screen:
    screen = pyte.Screen(COLUMNS, LINES)
    (folder / "src").mkdir()
    environ = {**os.environ, "PS1": PROMPT, "TERM": "xterm-256color", "PATH": f"{programs}:{os.environ['PATH']}"}
    environ.pop("VIRTUAL_ENV", None)
    shell = pexpect.spawn(
        "bash", ["--norc"], cwd=folder / "src", env=environ, dimensions=(LINES, COLUMNS), encoding="utf-8", timeout=120
    )
    shell.expect_exact(PROMPT)
    transcript = PROMPT
    for command in COMMANDS:
        shell.sendline(command)
        shell.expect_exact(PROMPT)
        transcript += shell.before + PROMPT
    shell.close()
    pyte.Stream(screen).feed(transcript.replace(str(folder), "~"))
    return screen


def _line(characters: dict[int, Char]) -> Text:
    line = Text()
    row = [characters[column] for column in range(COLUMNS)]
    for (color, bold), run in groupby(row, lambda character: (character.fg, character.bold)):
        line.append("".join(character.data for character in run), Style(color=_color(color), bold=bold))
    line.rstrip()
    return line


def _color(name: str) -> str | None:
    """Translate pyte's names: brown is what everybody else calls yellow, and other colors are bare hexadecimals."""
    if name == "default":
        return None
    return {"brown": "yellow"}.get(name.removeprefix("bright"), name if name.isalpha() else f"#{name}")


if __name__ == "__main__":
    main()
