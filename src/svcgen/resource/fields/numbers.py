"""Define int, bigint, float and bool."""

from decimal import Decimal

from svcgen.errors import SpecError
from svcgen.resource.fields.bounds import ROWS, check_of, read_bounds, read_float, read_within, start_of
from svcgen.resource.fields.kind import Kind, same


def boolean() -> Kind:
    """Return the kind of a bool."""

    def read_default(value: str) -> tuple[str, str]:
        if value not in {"true", "false"}:
            raise SpecError(f"default={value} is not true or false", hint="use default=true or default=false")
        return value.capitalize(), value.capitalize()

    return Kind(
        "bool",
        "True",
        "False",
        schema="StrictBool",
        element="Boolean",
        refused=('"true"', "1"),
        read_default=read_default,
    )


def integer(bits: int, low: str | None, high: str | None) -> Kind:
    """Return the kind of an int or a bigint.

    Both are a Postgres bigint: a wider column would rewrite the table, but a wider limit is a line in the schema.

    Args:
        bits: 32 or 64.
        low: The value of `min=`.
        high: The value of `max=`.
    """
    least, most = Decimal(-(2 ** (bits - 1))), Decimal(2 ** (bits - 1) - 1)
    bottom, top = read_bounds(low, high, least, most, 0)
    limits = (f"ge={_power(int(bottom))}", f"le={_power(int(top))}")
    any_of_64_bits = low is None and high is None and bits == 64  # noqa: PLR2004
    start = int(start_of(bottom, top, Decimal(1)))

    def read_default(value: str) -> tuple[str, str]:
        number = str(read_within(value, bottom, top, 0))
        return number, number

    step = "n" if start == 0 and int(top) > 10**6 else f"{start} + n % {int(top) - start + 1}"
    return Kind(
        annotation="int",
        element="BigInteger",
        schema="Int64" if any_of_64_bits else "",
        form="NOT_TEXT",
        limits=() if any_of_64_bits else limits,
        check=check_of(low and str(bottom), high and str(top)),
        sample=str(start),
        other=str(start + 1),
        unique=step if top - start > ROWS else "",
        accepted=same(_power(int(bottom)), _power(int(top))),
        refused=(_power(int(bottom), -1), _power(int(top), 1), "1.5", f'"{start}"', "True"),
        read_default=read_default,
        fit=lambda example: _power(int(min(max(Decimal(int(Decimal(example))), bottom), top))),
    )


def floating(low: str | None, high: str | None) -> Kind:
    """Return the kind of a float, which is Postgres' double precision.

    Args:
        low: The value of `min=`.
        high: The value of `max=`.
    """
    bottom, top = read_float("min", low), read_float("max", high)
    start = bottom if bottom is not None else min(0.0, top - 1 if top is not None else 0.0)
    end = top if top is not None else max(start * 2, start + 10.0**6)
    middle = start + (end - start) / 2
    if not start < middle < end:
        raise SpecError(f"too few values between min={start} and max={end}", hint="move them further apart")

    def read_default(value: str) -> tuple[str, str]:
        number = read_float("default", value) or 0.0
        if (bottom is not None and number < bottom) or (top is not None and number > top):
            raise SpecError(f"default={value} is not between min and max", hint="use a value that min and max allow")
        return repr(number), repr(number)

    span = end - start
    differ = len({start + n * (span / ROWS) for n in range(ROWS)}) == ROWS
    return Kind(
        annotation="float",
        element="Double",
        schema="StrictFloat",
        limits=(
            "allow_inf_nan=False",
            *([f"ge={bottom}"] if bottom is not None else []),
            *([f"le={top}"] if top is not None else []),
        ),
        check=check_of(low and repr(bottom), high and repr(top)),
        sample=repr(start),
        other=repr(middle),
        unique="n + 0.5" if low is None and high is None else f"{start} + n % {ROWS} * {span / ROWS}" if differ else "",
        accepted=same(repr(middle), *([repr(top)] if top is not None else [])),
        refused=(
            *([repr(bottom - span)] if bottom is not None else []),
            *([repr(top + span)] if top is not None else []),
            *('"NaN"', '"Infinity"', f'"{start}"'),
        ),
        read_default=read_default,
        fit=lambda example: repr(_within(float(example), bottom, top)),
    )


def _within(number: float, bottom: float | None, top: float | None) -> float:
    number = number if bottom is None else max(number, bottom)
    return number if top is None else min(number, top)


def _power(value: int, beyond: int = 0) -> str:
    """Return a number as source; the limits of integer types as powers of two."""
    for bits in (31, 63):
        if value == 2**bits - 1:
            return f"2**{bits}" if beyond else f"2**{bits} - 1"
        if value == -(2**bits):
            return f"-(2**{bits}) - 1" if beyond else f"-(2**{bits})"
    return str(value + beyond)
