"""The types and modifiers of fields, from which the parser, `--help`, the prompts and the README's tables are built."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

_W = TypeVar("_W", bound="Word")


@dataclass(frozen=True)
class Word:
    """A type or a modifier.

    Attributes:
        name: As written after a colon; a modifier that takes a value ends with an equals sign.
        example: A whole field.
        meaning: One line, short enough to stand beside an example in 80 columns.
    """

    name: str
    example: str
    meaning: str


@dataclass(frozen=True)
class Type(Word):
    """A type of field.

    Attributes:
        json: What requests and responses carry.
        arguments: How many parts follow the name before the modifiers.
        bounded: Whether it accepts `min=` and `max=`.
    """

    json: str
    arguments: int = 0
    bounded: bool = False


def _by_name(*words: _W) -> dict[str, _W]:
    return {word.name: word for word in words}


TYPES = _by_name(
    Type("str", "number:str", "text of up to 255 characters; max= changes that", "string", bounded=True),
    Type("text", "notes:text", "text of any length", "string", bounded=True),
    Type("int", "quantity:int", "whole number of 32 bits, stored as bigint", "number", bounded=True),
    Type("bigint", "views:bigint", "whole number of 64 bits", "number", bounded=True),
    Type("float", "weight:float", "floating-point number, double precision", "number", bounded=True),
    Type("decimal", "amount:decimal:12,2", "exact number: 12 digits, 2 after the point", "string", 1, bounded=True),
    Type("bool", "paid:bool", "true or false", "boolean"),
    Type("date", "due:date", "calendar date", "string such as `2026-01-31`", bounded=True),
    Type("datetime", "sent_at:datetime", "moment in time, stored as timestamptz", "RFC 3339 string, returned in UTC"),
    Type("time", "opens:time", "time of day, without a time zone", "string such as `08:30:00`"),
    Type("uuid", "tracking:uuid", "UUID", "string"),
    Type("json", "options:json", "any JSON value, stored as jsonb", "any value"),
    Type("enum", "status:enum:draft,sent", "one of these values, stored as a Postgres enum", "string", 1),
    Type("ref", "customer:ref:customer", "reference to a resource: customer_id, indexed", "id of the row", 1),
    Type("list", "tags:list:str", "array of any type above but json, enum and ref", "array", 1, bounded=True),
)
MODIFIERS = _by_name(
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
    """Return the example and the meaning of each."""
    return [(word.example, word.meaning) for word in words.values()]
