"""Find the kind of a field by its type."""

from collections.abc import Callable

from svcgen.errors import SpecError
from svcgen.resource.fields import decimals, numbers, texts, times
from svcgen.resource.fields.kind import Kind, same
from svcgen.resource.vocabulary import MODIFIERS, TYPES
from svcgen.resource.words import Words, unknown

_INT, _BIGINT = 32, 64
_SIMPLE: dict[str, Callable[[str | None, str | None], Kind]] = {
    "str": lambda low, high: texts.text(texts.STR_LENGTH, low, high),
    "text": lambda low, high: texts.text(None, low, high),
    "int": lambda low, high: numbers.integer(_INT, low, high),
    "bigint": lambda low, high: numbers.integer(_BIGINT, low, high),
    "float": numbers.floating,
    "date": times.day,
    "bool": lambda _low, _high: numbers.boolean(),
    "datetime": lambda _low, _high: times.moment(),
    "time": lambda _low, _high: times.clock(),
    "uuid": lambda _low, _high: texts.uuid(),
    "json": lambda _low, _high: texts.json(),
}
# SQLAlchemy derives these from the annotation of a column, but not inside an array.
_ELEMENTS = {
    "bool": "Boolean",
    "date": "Date",
    "datetime": "DateTime(timezone=True)",
    "float": "Double",
    "int": "BigInteger",
    "str": "Text",
    "time": "Time",
    "UUID": "Uuid",
}
# Well below the body limit of a service.
_TESTED_ITEMS = 100
# The longest list that is written out.
_LISTED_ITEMS = 5


def kind_of(words: Words, resource: str, name: str) -> Kind:
    """Return the kind of a field.

    Args:
        words: The type, its arguments and its settings.
        resource: The name of the resource.
        name: The name of the field.

    Raises:
        SpecError: The type does not exist, or its arguments are not allowed.
    """
    if words.type not in TYPES:
        raise unknown(words.type, "type", TYPES)
    if (words.low is not None or words.high is not None) and not TYPES[words.type].bounded:
        raise SpecError(f"{words.type} does not accept min= or max=", hint="add a validator to the schema instead")
    match words.type:
        case "list":
            return _list(words, resource, name)
        case "decimal":
            return decimals.decimal(words.arguments, words.low, words.high)
        case "enum":
            return texts.enum(":".join(words.arguments).split(","), resource, name)
        case "ref":
            return _reference(words.arguments)
    if words.arguments:
        raise unknown(words.arguments[0], "modifier", MODIFIERS)
    return _SIMPLE[words.type](words.low, words.high)


def _reference(arguments: list[str]) -> Kind:
    if len(arguments) != 1:
        raise SpecError("ref needs the name of a resource", hint="for example customer:ref:customer")
    return Kind("int", "", "", schema="Id", target=arguments[0], refused=("0", "2**63", '"first"'))


def _list(words: Words, resource: str, name: str) -> Kind:
    """Return the kind of an array, whose length min and max limit."""
    if not words.arguments or words.arguments[0] in {"list", "enum", "json", "ref"}:
        raise SpecError(
            "list needs the type of its items, which can't be list, enum, json or ref",
            hint="for example tags:list:str; for anything else, add a resource",
        )
    element = kind_of(Words(words.arguments[0], words.arguments[1:]), resource, name)
    shortest = texts.read_length("min", words.low, 0) or 0
    longest = texts.read_length("max", words.high, None)
    if longest is not None and (longest < 1 or shortest > longest):
        raise SpecError(
            f"min={shortest} and max={longest} allow no list", hint="max must be at least 1, and not below min"
        )
    # One error for a list of 100,000 wrong values, as collecting them all would take seconds.
    limits = ["fail_fast=True"]
    limits += [f"min_length={shortest}"] if shortest else []
    limits += [f"max_length={longest}"] if longest is not None else []
    length = max(shortest, 1)
    fit = element.fit
    return Kind(
        annotation=f"list[{element.annotation}]",
        schema=f"list[{element.sent}]",
        answer=f"list[{element.read}]",
        column=f"ARRAY({element.column or _ELEMENTS[element.annotation]})",
        limits=tuple(limits),
        check=texts.length_check("cardinality", shortest, longest),
        sample=_repeated(element.sample, length),
        other=_repeated(element.other, length),
        accepted=(
            *(same("[]") if not shortest else ()),
            *((_repeated(given, length), _repeated(read, length)) for given, read in element.accepted),
        ),
        refused=(
            '"none"',
            *(_repeated(value, length) for value in element.refused),
            *([_repeated(element.sample, shortest - 1)] if shortest else []),
            *([_repeated(element.sample, longest + 1)] if longest is not None and longest < _TESTED_ITEMS else []),
        ),
        indexable=False,
        fit=fit and (lambda example: _listed(fit(example), length)),
    )


def _listed(value: str, times: int) -> str:
    return f"[{', '.join([value] * times)}]" if times <= _LISTED_ITEMS else _repeated(value, times)


def _repeated(value: str, times: int) -> str:
    return f"[{value}]" if times == 1 else f"[{value}] * {times}"
