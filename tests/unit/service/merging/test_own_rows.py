"""Rows that a service adds beside lines that the template rewords cause no conflict."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from support.card import CARD
from support.svcgen import ROOT
from svcgen.resource.change.change import add_to_map
from svcgen.service.merging.own_rows import with_own_rows

AGENTS = "AGENTS.md.jinja"

MAP = """# Billing

## File map

| path | what it holds |
|---|---|
| `app/errors.py` | errors |
| `app/lifespan.py` | start-up |

## .env keys

| key | what it is |
|---|---|
| `PORT` | where it listens |

## Recent significant changes

- 2026-11-26: Scaffolded.

## Next
"""
ETAG = "| `app/etag.py` | versions as ETags, `If-Match` |\n"
ROUTERS = """from fastapi import APIRouter

# Add the router of each resource.
routers: list[APIRouter] = []
"""
OUR_ROUTERS = """from fastapi import APIRouter

from app.api import customers, invoices

# Add the router of each resource.
routers: list[APIRouter] = [customers.router, invoices.router]
"""
MODELS = 'from app.models.base import Base\n\n__all__ = ["Base"]\n'
OUR_MODELS = """from app.models.base import Base
from app.models.invoice import Invoice

__all__ = [
    "Base",
    "Invoice",
]
"""


def merge(tmp_path: Path, base: str, ours: str, theirs: str, path: str = "AGENTS.md") -> str:
    """Merge as git does, failing on a conflict."""
    base, theirs = with_own_rows(path, [base, theirs], ours)
    files = {"ours": ours, "base": base, "theirs": theirs}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return subprocess.run(
        ["git", "merge-file", "--stdout", *files], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("| `app/errors.py` | errors |\n", ETAG),
        ("| `app/errors.py` | errors |\n", f"{ETAG}| `app/mailer.py` | mails |\n"),
        ("| `app/lifespan.py` | start-up |\n", ETAG),
        ("| path | what it holds |\n|---|---|\n", "|`app/aaa.py`|first|\n"),
        ("| `PORT` | where it listens |\n", "| `STRIPE_KEY` | secret |\n"),
    ],
)
def test_row_beside_rows_that_are_reworded(tmp_path: Path, place: str, row: str) -> None:
    ours = MAP.replace(place, place + row)
    theirs = MAP.replace("errors |", "problems |").replace("start-up |\n", "start |\n| `app/new.py` | new |\n")
    theirs = theirs.replace("listens |\n", "listens on |\n| `WORKERS` | how many |\n")

    merged = merge(tmp_path, MAP, ours, theirs)

    assert row in merged
    assert merged.replace(row, "") == theirs


def test_row_whose_neighbours_are_gone(tmp_path: Path) -> None:
    ours = MAP.replace("errors |\n", f"errors |\n{ETAG}")
    theirs = MAP.replace("| `app/errors.py` | errors |\n| `app/lifespan.py` | start-up |\n", "| `app/core/` | core |\n")

    assert merge(tmp_path, MAP, ours, theirs) == theirs.replace("| `app/core", f"{ETAG}| `app/core")


def test_row_that_the_template_has_now_is_left_to_the_merge() -> None:
    ours = MAP.replace("errors |\n", "errors |\n| `app/etag.py` | our words |\n")
    theirs = MAP.replace("start-up |\n", f"start-up |\n{ETAG}")

    assert with_own_rows("AGENTS.md", [MAP, theirs], ours) == [MAP, theirs]


def test_reworded_and_deleted_rows_are_left_to_the_merge() -> None:
    ours = MAP.replace("| `app/errors.py` | errors |\n", "").replace("start-up", "our start-up")

    assert with_own_rows("AGENTS.md", [MAP, MAP], ours) == [MAP, MAP]


@pytest.mark.parametrize("gone", ["## File map", "| path | what it holds |\n|---|---|\n"])
def test_row_without_a_place_in_one_rendering_is_put_into_none(gone: str) -> None:
    ours, theirs = MAP.replace("errors |\n", f"errors |\n{ETAG}"), MAP.replace(gone, "")

    assert with_own_rows("AGENTS.md", [MAP, theirs], ours) == [MAP, theirs]


def test_recent_changes_are_the_teams(tmp_path: Path) -> None:
    entries = "- 2026-11-21: Added invoices, served at `/invoices`.\n- 2026-11-20: Scaffolded.\n"
    ours = MAP.replace("- 2026-11-26: Scaffolded.\n", entries)
    theirs = MAP.replace("Scaffolded.", "Scaffolded. Locked: uv.").replace("## Next", "## Next session")

    assert merge(tmp_path, MAP, ours, theirs) == ours.replace("## Next", "## Next session")


@pytest.mark.parametrize(
    ("path", "base", "ours"),
    [("app/api/__init__.py", ROUTERS, OUR_ROUTERS), ("app/models/__init__.py", MODELS, OUR_MODELS)],
)
def test_lists_of_resources(tmp_path: Path, path: str, base: str, ours: str) -> None:
    def reworded(text: str) -> str:
        text = text.replace("# Add the router of each resource.", "# One for each resource.")
        return f'"""Said anew."""\n\n{text}'.replace("\n\n__all__", "\n\n# What Alembic sees.\n__all__")

    assert merge(tmp_path, base, ours, reworded(base), path) == reworded(ours)


@pytest.mark.parametrize(
    "theirs",
    [
        ROUTERS.replace("list[APIRouter] = []", "tuple[APIRouter, ...] = ()"),
        ROUTERS.replace("[]", "[probes.router]"),
        ROUTERS.replace("import APIRouter\n", "import APIRouter\nfrom starlette import routing\n"),
        ROUTERS.replace("[]", "[\n    # one a line\n]"),
        ROUTERS.replace("[]", "["),
        ROUTERS.replace("[]", "make()"),
        "",
    ],
)
def test_another_list_is_left_to_the_merge(theirs: str) -> None:
    assert with_own_rows("app/api/__init__.py", [ROUTERS, theirs], OUR_ROUTERS) == [ROUTERS, theirs]


def test_other_files_are_left_alone() -> None:
    assert with_own_rows("app/db.py", [ROUTERS, ROUTERS], OUR_ROUTERS) == [ROUTERS, ROUTERS]


def test_file_that_the_template_dropped_is_left_to_the_merge() -> None:
    assert with_own_rows("AGENTS.md", [MAP], MAP.replace("errors |\n", f"errors |\n{ETAG}")) == [MAP]


def released(path: str) -> list[str]:
    """Return a file of the template as it is now, then as it was in each release."""
    found = [(ROOT / "template" / path).read_text()]
    for archive in (ROOT / "src/svcgen/template/releases").glob("*.tar.gz"):
        with tarfile.open(archive) as files:
            content = files.extractfile(f"template/{path}")
            assert content
            found.append(content.read().decode())
    return found


def neighbours(text: str, row: str) -> tuple[str, str]:
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(row))
    return lines[place - 1], lines[place + 1]


def test_row_of_a_resource_stands_between_rows_of_the_card() -> None:
    (around,) = {neighbours(add_to_map(text, ("app/etag.py", "")) or "", ETAG[:15]) for text in released(AGENTS)}

    for row in around:
        path, words = row.replace("`", "").strip("| ").split(" | ")
        assert f"\n{path} | {words}\n" in CARD


def test_row_anywhere_in_a_released_table(tmp_path: Path) -> None:
    """`svcgen update` keeps the row, although 0.4.0 reorders and shortens the file map."""
    row = "| `app/mailer.py` | sends mail |\n"
    now, *texts = released(AGENTS)
    for text in texts:
        rows = [line for line in text.splitlines(keepends=True) if line.startswith("| `")]
        for before in rows:
            merged = merge(tmp_path, text, text.replace(before, before + row), now)
            assert merged.count(row) == 1
            assert merged.replace(row, "") == now


@pytest.mark.parametrize("path", ["app/api/__init__.py", "app/models/__init__.py"])
def test_lists_of_resources_are_never_reworded(path: str) -> None:
    assert len(set(released(path))) == 1
