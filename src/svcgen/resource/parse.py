"""Reads a resource from words such as `invoice number:str:unique due:date:optional`.

A field is `name:type`, then what the type needs, then modifiers, separated by colons, so that no shell needs quotes.
"""

import shlex
from collections.abc import Sequence

from svcgen.errors import SpecError
from svcgen.resource.modifiers import check_modifiers, read_default
from svcgen.resource.names import check_field_name, check_resource_name
from svcgen.resource.plural import plural_of
from svcgen.resource.spec import Field, Resource, class_name
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


def parse_batch(lines: Sequence[str]) -> tuple[Resource, ...]:
    """Read several resources, each written as on the command line; a later one may refer to an earlier one.

    Raises:
        SpecError: One can't be made so, or refers to one that is not there by then.
    """
    resources: list[Resource] = []
    for line in lines:
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise SpecError(f"{line!r} can't be taken apart: {error}", hint="close what is quoted") from error
        plural = ""
        if "--plural" in words[:-1]:
            place = words.index("--plural")
            plural = words[place + 1]
            words[place : place + 2] = []
        resource = parse_resource(words, plural)
        known = [resource.name, *(earlier.name for earlier in resources)]
        for reference in resource.references:
            if reference.kind.target not in known:
                raise SpecError(
                    f"{resource.name}: there is no resource {reference.kind.target} for {reference.name} by then",
                    hint="give the one that it refers to first",
                )
        resources.append(resource)
    return tuple(resources)


def parse_field(resource: str, plural: str, word: str) -> Field:
    """Read one field of a resource.

    Raises:
        SpecError: It can't be made so.
    """
    name, *parts = word.split(":")
    try:
        if not parts:
            raise SpecError("it has no type", hint=f"{name}:str")
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
