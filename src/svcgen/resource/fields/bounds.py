"""Read the limits of numbers, `min=` and `max=`, and a default between them."""

import re
from decimal import Decimal

from svcgen.errors import SpecError

# No test stores more rows.
ROWS = 1000


def read_bounds(
    low: str | None, high: str | None, least: Decimal, most: Decimal, places: int
) -> tuple[Decimal, Decimal]:
    """Return the lower and the upper limit; by default those of the type.

    Args:
        low: The value of `min=`.
        high: The value of `max=`.
        least: The lowest number of the type.
        most: The highest number of the type.
        places: How many decimal places are allowed.

    Raises:
        SpecError: A limit is not a number, or fewer than two values are allowed.
    """
    bottom, top = _read("min", low, least, places), _read("max", high, most, places)
    if not least <= bottom < top <= most:
        raise SpecError(
            f"too few values between min={bottom:f} and max={top:f}",
            hint=f"min must be below max, min at least {least:f}, and max at most {most:f}",
        )
    return bottom, top


def read_within(value: str, bottom: Decimal, top: Decimal, places: int) -> Decimal:
    """Return a default.

    Args:
        value: The value of `default=`.
        bottom: The lower limit.
        top: The upper limit.
        places: How many decimal places are allowed.

    Raises:
        SpecError: The value is not a number, or not between the limits.
    """
    number = _read("default", value, bottom, places)
    if not bottom <= number <= top:
        raise SpecError(f"default={value} is not between min and max", hint=f"use a number from {bottom:f} to {top:f}")
    return number


def read_float(word: str, value: str | None) -> float | None:
    """Return a limit or a default of a float.

    Args:
        word: The modifier.
        value: The value; None if it is not given.

    Raises:
        SpecError: The value is not a number.
    """
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", value, flags=re.ASCII):
        raise SpecError(f"{word}={value} is not a number", hint=f"for example {word}=0.5")
    return float(value) or 0.0  # and not -0.0


def start_of(bottom: Decimal, top: Decimal, step: Decimal) -> Decimal:
    """Return the first value of a test: zero if enough values follow it.

    Args:
        bottom: The lower limit.
        top: The upper limit.
        step: The distance between two values.
    """
    zero = max(bottom, Decimal(0))
    return zero if (top - zero) / step > ROWS or (top > zero and (top - bottom) / step <= ROWS) else bottom


def check_of(low: str | None, high: str | None) -> str:
    """Return an SQL check for the given limits.

    Args:
        low: The lower limit as SQL, if any.
        high: The upper limit as SQL, if any.
    """
    if low is not None and high is not None:
        return f"{{}} BETWEEN {low} AND {high}"
    if low is not None:
        return f"{{}} >= {low}"
    return f"{{}} <= {high}" if high is not None else ""


def _read(word: str, value: str | None, default: Decimal, places: int) -> Decimal:
    if value is None:
        return default
    match = re.fullmatch(r"-?\d{1,100}(?:\.(\d+))?", value, flags=re.ASCII)
    if not match or len(match[1] or "") > places:
        kind = f"a number with at most {places} decimal places" if places else "a whole number"
        raise SpecError(f"{word}={value} is not {kind}", hint=f"for example {word}=10")
    # Not -0, which Postgres returns without its sign.
    return Decimal(value) or Decimal(0)
