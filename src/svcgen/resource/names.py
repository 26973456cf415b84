"""Which names a resource and its fields can have."""

import builtins
import keyword
import re
from collections.abc import Set as AbstractSet

from svcgen.errors import SpecError
from svcgen.resource import reserved
from svcgen.resource.spec import Field, class_name

_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", flags=re.ASCII)
_LONGEST = 40
# Postgres cuts longer names off.
_IDENTIFIER = 63


def check_resource_name(name: str, what: str) -> None:
    """Refuse a name or a plural that could not be a module, a class and a table.

    Raises:
        SpecError: It can't.
    """
    _check_snake(name, f"the {what}")
    reasons: list[tuple[AbstractSet[str], str]] = [
        # Only the plural is a name in SQL: that of the table.
        (reserved.SQL if what == "plural" else frozenset(), "is a reserved word of SQL"),
        (frozenset(dir(builtins)), "hides a builtin of Python"),
        (reserved.LOCALS, "is a name that the code around it uses"),
    ]
    reason = _reason(name, reasons)
    if not reason and class_name(name) in reserved.CLASSES:
        reason = f"would make a class {class_name(name)}, which the code around it imports"
    if reason:
        hint = f"a longer one, such as customer_{name}" if what == "name" else f"another one: --plural {name}_list"
        raise SpecError(f"the {what} {name} {reason}", hint=hint)


def check_field_name(field: Field, resource: str, plural: str) -> None:
    """Refuse a name that could not be a column, an attribute and a key in JSON.

    Raises:
        SpecError: It can't.
    """
    _check_snake(field.name, "a field")
    if field.kind.target and field.name.endswith("_id"):
        raise SpecError("a reference gets its _id itself", hint=field.name.removesuffix("_id"))
    reasons: list[tuple[AbstractSet[str], str]] = [
        (reserved.COLUMNS, "is a column that every row has"),
        (reserved.SQLALCHEMY, "is an attribute of every SQLAlchemy model"),
        (reserved.PYDANTIC, "is an attribute of every Pydantic model"),
        (reserved.TYPES, "hides what the columns after it are declared with"),
        (reserved.SQL, "is a reserved word of SQL"),
        (frozenset({"self"}), "is what methods call their object"),
        (reserved.SYSTEM_COLUMNS, "is a column that Postgres adds to every table"),
    ]
    reason = _reason(field.column, reasons)
    if reason:
        raise SpecError(f"{field.column} {reason}", hint=f"a name that says more, such as {resource}_{field.name}")
    longest = f"fk_{plural}_{field.column}_{field.kind.target}s__" if field.kind.target else ""
    if len(longest or f"ck_{plural}_{field.column}_length") > _IDENTIFIER:
        raise SpecError("the names of its constraints would be too long for Postgres", hint="a shorter name")


def _check_snake(name: str, what: str) -> None:
    if not _SNAKE.fullmatch(name):
        raise SpecError(
            f"{what} {name!r} is not lower-case words joined by underscores", hint=f"such as {_snake(name)}"
        )
    if len(name) > _LONGEST:
        raise SpecError(f"{what} {name} is longer than {_LONGEST} characters", hint="a shorter one")
    if keyword.iskeyword(name):
        raise SpecError(f"{what} {name} is a reserved word of Python", hint=f"one that says more, such as {name}_name")


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words).strip("_0123456789") or "line_item"


def _reason(name: str, reasons: list[tuple[AbstractSet[str], str]]) -> str:
    return next((reason for names, reason in reasons if name in names), "")
