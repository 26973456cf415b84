"""The commands, paths and links in AGENTS.md, README.md, docs/ and the skills exist.

In blocks of shell and in numbered steps everything is a command; elsewhere in backticks what begins with a known
program or has a long option.
"""

import re
from pathlib import Path

from tests.core.documents import LIVING, ROOT, SKILLS, prose, read, relative, shell_blocks, spans, steps
from tests.core.shell import EXTERNAL, INSTALLED, faults, is_below_a_folder, is_gone, split

LONG_OPTION = re.compile(r" --[a-z]")


def commands(path: Path) -> list[list[str]]:
    in_steps = spans("\n".join(steps(path)))
    in_prose = [
        span
        for span in spans(prose(path))
        if is_command(span, known=span in in_steps or LONG_OPTION.search(span) is not None)
    ]
    return [words for script in (*shell_blocks(path), *in_prose) for words in split(script)]


def is_command(span: str, *, known: bool) -> bool:
    program, _, arguments = span.partition(" ")
    is_program = re.fullmatch(r"[a-z][\w-]*", program) is not None
    return bool(arguments) and is_program and (known or program in EXTERNAL | INSTALLED)


def test_commands_exist() -> None:
    found = [
        f"{relative(path)}: `{' '.join(words)}`: {fault}"
        for path in LIVING
        for words in commands(path)
        for fault in faults(*words)
    ]

    assert not found, "\n".join(found)


def test_commands_are_found() -> None:
    """Proves the test above: it reads steps, blocks and prose, and sees each kind of fault."""
    assert ["uvicorn", "app.main:app"] in [words[:2] for words in commands(ROOT / "AGENTS.md")]
    assert any(shell_blocks(skill) for skill in SKILLS)
    wrong = [
        "uv synk",
        "uv run nothing",
        "uv run --frozen scripts/nothing.py",
        "uvicorn app.main:nothing --reload",
        "alembic upgrad head",
        "docker compose up -d nothing",
        "docker compose exec nothing psql",
        "python -m nothing.below",
        "cp .env.nothing.example .env",
        "pytest tests/test_nothing.py::test_it",
        "make all",
    ]
    assert [command for command in wrong if not list(faults(*command.split()))] == []


def test_scripts_are_split() -> None:
    script = """
    $ NAME=value uv sync -q    # don't worry
    cd app && grep "a|b" \\
        main.py | head
    psql -c "SELECT 1;
             SELECT 2"
    """

    assert [words[:2] for words in split(script)] == [
        ["uv", "sync"],
        ["cd", "app"],
        ["grep", "a|b"],
        ["head"],
        ["psql", "-c"],
    ]


def test_files_named_in_prose_exist() -> None:
    found = [
        f"{relative(path)} names {span}, which is gone"
        for path in LIVING
        for span in spans(prose(path))
        if is_below_a_folder(span) and not span.endswith("/") and is_gone(span)
    ]

    assert not found, "\n".join(found)


def test_links_lead_somewhere() -> None:
    links = [
        (path, target, anchor)
        for path in LIVING
        for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(path))
    ]
    assert links
    broken = [
        f"{relative(path)}: {target}#{anchor}"
        for path, target, anchor in links
        if not leads_somewhere(path, target, anchor)
    ]

    assert not broken, f"There is no such file or heading: {', '.join(broken)}"


def leads_somewhere(path: Path, target: str, anchor: str) -> bool:
    file = path.parent / target if target else path
    if not file.exists() or not anchor:
        return file.exists()
    headings = re.findall(r"^#+ (.+)$", read(file), flags=re.MULTILINE)
    return anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
