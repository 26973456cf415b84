"""Define the types of fields, for the parser, completion, `--help`, the prompts and the README's table.

A new type is one entry here, and a function that returns its kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from svcgen.errors import SpecError
from svcgen.resource.fields import decimals, lists, numbers, texts, times
from svcgen.resource.fields.kind import Given, Kind
from svcgen.resource.vocabulary import MODIFIERS, Word, by_name, unknown

_INT, _BIGINT = 32, 64


@dataclass(frozen=True)
class FieldType(Word):
    """A type of field.

    Attributes:
        json: Its JSON type in requests and responses.
        kind: Returns the kind for given arguments and limits.
        arguments: The number of parts between the name and the modifiers.
        bounded: Whether it accepts `min=` and `max=`.
        listable: Whether a list can have items of it.
        commas: Whether its arguments can contain commas, at which PowerShell splits a word.
    """

    json: str
    kind: Callable[[Given], Kind]
    arguments: int = 0
    bounded: bool = False
    listable: bool = True
    commas: bool = False


def kind_of(name: str, given: Given) -> Kind:
    """Return the kind of a field.

    Args:
        name: The name of its type.
        given: Its arguments and limits.

    Raises:
        SpecError: The type does not exist, or its arguments are not allowed.
    """
    if name not in FIELD_TYPES:
        raise unknown(name, "type", FIELD_TYPES)
    field_type = FIELD_TYPES[name]
    if (given.low is not None or given.high is not None) and not field_type.bounded:
        raise SpecError(f"{name} does not accept min= or max=", hint="add a validator to the schema instead")
    if given.arguments and not field_type.arguments:
        raise unknown(given.arguments[0], "modifier", MODIFIERS)
    return field_type.kind(given)


def _reference(given: Given) -> Kind:
    if len(given.arguments) != 1:
        raise SpecError("ref needs the name of a resource", hint="for example customer:ref:customer")
    return Kind("int", "", "", schema="Id", target=given.arguments[0], refused=("0", "2**63", '"first"'))


def _list(given: Given) -> Kind:
    item, *arguments = given.arguments or ("",)
    if not item or (item in FIELD_TYPES and not FIELD_TYPES[item].listable):
        refused = [name for name in FIELD_TYPES if not FIELD_TYPES[name].listable]
        raise SpecError(
            f"list needs the type of its items, which can't be {', '.join(refused[:-1])} or {refused[-1]}",
            hint="for example tags:list:str; for anything else, add a resource",
        )
    element = kind_of(item, Given(tuple(arguments), resource=given.resource, field=given.field))
    return lists.array(element, given)


# fmt: off
FIELD_TYPES = by_name(
    FieldType(
        "str", "number:str", f"text of up to {texts.STR_LENGTH} characters; max= changes that", "string",
        lambda given: texts.text(texts.STR_LENGTH, given.low, given.high), bounded=True,
    ),
    FieldType(
        "text", "notes:text", "text of any length", "string",
        lambda given: texts.text(None, given.low, given.high), bounded=True,
    ),
    FieldType(
        "int", "quantity:int", "whole number of 32 bits, stored as bigint", "number",
        lambda given: numbers.integer(_INT, given.low, given.high), bounded=True,
    ),
    FieldType(
        "bigint", "views:bigint", "whole number of 64 bits", "number",
        lambda given: numbers.integer(_BIGINT, given.low, given.high), bounded=True,
    ),
    FieldType(
        "float", "weight:float", "floating-point number, double precision", "number",
        lambda given: numbers.floating(given.low, given.high), bounded=True,
    ),
    FieldType(
        "decimal", "amount:decimal:12,2", "exact number: 12 digits, 2 after the point", "string",
        decimals.decimal, arguments=1, bounded=True, commas=True,
    ),
    FieldType("bool", "paid:bool", "true or false", "boolean", lambda _given: numbers.boolean()),
    FieldType(
        "date", "due:date", "calendar date", "string such as `2026-01-31`",
        lambda given: times.day(given.low, given.high), bounded=True,
    ),
    FieldType(
        "datetime", "sent_at:datetime", "moment in time, stored as timestamptz", "RFC 3339 string, returned in UTC",
        lambda _given: times.moment(),
    ),
    FieldType(
        "time", "opens:time", "time of day, without a time zone", "string such as `08:30:00`",
        lambda _given: times.clock(),
    ),
    FieldType("uuid", "tracking:uuid", "UUID", "string", lambda _given: texts.uuid()),
    FieldType(
        "json", "options:json", "any JSON value, stored as jsonb", "any value",
        lambda _given: texts.json(), listable=False,
    ),
    FieldType(
        "enum", "status:enum:draft,sent", "one of these values, stored as a Postgres enum", "string",
        texts.enum, arguments=1, listable=False, commas=True,
    ),
    FieldType(
        "ref", "customer:ref:customer", "reference to a resource: customer_id, indexed", "id of the row",
        _reference, arguments=1, listable=False,
    ),
    FieldType(
        "list", "tags:list:str", "array of any type above but json, enum and ref", "array",
        _list, arguments=1, bounded=True, listable=False,
    ),
)
# fmt: on
