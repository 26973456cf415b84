"""Sentences wrap, commands do not."""

from pathlib import Path

import pytest

from svcgen.text import argument, change_directory, counted, from_here, printable, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("one two three four five six", "one two three four\n  five six"),
        ("first\nsecond line is longer than that", "first\nsecond line is longer\n  than that"),
        ("a word-with-hyphens stays", "a word-with-hyphens\n  stays"),
        ("see /a/path/longer/than/the/line now", "see\n  /a/path/longer/than/the/line\n  now"),
        ("undo it: git switch main && git branch", "undo it:\n  git switch main && git branch"),
        ("then run `uv run pytest tests` again", "then run\n  `uv run pytest tests`\n  again"),
        ("lock: uv lock: error: it failed badly", "lock: uv lock: error:\n  it failed badly"),
        ("hint: either of:\n  uv run alembic upgrade head\n", "hint: either of:\n  uv run alembic upgrade head\n"),
        ("add: svcgen new a; then go on from there", "add: svcgen new a;\n  then go on from\n  there"),
        ("the tool: gitlab is not a program of ours", "the tool: gitlab is\n  not a program of\n  ours"),
    ],
)
def test_wrapped(text: str, shown: str) -> None:
    assert wrapped(text, 21) == shown


@pytest.mark.parametrize("width", [10, 20, 40, 80])
def test_nothing_but_spaces_becomes_a_line_break(width: int) -> None:
    text = "error: /srv/billing has uncommitted changes; commit them, or: git stash push --include-untracked"
    assert wrapped(text, width).replace("\n  ", " ") == text
    assert "git stash push --include-untracked" in wrapped(text, width)


@pytest.mark.parametrize("text", ["\ue000", "a\x1b[31mb", "\u202eevil", "\x7f", "\r"])
def test_what_is_not_printable_is_escaped(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(text) == repr(text)[1:-1]


def test_counted() -> None:
    assert [counted(0, "file"), counted(1, "file"), counted(2, "entry", "entries")] == [
        "0 files",
        "1 file",
        "2 entries",
    ]


def test_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here" / "a b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert from_here(tmp_path / "here" / "a b") == "a b"
    assert from_here(tmp_path / "there") == str(tmp_path / "there")
    assert change_directory(tmp_path / "here") == []
    assert argument(tmp_path / "here") == ""
    assert argument(tmp_path / "here" / "a b") == " 'a b'"
    assert change_directory(tmp_path / "here" / "a b") == ["cd 'a b'"]
