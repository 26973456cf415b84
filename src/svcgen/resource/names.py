"""Which names a resource and its fields can have."""

import re

from svcgen.errors import SpecError
from svcgen.resource import reserved
from svcgen.resource.spec import Field

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", flags=re.ASCII)
_LONGEST = 40
# Postgres cuts longer names off.
LONGEST_IDENTIFIER = 63


def check_resource_name(name: str, what: str) -> None:
    """Refuse a name or a plural that could not be a module, a class and a table.

    Args:
        name: What to check.
        what: "name" or "plural".

    Raises:
        SpecError: It can't.
    """
    _check_snake(name, f"the {what}")
    if reason := reserved.why_no_resource(name, is_table=what == "plural"):
        hint = f"a longer one, such as customer_{name}" if what == "name" else f"another one: --plural {name}_list"
        raise SpecError(f"the {what} {name} {reason}", hint=hint)


def check_field_name(field: Field, resource: str, plural: str) -> None:
    """Refuse a name that could not be a column, an attribute and a key in JSON.

    Args:
        field: The field.
        resource: The name of its resource.
        plural: The name of its table.

    Raises:
        SpecError: It can't.
    """
    _check_snake(field.name, "a field")
    if field.kind.target and field.name.endswith("_id"):
        raise SpecError("a reference gets its _id itself", hint=field.name.removesuffix("_id"))
    if reason := reserved.why_no_column(field.column):
        raise SpecError(f"{field.column} {reason}", hint=f"a name that says more, such as {resource}_{field.name}")
    if len(f"ck_{plural}_{field.column}_length") > LONGEST_IDENTIFIER:
        raise SpecError("the names of its constraints would be too long for Postgres", hint="a shorter name")
    if field.kind.values and len(f"{resource}_{field.name}") > LONGEST_IDENTIFIER:
        raise SpecError("the name of its type would be too long for Postgres", hint="a shorter name")


def _check_snake(name: str, what: str) -> None:
    if not _SNAKE.fullmatch(name):
        raise SpecError(
            f"{what} {name!r} is not lower-case words joined by underscores", hint=f"such as {_snake(name)}"
        )
    if len(name) > _LONGEST:
        raise SpecError(f"{what} {name} is longer than {_LONGEST} characters", hint="a shorter one")


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_0123456789") or "line_item"
