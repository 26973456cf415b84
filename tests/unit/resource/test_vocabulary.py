import sys
from collections.abc import Iterable, Mapping

import pytest

from support.svcgen import ROOT, Svcgen
from svcgen.resource.fields.registry import FIELD_TYPES, FieldType
from svcgen.resource.syntax.parse import parse_field
from svcgen.resource.vocabulary import MODIFIERS, Word

WORDS = {**FIELD_TYPES, **MODIFIERS}


@pytest.mark.parametrize("word", WORDS.values(), ids=list(WORDS))
def test_an_example_shows_its_word(word: Word) -> None:
    field = parse_field("invoice", "invoices", word.example)

    assert f":{word.name}" in word.example
    assert field.name == word.example.split(":")[0]


def test_what_is_bounded_accepts_limits() -> None:
    for kind in FIELD_TYPES.values():
        if kind.bounded:
            low, high = ("2026-01-01", "2026-12-31") if kind.name == "date" else ("1", "9")
            assert parse_field("invoice", "invoices", f"{kind.example}:min={low}:max={high}").kind.check


def test_a_meaning_fits_beside_its_example() -> None:
    for words in (FIELD_TYPES, MODIFIERS):
        column = max(len(word.example) for word in words.values()) + len("  " * 2)
        assert [word.name for word in words.values() if column + len(word.meaning) > 78] == []


def test_the_help_teaches_every_word(svcgen: Svcgen) -> None:
    shown = svcgen("add", "resource", "--help").stdout
    rows = {tuple(line.split(maxsplit=1)) for line in shown.splitlines()}

    assert {(word.example, word.meaning) for word in WORDS.values()} <= rows


def test_only_the_help_of_that_command_does(svcgen: Svcgen) -> None:
    assert "Field types" not in svcgen("add", "--help").stdout


def table(words: Mapping[str, Word], *columns: str) -> str:
    """A table of the README."""

    def row(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    def cells(word: Word) -> list[str]:
        json = [word.json] if isinstance(word, FieldType) else []
        return [f"`{word.name}`", f"`{word.example}`", word.meaning, *json]

    return row(columns) + f"|{'---|' * len(columns)}\n" + "".join(row(cells(word)) for word in words.values())


TABLES = (
    table(FIELD_TYPES, "type", "example", "meaning", "in JSON"),
    table(MODIFIERS, "modifier", "example", "meaning"),
)


def test_the_readme_lists_every_word() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [each for each in TABLES if each not in readme] == []


if __name__ == "__main__":  # PYTHONPATH=tests uv run python tests/unit/resource/test_vocabulary.py
    sys.stdout.write("\n".join(TABLES))
