"""Types that count or measure: int, bigint, float, decimal, bool."""

import re
from decimal import Decimal, localcontext

from svcgen.errors import SpecError
from svcgen.resource.kinds import Kind, quoted, same

# Rows that a test may store.
_ROWS = 1000
_PRECISION = 100
# Beyond it Python writes small decimals as 1E-7.
_PLAIN_SCALE = 6


def boolean() -> Kind:
    """Return the kind of a bool."""

    def read_default(value: str) -> tuple[str, str]:
        if value not in {"true", "false"}:
            raise SpecError(f"default={value} is neither true nor false", hint="default=true or default=false")
        return value.capitalize(), value.capitalize()

    return Kind("bool", "True", "False", refused=('"maybe"', "2"), read_default=read_default)


def integer(bits: int, low: str | None, high: str | None) -> Kind:
    """Return the kind of an int or a bigint.

    Both are Postgres' bigint: a wider column would be a rewrite of the table, a wider limit is a line in the schema.
    """
    least, most = Decimal(-(2 ** (bits - 1))), Decimal(2 ** (bits - 1) - 1)
    bottom, top = _bounds(low, high, least, most, 0)
    limits = (f"ge={_power(int(bottom))}", f"le={_power(int(top))}")
    start = int(_start(bottom, top, Decimal(1)))

    def read_default(value: str) -> tuple[str, str]:
        number = str(_read_within(value, bottom, top, 0))
        return number, number

    step = "n" if start == 0 and int(top) > 10**6 else f"{start} + n % {int(top) - start + 1}"
    return Kind(
        annotation="int",
        limits=limits,
        check=_check(low, high),
        sample=str(start),
        other=str(start + 1),
        unique=step if top - start > _ROWS else "",
        accepted=same(_power(int(bottom)), _power(int(top))),
        refused=(_power(int(bottom), -1), _power(int(top), 1), "1.5", '"many"'),
        read_default=read_default,
    )


def floating(low: str | None, high: str | None) -> Kind:
    """Return the kind of a float, which is Postgres' double precision."""
    bottom, top = _read_float("min", low), _read_float("max", high)
    start = bottom if bottom is not None else min(0.0, top - 1 if top is not None else 0.0)
    end = top if top is not None else max(start * 2, start + 10.0**6)
    middle = start + (end - start) / 2
    if not start < middle < end:
        raise SpecError(f"too few values fit min={start} and max={end}", hint="move them apart")

    def read_default(value: str) -> tuple[str, str]:
        number = _read_float("default", value) or 0.0
        if (bottom is not None and number < bottom) or (top is not None and number > top):
            raise SpecError(f"default={value} is outside of min and max", hint="one that min and max allow")
        return repr(number), repr(number)

    span = end - start
    return Kind(
        annotation="float",
        limits=(
            "allow_inf_nan=False",
            *([f"ge={bottom}"] if bottom is not None else []),
            *([f"le={top}"] if top is not None else []),
        ),
        check=_check(low, high),
        sample=repr(start),
        other=repr(middle),
        unique="n + 0.5" if low is None and high is None else f"{start} + n % {_ROWS} * {span / _ROWS}",
        accepted=same(repr(middle), *([repr(top)] if top is not None else [])),
        refused=(
            *([repr(bottom - span)] if bottom is not None else []),
            *([repr(top + span)] if top is not None else []),
            *('"NaN"', '"Infinity"', '"much"'),
        ),
        read_default=read_default,
    )


def decimal(arguments: list[str], low: str | None, high: str | None) -> Kind:
    """Return the kind of an exact number, which JSON carries as a string."""
    precision, scale = _digits(arguments)
    with localcontext(prec=3 * _PRECISION):
        return _decimal(precision, scale, low, high)


