"""Which modifiers go together, and with which types."""

import re

from svcgen.errors import SpecError
from svcgen.resource.kinds import Kind
from svcgen.resource.spec import Field
from svcgen.resource.words import Words

# What ruff, too, takes for the name of a secret.
_SECRET = re.compile(r"(^|_)(pas+wo?r?d|pass(phrase)?|pwd|token|secrete?)($|_)")


def read_default(words: Words, kind: Kind) -> tuple[str, str]:
    """Return the default as source and as JSON; two empty strings where there is none.

    Raises:
        SpecError: The type has no default, or not that one.
    """
    if "default" not in words.settings:
        return "", ""
    if kind.read_default is None:
        raise SpecError(f"{words.type} has no default", hint="make it optional, or send it with each request")
    return kind.read_default(words.settings["default"])


def check_modifiers(field: Field, words: Words, resource: str) -> None:
    """Refuse modifiers that contradict each other or that Postgres could not hold.

    Raises:
        SpecError: They don't go together.
    """
    kind = field.kind
    if kind.target == resource and not field.optional:
        raise SpecError("no first row could refer to another", hint="make it optional")
    if field.unique and field.default:
        raise SpecError("a default can stand in one row only where it is unique", hint="leave one of them out")
    if field.default.startswith('"') and _SECRET.search(field.name):
        raise SpecError("it looks like a secret, and those have no default", hint="leave the default out")
    if field.index and (field.unique or kind.target):
        raise SpecError(f"a {'reference' if kind.target else 'unique column'} has an index", hint="leave index out")
    if (field.index or field.unique) and not kind.indexable:
        raise SpecError(
            f"an index can't hold any {words.type}",
            hint="max=600 or less" if kind.annotation == "str" else "write the index that it needs by hand",
        )
    if field.unique and not kind.unique and not kind.target:
        raise SpecError(f"as a unique {words.type} it has values for a few rows only", hint="leave unique out")
