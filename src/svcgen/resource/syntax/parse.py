"""Parse a resource from words such as `invoice number:str:unique due:date:optional`.

A field is `name:type`, then the arguments of the type, then modifiers. Colons separate them, so that no shell requires
quotes. The word `and` separates two resources.
"""

import shlex
from collections.abc import Sequence

from svcgen.errors import SpecError
from svcgen.resource.cycles import mark_cycles
from svcgen.resource.fields.kind import Given
from svcgen.resource.fields.registry import kind_of
from svcgen.resource.plural import plural_of
from svcgen.resource.spec import AND, Field, Resource, class_name
from svcgen.resource.syntax.modifiers import check_modifiers, read_default
from svcgen.resource.syntax.names import check_field_name, check_resource_name
from svcgen.resource.syntax.words import rejoin, take_apart

EXAMPLE = "svcgen add resource invoice number:str:unique due:date:optional"


def parse_resource(words: Sequence[str], plural: str = "") -> Resource:
    """Parse a resource.

    Args:
        words: Its name, then its fields.
        plural: Its plural; by default the English one.

    Raises:
        SpecError: The words are not a valid resource.
    """
    name, *fields = words or [""]
    if not name:
        raise SpecError("the resource name is missing", hint=f"for example: {EXAMPLE}")
    check_resource_name(name, "name")
    plural_given, plural = bool(plural), plural or plural_of(name)
    check_resource_name(plural, "plural")
    parsed = tuple(parse_field(name, plural, word) for word in rejoin(fields))
    if not parsed:
        raise SpecError(f"{name} needs at least one field", hint=f"for example: {EXAMPLE}")
    columns = [field.column for field in parsed]
    for column in columns:
        if columns.count(column) > 1:
            raise SpecError(f"{name} has two columns named {column}", hint="rename one of the fields")
    classes = {class_name(column): column for column in columns}
    for column in columns:
        if classes[class_name(column)] != column:
            other = classes[class_name(column)]
            raise SpecError(f"{column} and {other} differ only in underscores", hint="rename one of them")
    return Resource(name, plural, parsed, tuple(words), plural_given)


def parse_resources(words: Sequence[str], plurals: Sequence[str] = ()) -> tuple[Resource, ...]:
    """Parse resources that are added together and may refer to each other.

    Args:
        words: The words of all of them, separated by `and`.
        plurals: `person=persons` for each plural that is not the English one; for a single resource also `persons`.

    Raises:
        SpecError: A resource is not valid, or they contradict each other.
    """
    groups = _split(words)
    given = _read_plurals(plurals, [group[0] for group in groups if group])
    resources = [parse_resource(group, given.get(group[0], "") if group else "") for group in groups]
    for called in ([resource.name for resource in resources], [resource.plural for resource in resources]):
        if len(set(called)) < len(called):
            raise SpecError(
                f"two resources share a name: {', '.join(called)}",
                hint="rename one, or set another plural with --plural",
            )
    return mark_cycles(resources)


def parse_lines(lines: Sequence[str]) -> tuple[Resource, ...]:
    """Parse the resources of a new service, each written as for `svcgen add resource`.

    Raises:
        SpecError: A resource is not valid, they contradict each other, or a reference has no target among them.
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
                    f"field {reference.name} of {resource.name}: there is no resource {reference.kind.target}",
                    hint=f"add it too: --resource '{reference.kind.target} name:str'",
                )
    return resources


def parse_field(resource: str, plural: str, word: str) -> Field:
    """Parse a field.

    Args:
        resource: The name of its resource.
        plural: The plural of its resource.
        word: The field as written.

    Raises:
        SpecError: The field is not valid.
    """
    name, *parts = word.split(":")
    try:
        if not parts:
            raise SpecError("it has no type", hint=f"write {name}:str; to start another resource, write {AND} {name}")
        words = take_apart(parts)
        kind = kind_of(words.type, Given(tuple(words.arguments), words.low, words.high, resource, name))
        default, default_json = read_default(words, kind)
        field = Field(
            name=name,
            kind=kind.optional if "optional" in words.flags else kind,
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
    """Return the given plurals by resource name."""
    read = {}
    for word in plurals:
        name, equals, plural = word.partition("=")
        if not equals and len(names) == 1:
            name, plural = names[0], word
        if name not in names or not plural:
            raise SpecError(
                f"--plural {word} does not belong to a resource of this command",
                hint=f"write --plural {names[0]}=PLURAL" if names else f"for example: {EXAMPLE}",
            )
        read[name] = plural
    return read


def _take_apart(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise SpecError(f"{line!r} can't be split into words: {error}", hint="close the quote") from error
