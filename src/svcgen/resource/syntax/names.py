"""Check the names of a resource and its fields."""

import re
import unicodedata
from collections.abc import Callable

from svcgen.errors import SpecError
from svcgen.resource.spec import Field
from svcgen.resource.syntax import reserved

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", flags=re.ASCII)
_LONGEST = 40
# Postgres truncates longer identifiers (NAMEDATALEN).
LONGEST_IDENTIFIER = 63


def check_resource_name(name: str, what: str) -> None:
    """Reject a name or a plural that can't be a module, a class and a table.

    Args:
        name: The name.
        what: "name" or "plural".

    Raises:
        SpecError: The name is not allowed.
    """
    label = {"name": "the resource name", "plural": "the plural"}[what]

    def why_not(name: str) -> str:
        return reserved.why_no_resource(name, is_table=what == "plural")

    _check_snake(name, label, "customer", why_not)
    if reason := why_not(name):
        hint = f"try customer_{name}" if what == "name" else f"choose another plural: --plural {name}_list"
        raise SpecError(f"{label} {name} {reason}", hint=hint)


def check_field_name(field: Field, resource: str, plural: str) -> None:
    """Reject a name that can't be a column, an attribute and a JSON key.

    Args:
        field: The field.
        resource: The name of its resource.
        plural: The name of its table.

    Raises:
        SpecError: The name is not allowed.
    """
    _check_snake(field.name, "the name", resource, reserved.why_no_column)
    if field.kind.target and field.name.endswith("_id"):
        raise SpecError("svcgen adds _id to the name of a reference", hint=f"write {field.name.removesuffix('_id')}")
    if reason := reserved.why_no_column(field.column):
        raise SpecError(f"{field.column} {reason}", hint=f"try {resource}_{field.name}")
    if len(f"ck_{plural}_{field.column}_length") > LONGEST_IDENTIFIER:
        raise SpecError(
            f"its constraint names would exceed the {LONGEST_IDENTIFIER} characters that Postgres allows",
            hint="choose a shorter name",
        )
    if field.kind.values and len(f"{resource}_{field.name}") > LONGEST_IDENTIFIER:
        raise SpecError(
            f"the name of its enum type would exceed the {LONGEST_IDENTIFIER} characters that Postgres allows",
            hint="choose a shorter name",
        )


def _check_snake(name: str, what: str, prefix: str, why_not: Callable[[str], str]) -> None:
    if not _SNAKE.fullmatch(name):
        suggestion = _snake(name)
        suggestion = f"{prefix}_{suggestion}" if why_not(suggestion) else suggestion
        raise SpecError(f"{what} {name!r} must be lower-case words joined by underscores", hint=f"try {suggestion}")
    if len(name) > _LONGEST:
        raise SpecError(
            f"{what} {name} has {len(name)} characters; at most {_LONGEST} are allowed", hint="choose a shorter name"
        )


def _snake(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", ascii_only).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_0123456789") or "line_item"
