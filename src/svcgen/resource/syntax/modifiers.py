"""Check which modifiers a type accepts, and which exclude each other."""

import re

from svcgen.errors import SpecError
from svcgen.resource.fields.kind import Kind
from svcgen.resource.spec import Field
from svcgen.resource.syntax.words import Words

# ruff treats the same names as secrets (S105).
_SECRET = re.compile(r"(^|_)(pas+wo?r?d|pass(phrase)?|pwd|token|secrete?)($|_)")


def read_default(words: Words, kind: Kind) -> tuple[str, str]:
    """Return the default as Python source and as JSON; two empty strings if there is none.

    Args:
        words: The words of the field.
        kind: Its kind.

    Raises:
        SpecError: The type does not accept a default, or not this one.
    """
    if "default" not in words.settings:
        return "", ""
    if kind.read_default is None:
        raise SpecError(
            f"{words.type} does not accept a default", hint="make the field optional, or require it in each request"
        )
    return kind.read_default(words.settings["default"])


def check_modifiers(field: Field, words: Words, resource: str) -> None:
    """Reject modifiers that contradict each other, or that Postgres does not support.

    Args:
        field: The field.
        words: Its words.
        resource: The name of its resource.

    Raises:
        SpecError: The modifiers are not allowed together.
    """
    kind = field.kind
    if kind.target == resource and not field.optional:
        raise SpecError("the first row would have no row to refer to", hint="make the field optional")
    if field.unique and field.default:
        raise SpecError("only one row could use the default of a unique field", hint="remove unique or the default")
    if field.default.startswith('"') and _SECRET.search(field.name):
        raise SpecError("the name looks like a secret, and secrets must not have defaults", hint="remove the default")
    if field.index and (field.unique or kind.target):
        raise SpecError(
            f"a {'reference' if kind.target else 'unique column'} already has an index", hint="remove index"
        )
    if (field.index or field.unique) and not kind.indexable:
        raise SpecError(
            f"{words.type} values can be too large for an index",
            hint=kind.index_hint,
        )
    if field.unique and not kind.unique and not kind.target:
        raise SpecError(f"a unique {words.type} has values for only a few rows", hint="remove unique")
