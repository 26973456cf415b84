"""Form English plurals."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pluralizer import Pluralizer


def plural_of(name: str) -> str:
    """Return the plural of a snake_case name: that of its last word."""
    *before, last = name.split("_")
    return "_".join([*before, _pluralizer().plural(last)])


@cache
def _pluralizer() -> "Pluralizer":
    # Not inflect, the best-known library: its import takes two seconds.
    from pluralizer import Pluralizer

    return Pluralizer()  # type: ignore[no-untyped-call]
