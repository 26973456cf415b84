import pytest

from conftest import Svcgen
from svcgen.resource.parse import parse_field
from svcgen.resource.vocabulary import MODIFIERS, TYPES, Word

WORDS = {**TYPES, **MODIFIERS}


@pytest.mark.parametrize("word", WORDS.values(), ids=list(WORDS))
def test_an_example_shows_its_word(word: Word) -> None:
    field = parse_field("invoice", "invoices", word.example)

    assert f":{word.name}" in word.example
    assert field.name == word.example.split(":")[0]


def test_what_is_bounded_accepts_limits() -> None:
    for kind in TYPES.values():
        if kind.bounded:
            low, high = ("2026-01-01", "2026-12-31") if kind.name == "date" else ("1", "9")
            assert parse_field("invoice", "invoices", f"{kind.example}:min={low}:max={high}").kind.check


def test_a_meaning_fits_beside_its_example() -> None:
    for words in (TYPES, MODIFIERS):
        column = max(len(word.example) for word in words.values()) + len("  " * 2)
        assert [word.name for word in words.values() if column + len(word.meaning) > 78] == []


def test_the_help_teaches_every_word(svcgen: Svcgen) -> None:
    shown = svcgen("add", "resource", "--help").stdout
    rows = {tuple(line.split(maxsplit=1)) for line in shown.splitlines()}

    assert {(word.example, word.meaning) for word in WORDS.values()} <= rows


def test_only_the_help_of_that_command_does(svcgen: Svcgen) -> None:
    assert "Field types" not in svcgen("add", "--help").stdout
