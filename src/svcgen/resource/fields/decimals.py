"""Define exact numbers."""

from decimal import Decimal, localcontext

from svcgen.errors import SpecError
from svcgen.resource.fields.bounds import ROWS, check_of, read_bounds, read_within, start_of
from svcgen.resource.fields.kind import Given, Kind, quoted, same

_PRECISION = 100
# With more places, Python writes small decimals as 1E-7.
_PLAIN_SCALE = 6


def decimal(given: Given) -> Kind:
    """Return the kind of an exact number, which is a string in JSON."""
    precision, scale = _digits(given.arguments)
    with localcontext(prec=3 * _PRECISION):
        return _decimal(precision, scale, given.low, given.high)


def _decimal(precision: int, scale: int, low: str | None, high: str | None) -> Kind:
    step = Decimal(1).scaleb(-scale)
    most = Decimal(10) ** (precision - scale) - step
    bottom, top = read_bounds(low, high, -most, most, scale)
    start = start_of(bottom, top, step)
    steps = int((top - start) / step) + 1
    texts = {value: quoted(f"{value:.{scale}f}") for value in (start, start + step, bottom, top)}
    limits = [f"ge=Decimal({texts[bottom]})"] if low is not None else []
    limits += [f"le=Decimal({texts[top]})"] if high is not None else []

    def read_default(value: str) -> tuple[str, str]:
        text = quoted(f"{read_within(value, bottom, top, scale):.{scale}f}")
        return f"Decimal({text})", text

    finer = f"{start:.{scale}f}{'' if scale else '.'}1"
    return Kind(
        annotation="Decimal",
        column=f"Numeric({precision}, {scale})",
        answer="PlainDecimal" if scale > _PLAIN_SCALE else "",
        limits=(f"max_digits={precision}", f"decimal_places={scale}", *limits),
        form=f'exact(r"{_form(precision - scale, scale)}")',
        check=check_of(low and texts[bottom].strip('"'), high and texts[top].strip('"')),
        sample=texts[start],
        other=texts[start + step],
        unique=_spread(int(start / step), min(steps, 10**6), scale) if steps > ROWS else "",
        accepted=same(texts[bottom], texts[top]),
        refused=(
            *(quoted(f"{value:f}") for value in (bottom - step, top + step)),
            quoted(finer),
            '"NaN"',
            '"1e0"',
            "1",
        ),
        read_default=read_default,
        fit=lambda example: quoted(f"{min(max(Decimal(f'{Decimal(example):.{scale}f}'), bottom), top):.{scale}f}"),
    )


def _spread(first: int, count: int, scale: int) -> str:
    number = f"{first} + n % {count}" if first else f"n % {count}"
    return f'f"{{Decimal({number}).scaleb(-{scale}):.{scale}f}}"' if scale else f"str({number})"


def _form(before: int, behind: int) -> str:
    fraction = f"\\.[0-9]{{1,{behind}}}" if behind else ""
    number = f"[0-9]{{1,{before}}}({fraction})?" if before else f"0{fraction}"
    return f"^-?{number}$".replace("()?", "").replace("{1,1}", "")


def _digits(arguments: tuple[str, ...]) -> tuple[int, int]:
    numbers = arguments[0].split(",") if len(arguments) == 1 else []
    if len(numbers) == 2 and all(number.isascii() and number.isdigit() for number in numbers):  # noqa: PLR2004
        precision, scale = (int(number) for number in numbers)
        if 1 <= precision <= _PRECISION and scale <= precision:
            return precision, scale
    raise SpecError(
        "decimal needs its number of digits, and how many of them follow the point",
        hint=f"for example decimal:12,2; at most {_PRECISION} digits are allowed",
    )
