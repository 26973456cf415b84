"""Define the modifiers of fields, for the parser, completion, `--help`, the prompts and the README's table."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from svcgen.errors import SpecError

_W = TypeVar("_W", bound="Word")


@dataclass(frozen=True)
class Word:
    """A type or a modifier.

    Attributes:
        name: As written after a colon; a modifier that takes a value ends with an equals sign.
        example: A whole field.
        meaning: One line that fits beside an example in 80 columns.
    """

    name: str
    example: str
    meaning: str


def by_name(*words: _W) -> dict[str, _W]:
    """Return words by their names."""
    return {word.name: word for word in words}


MODIFIERS = by_name(
    Word("optional", "due:date:optional", "may be null, and requests may omit it"),
    Word("unique", "number:str:unique", "a second row with the same value returns 409"),
    Word("index", "due:date:index", "adds an index to the column"),
    Word("default=", "paid:bool:default=false", "value when a request omits the field"),
    Word("min=", "quantity:int:min=1", "lowest number or date; shortest text or list"),
    Word("max=", "title:str:max=80", "highest number or date; longest text or list"),
)
FLAGS = tuple(name for name in MODIFIERS if not name.endswith("="))
SETTINGS = tuple(name.removesuffix("=") for name in MODIFIERS if name.endswith("="))


def explained(words: Mapping[str, Word]) -> list[tuple[str, str]]:
    """Return the example and the meaning of each word."""
    return [(word.example, word.meaning) for word in words.values()]


def unknown(word: str, what: str, known: Collection[str]) -> SpecError:
    """Return the error for an unknown word, with the closest known one.

    Args:
        word: The word.
        what: Its expected kind: a type or a modifier.
        known: The words that are allowed.
    """
    key, equals, _value = word.lower().partition("=")
    near = difflib.get_close_matches(key + equals, known, n=1)
    allowed = f"allowed: {', '.join(known)}"
    article = "an" if what[0] in "aeiou" else "a"
    return SpecError(
        f"{word} is not {article} {what}" if word else f"{article} {what} is missing",
        hint=f"did you mean {near[0]}? {allowed}" if near else allowed,
    )
