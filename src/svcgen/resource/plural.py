"""English plurals."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inflect import engine


def plural_of(name: str) -> str:
    """Return the plural of a snake_case name: that of its last word."""
    *before, last = name.split("_")
    return "_".join([*before, str(_engine().plural_noun(last))])


@cache
def _engine() -> "engine":
    # Inside the function: this import costs more than all of `svcgen --help`.
    import inflect

    return inflect.engine()
