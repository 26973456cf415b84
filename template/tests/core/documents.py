"""What the documents of this service say, in a form that tests can hold against the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKILLS = sorted(ROOT.glob(".agents/skills/*/SKILL.md"))
# What has to be true today. What lies deeper in docs/, a postmortem say, is history and may name what is gone.
LIVING = [ROOT / "AGENTS.md", *ROOT.glob("README.md"), *sorted(ROOT.glob("docs/*.md")), *SKILLS]
HISTORY = re.compile(r"^## Recent significant changes\n.*?(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)
SHELLS = {"bash", "console", "sh", "shell"}
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", flags=re.MULTILINE | re.DOTALL)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return HISTORY.sub("", path.read_text(encoding="utf-8"))


def section(heading: str) -> str:
    """Return one section of AGENTS.md."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(LIVING[0]), flags=re.MULTILINE | re.DOTALL)
    assert found, f'AGENTS.md has no section "{heading}"'
    return found[1]


def first_cells(table: str) -> list[str]:
    cells = re.findall(r"^\| *`([^`]+)` *\|", table, flags=re.MULTILINE)
    assert cells, f"No row of this table begins with a name in backticks:\n{table}"
    return cells


def bullets(text: str) -> list[str]:
    """Return each bullet as one line."""
    return [" ".join(bullet.split()) for bullet in re.findall(r"^- (.+(?:\n  .+)*)", text, flags=re.MULTILINE)]


def steps(path: Path) -> list[str]:
    """Return the numbered steps."""
    return re.findall(r"^\d+\. .+(?:\n  .+)*", prose(path), flags=re.MULTILINE)


def prose(path: Path) -> str:
    return FENCE.sub("", read(path))


def spans(text: str) -> list[str]:
    """Return what stands in backticks."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


def shell_blocks(path: Path) -> list[str]:
    return [block for _indent, language, block in FENCE.findall(read(path)) if language in SHELLS]
