"""Reads a resource from words such as `invoice number:str:unique due:date:optional`.

A field is `name:type`, then what the type needs, then modifiers, separated by colons, so that no shell needs quotes.
Between two resources stands `and`.
"""

import shlex
from collections.abc import Sequence

from svcgen.errors import SpecError
from svcgen.resource.circles import mark_circles
from svcgen.resource.modifiers import check_modifiers, read_default
from svcgen.resource.names import check_field_name, check_resource_name
from svcgen.resource.plural import plural_of
from svcgen.resource.spec import AND, Field, Resource, class_name
from svcgen.resource.texts import optional_json
from svcgen.resource.types import kind_of
from svcgen.resource.words import rejoin, take_apart

EXAMPLE = "svcgen add resource invoice number:str:unique due:date:optional"


def parse_resource(words: Sequence[str], plural: str = "") -> Resource:
    """Read a resource.

    Args:
        words: Its name, then its fields.
        plural: Its plural, where the rules of English don't have it.

    Raises:
        SpecError: It can't be made so; the message says why, the hint what to write instead.
    """
    name, *fields = words or [""]
    if not name:
        raise SpecError("the name of the resource is missing", hint=EXAMPLE)
    check_resource_name(name, "name")
    plural_given, plural = bool(plural), plural or plural_of(name)
    check_resource_name(plural, "plural")
    parsed = tuple(parse_field(name, plural, word) for word in rejoin(fields))
    if not parsed:
        raise SpecError(f"{name} has no field", hint=EXAMPLE)
    columns = [field.column for field in parsed]
    for column in columns:
        if columns.count(column) > 1:
            raise SpecError(f"{name} has two columns called {column}", hint="name each field once")
    classes = {class_name(column): column for column in columns}
    for column in columns:
        if classes[class_name(column)] != column:
            other = classes[class_name(column)]
            raise SpecError(f"{column} and {other} differ by underscores only", hint="name one of them otherwise")
    return Resource(name, plural, parsed, tuple(words), plural_given)


def parse_resources(words: Sequence[str], plurals: Sequence[str] = ()) -> tuple[Resource, ...]:
    """Read resources that are added together, so that each may refer to each.

    Args:
        words: Those of each, with `and` between two.
        plurals: `person=persons` for each that has another plural than English; of a single one just `persons`.

    Raises:
        SpecError: One can't be made so, or they can't be made together.
    """
    groups = _split(words)
    given = _read_plurals(plurals, [group[0] for group in groups if group])
    resources = [parse_resource(group, given.get(group[0], "") if group else "") for group in groups]
    for called in ([resource.name for resource in resources], [resource.plural for resource in resources]):
        if len(set(called)) < len(called):
            raise SpecError(
                f"two of {', '.join(called)} have one name", hint="another name, or another plural: --plural"
            )
    return mark_circles(resources)


def parse_lines(lines: Sequence[str]) -> tuple[Resource, ...]:
    """Read the resources of a new service, each written as on the command line.

    Raises:
        SpecError: One can't be made so, they can't be made together, or one refers to one that is not among them.
    """
    words: list[str] = []
    plurals: list[str] = []
    for line in lines:
        own = _take_apart(line)
        if "--plural" in own[1:-1]:
            place = own.index("--plural")
            plurals.append(f"{own[0]}={own[place + 1]}")
            own[place : place + 2] = []
        words += [AND, *own] if words else own
    resources = parse_resources(words, plurals)
    names = {resource.name for resource in resources}
    for resource in resources:
        for reference in resource.references:
            if reference.kind.target not in names:
                raise SpecError(
                    f"{resource.name}: there is no resource {reference.kind.target} for {reference.name}",
                    hint=f"add it too: --resource '{reference.kind.target} name:str'",
                )
    return resources


def parse_field(resource: str, plural: str, word: str) -> Field:
    """Read one field of a resource.

    Raises:
        SpecError: It can't be made so.
    """
    name, *parts = word.split(":")
    try:
        if not parts:
            raise SpecError("it has no type", hint=f"{name}:str; or, for another resource, {AND} {name}")
        words = take_apart(parts)
        kind = kind_of(words, resource, name)
        default, default_json = read_default(words, kind)
        field = Field(
            name=name,
            kind=optional_json(kind) if "optional" in words.flags else kind,
            optional="optional" in words.flags,
            unique="unique" in words.flags,
            index="index" in words.flags,
            default=default,
            default_json=default_json,
        )
        check_field_name(field, resource, plural)
        check_modifiers(field, words, resource)
    except SpecError as error:
        raise SpecError(f"field {word}: {error.message}", hint=error.hint) from error
    return field


def _split(words: Sequence[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for word in words:
        if word == AND:
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def _read_plurals(plurals: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return the plurals that are given, by name."""
    read = {}
    for word in plurals:
        name, equals, plural = word.partition("=")
        if not equals and len(names) == 1:
            name, plural = names[0], word
        if name not in names or not plural:
            raise SpecError(
                f"--plural {word} says the plural of no resource that is added",
                hint=f"--plural {names[0]}=PLURAL" if names else EXAMPLE,
            )
        read[name] = plural
    return read


def _take_apart(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise SpecError(f"{line!r} can't be taken apart: {error}", hint="close what is quoted") from error
