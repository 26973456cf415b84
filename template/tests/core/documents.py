"""Read the documents of this service for the tests that compare them with the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKILLS = sorted(ROOT.glob(".agents/skills/*/SKILL.md"))
# These describe the present. Deeper files, such as docs/postmortems/, are history and may name files that are gone.
LIVING = [ROOT / "AGENTS.md", *ROOT.glob("README.md"), *sorted(ROOT.glob("docs/*.md")), *SKILLS]
HISTORY = re.compile(r"^## Recent significant changes\n.*?(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^( *)```.*?^\1```", flags=re.MULTILINE | re.DOTALL)


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """Return a document without its code blocks and its history."""
    return FENCE.sub("", HISTORY.sub("", path.read_text(encoding="utf-8")))


def section(heading: str) -> str:
    """Return one section of AGENTS.md."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read("AGENTS.md"), re.MULTILINE | re.DOTALL)
    assert found, f'AGENTS.md has no section "{heading}"'
    return found[1]


def first_cells(table: str) -> set[str]:
    cells = set(re.findall(r"^\| *`([^`]+)` *\|", table, flags=re.MULTILINE))
    assert cells, f"No row of this table begins with a name in backticks:\n{table}"
    return cells