def _decimal(precision: int, scale: int, low: str | None, high: str | None) -> Kind:
    step = Decimal(1).scaleb(-scale)
    most = Decimal(10) ** (precision - scale) - step
    bottom, top = _bounds(low, high, -most, most, scale)
    start = _start(bottom, top, step)
    steps = int((top - start) / step) + 1
    texts = {value: quoted(f"{value:.{scale}f}") for value in (start, start + step, bottom, top)}
    limits = [f"ge=Decimal({texts[bottom]})"] if low is not None else []
    limits += [f"le=Decimal({texts[top]})"] if high is not None else []

    def read_default(value: str) -> tuple[str, str]:
        text = quoted(f"{_read_within(value, bottom, top, scale):.{scale}f}")
        return f"Decimal({text})", text

    finer = f"{start:.{scale}f}{'' if scale else '.'}1"
    return Kind(
        annotation="Decimal",
        column=f"Numeric({precision}, {scale})",
        answer="PlainDecimal" if scale > _PLAIN_SCALE else "",
        limits=(f"max_digits={precision}", f"decimal_places={scale}", *limits),
        check=_check(low, high),
        sample=texts[start],
        other=texts[start + step],
        unique=_spread(int(start / step), min(steps, 10**6), scale) if steps > _ROWS else "",
        accepted=same(texts[bottom], texts[top]),
        refused=(*(quoted(f"{value:f}") for value in (bottom - step, top + step)), quoted(finer), '"NaN"', '"much"'),
        read_default=read_default,
    )


def _start(bottom: Decimal, top: Decimal, step: Decimal) -> Decimal:
    """Return the first value of a test: zero where that leaves room for its rows."""
    zero = max(bottom, Decimal(0))
    return zero if (top - zero) / step > _ROWS or (top > zero and (top - bottom) / step <= _ROWS) else bottom


def _spread(first: int, count: int, scale: int) -> str:
    number = f"{first} + n % {count}" if first else f"n % {count}"
    return f'f"{{Decimal({number}).scaleb(-{scale}):.{scale}f}}"' if scale else f"str({number})"


def _digits(arguments: list[str]) -> tuple[int, int]:
    numbers = arguments[0].split(",") if len(arguments) == 1 else []
    if len(numbers) == 2 and all(number.isascii() and number.isdigit() for number in numbers):  # noqa: PLR2004
        precision, scale = (int(number) for number in numbers)
        if 1 <= precision <= _PRECISION and scale <= precision:
            return precision, scale
    raise SpecError(
        "a decimal needs its digits, and how many of them are behind the point",
        hint=f"decimal:12,2, with at most {_PRECISION} digits",
    )


def _bounds(low: str | None, high: str | None, least: Decimal, most: Decimal, places: int) -> tuple[Decimal, Decimal]:
    bottom, top = _read("min", low, least, places), _read("max", high, most, places)
    if not least <= bottom < top <= most:
        raise SpecError(
            f"too few values fit min={bottom:f} and max={top:f}",
            hint=f"min from {least:f}, max up to {most:f}, min below max",
        )
    return bottom, top


def _read(word: str, value: str | None, default: Decimal, places: int) -> Decimal:
    if value is None:
        return default
    match = re.fullmatch(r"-?\d{1,100}(?:\.(\d+))?", value, flags=re.ASCII)
    if not match or len(match[1] or "") > places:
        kind = f"a number with at most {places} decimal places" if places else "a whole number"
        raise SpecError(f"{word}={value} is not {kind}", hint=f"such as {word}=10")
    return Decimal(value)


def _read_within(value: str, bottom: Decimal, top: Decimal, places: int) -> Decimal:
    number = _read("default", value, bottom, places)
    if not bottom <= number <= top:
        raise SpecError(f"default={value} is outside of min and max", hint=f"from {bottom:f} to {top:f}")
    return number


def _read_float(word: str, value: str | None) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", value, flags=re.ASCII):
        raise SpecError(f"{word}={value} is not a number", hint=f"such as {word}=0.5")
    return float(value)


def _power(value: int, beyond: int = 0) -> str:
    """Return a number as source; the ends of the integer types as what they are."""
    for bits in (31, 63):
        if value == 2**bits - 1:
            return f"2**{bits}" if beyond else f"2**{bits} - 1"
        if value == -(2**bits):
            return f"-(2**{bits}) - 1" if beyond else f"-(2**{bits})"
    return str(value + beyond)


def _check(low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return f"{{}} BETWEEN {low} AND {high}"
    if low is not None:
        return f"{{}} >= {low}"
    return f"{{}} <= {high}" if high is not None else ""
