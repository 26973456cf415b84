"""Define date, datetime and time."""

from datetime import UTC, date, datetime, time, timedelta

from svcgen.errors import SpecError
from svcgen.resource.fields.bounds import check_of
from svcgen.resource.fields.kind import Kind, quoted, same

# asyncpg stores the first and the last date and moment of Python as infinity (pgproto/codecs/datetime.pyx).
FIRST, LAST = date.min + timedelta(1), date.max - timedelta(1)


def day(low: str | None, high: str | None) -> Kind:
    """Return the kind of a date.

    Args:
        low: The value of `min=`.
        high: The value of `max=`.
    """
    first, last = _read("min", low, FIRST), _read("max", high, LAST)
    if first >= last:
        raise SpecError(f"too few dates between min={first} and max={last}", hint="min must be before max")
    start = max(first, min(date(2026, 1, 31), last - timedelta(1)))
    days = (last - start).days

    def read_default(value: str) -> tuple[str, str]:
        given = _read("default", value, first)
        if not first <= given <= last:
            raise SpecError(f"default={value} is not between min and max", hint=f"use a date from {first} to {last}")
        return _source(given), quoted(str(given))

    limits = [f"ge={_source(first)}"] if low else []
    limits += [f"le={_source(last)}"] if high else []
    outside = (first - timedelta(1), last + timedelta(1))
    return Kind(
        annotation="date",
        element="Date",
        schema="CalendarDate",
        limits=tuple(limits),
        check=check_of(low and f"'{first}'", high and f"'{last}'"),
        sample=quoted(str(start)),
        other=quoted(str(start + timedelta(1))),
        unique=f"str({_source(start)} + timedelta(n % {min(days, 10**5)}))" if days >= 1000 else "",  # noqa: PLR2004
        accepted=same(quoted(str(first)), quoted(str(last))),
        refused=(*(quoted(str(value)) for value in outside), '"2026-02-30"', '"86400"', "0"),
        read_default=read_default,
        example="date",
        fit=lambda example: quoted(str(min(max(date.fromisoformat(example), first), last))),
    )


def moment() -> Kind:
    """Return the kind of a datetime, which is stored and returned in UTC."""
    return Kind(
        annotation="datetime",
        element="DateTime(timezone=True)",
        schema="UtcDatetime",
        sample='"2026-01-31T12:30:00Z"',
        other='"2026-02-28T23:59:59.999999Z"',
        unique='f"{datetime(2026, 1, 31, tzinfo=UTC) + timedelta(seconds=n):%Y-%m-%dT%H:%M:%SZ}"',
        accepted=(('"2026-01-31T12:30:00+02:00"', '"2026-01-31T10:30:00Z"'), *same('"0001-01-02T00:00:00Z"')),
        refused=('"2026-01-31T12:30:00"', '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-12:00"', '"86400"', "0"),
        read_default=_read_moment,
    )


def clock() -> Kind:
    """Return the kind of a time of day without a time zone."""
    return Kind(
        annotation="time",
        element="Time",
        schema="LocalTime",
        answer="LocalTime",
        sample='"12:30:00"',
        other='"23:59:59.999999"',
        unique="(datetime(2026, 1, 31, tzinfo=UTC) + timedelta(seconds=n)).time().isoformat()",
        accepted=same('"00:00:00"'),
        refused=('"12:30:00Z"', '"25:00:00"', '"60"', "60"),
        read_default=_read_clock,
    )


def _read(word: str, value: str | None, default: date) -> date:
    if value is None:
        return default
    try:
        given = date.fromisoformat(value)
    except ValueError as error:
        raise SpecError(f"{word}={value} is not a date", hint=f"for example {word}=2026-01-31") from error
    if not FIRST <= given <= LAST:
        raise SpecError(f"{word}={value} would be stored as infinity", hint=f"use a date from {FIRST} to {LAST}")
    return given


def _read_moment(value: str) -> tuple[str, str]:
    try:
        given = datetime.fromisoformat(value)
        if given.tzinfo is None:
            raise ValueError(value)
        utc = given.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SpecError(
            f"default={value} is not a datetime with a UTC offset", hint="for example default=2026-01-31T12:30:00Z"
        ) from error
    if not FIRST <= utc.date() <= LAST:
        raise SpecError(
            f"default={value} would be stored as infinity", hint=f"use a moment from {FIRST} to {LAST}, in UTC"
        )
    parts = ", ".join(str(part) for part in _parts(utc.timetuple()[:6], utc.microsecond))
    return f"datetime({parts}, tzinfo=UTC)", quoted(utc.isoformat().replace("+00:00", "Z"))


def _read_clock(value: str) -> tuple[str, str]:
    try:
        given = time.fromisoformat(value)
        if given.tzinfo is not None:
            raise ValueError(value)
    except ValueError as error:
        raise SpecError(
            f"default={value} is not a time of day without a time zone", hint="for example default=12:30"
        ) from error
    parts = _parts((given.hour, given.minute, given.second), given.microsecond)
    return f"time({', '.join(map(str, parts))})", quoted(given.isoformat())


def _parts(parts: tuple[int, ...], microsecond: int) -> tuple[int, ...]:
    """Omit trailing zeros, as a person would."""
    *before, second = parts
    return (*parts, microsecond) if microsecond else parts if second else tuple(before)


def _source(value: date) -> str:
    return f"date({value.year}, {value.month}, {value.day})"
