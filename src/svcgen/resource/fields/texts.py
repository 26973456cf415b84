"""Define str, text, uuid, enum and json."""

from uuid import UUID

from svcgen.errors import SpecError
from svcgen.resource.fields.kind import Given, Kind, quoted, same

STR_LENGTH = 255
# An entry of a Postgres index has at most 2704 bytes, and a character up to four.
_INDEXED_LENGTH = 600
# Far below the body limit of a service.
_TESTED_LENGTH = 2000
# A longer example is not readable.
_READABLE_LENGTH = 80


def read_length(word: str, value: str | None, default: int | None) -> int | None:
    """Return a length given as `min=` or `max=`.

    Args:
        word: `min` or `max`.
        value: The value; None if it is not given.
        default: The length if no value is given.

    Raises:
        SpecError: The value is not a length.
    """
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or int(value) > 10**6:
        raise SpecError(f"{word}={value} is not a length", hint=f"use a number from 0 to 1000000, such as {word}=50")
    return int(value)


def text(default_length: int | None, low: str | None, high: str | None) -> Kind:
    """Return the kind of a str or a text.

    The column is a Postgres text with a named check, so another length changes only the check.

    Args:
        default_length: The longest text without `max=`; None for no limit.
        low: The value of `min=`.
        high: The value of `max=`.
    """
    shortest, longest = read_length("min", low, 0) or 0, read_length("max", high, default_length)
    if longest is not None and (longest < 1 or shortest > longest):
        raise SpecError(
            f"min={shortest} and max={longest} allow no text", hint="max must be at least 1, and not below min"
        )
    limits = [f"min_length={shortest}"] if shortest else []
    limits += [f"max_length={longest}"] if longest is not None else []

    def read_default(value: str) -> tuple[str, str]:
        if len(value) < shortest or (longest is not None and len(value) > longest):
            raise SpecError(
                f"default={value} is {len(value)} characters long", hint=f"use {_range(shortest, longest)} characters"
            )
        if "\0" in value or value.encode(errors="replace").decode() != value:
            raise SpecError(
                f"default={value!r} can't be stored", hint="use text without NUL characters that UTF-8 can encode"
            )
        return quoted(value), quoted(value)

    lengths = [length for length in (shortest, longest) if length is not None and length <= _TESTED_LENGTH]
    return Kind(
        annotation="str",
        element="Text",
        schema="StorableText",
        limits=tuple(limits),
        check=length_check("char_length", shortest, longest),
        limits_length=True,
        sample=_repeated("a", max(shortest, 1)),
        other=_repeated("b", max(shortest, 1)),
        unique=_unique(shortest, longest),
        accepted=same(*(_repeated("é", length) for length in lengths)),
        refused=(
            "1",
            _repeated("\0", max(shortest, 1)),
            *([_repeated("a", shortest - 1)] if shortest else []),
            *([_repeated("a", longest + 1)] if longest is not None and longest <= _TESTED_LENGTH else []),
        ),
        indexable=longest is not None and longest <= _INDEXED_LENGTH,
        index_hint=f"add max={_INDEXED_LENGTH} or less",
        read_default=read_default,
        example="text",
        fit=lambda example: _fit(example, shortest, longest),
    )


def uuid() -> Kind:
    """Return the kind of a UUID."""
    first, second = (quoted(f"00000000-0000-4000-8000-00000000000{digit}") for digit in "12")

    def read_default(value: str) -> tuple[str, str]:
        try:
            text = quoted(str(UUID(value)))
        except ValueError as error:
            raise SpecError(f"default={value} is not a UUID", hint=f"for example default={first[1:-1]}") from error
        return f"UUID({text})", text

    return Kind(
        annotation="UUID",
        element="Uuid",
        sample=first,
        other=second,
        unique="str(UUID(int=n))",
        refused=('"1234"', "1"),
        read_default=read_default,
        fit=lambda _example: quoted("3f2b8c1e-5a77-4d0e-9c41-8be6f0a2d913"),
    )


def enum(given: Given) -> Kind:
    """Return the kind of an enum: a separate Postgres type, named after the resource and the field."""
    values = ":".join(given.arguments).split(",")
    if len(values) < 2 or "" in values:  # noqa: PLR2004
        raise SpecError("enum needs at least two values", hint="for example status:enum:draft,sent")
    if len(set(values)) < len(values):
        raise SpecError("enum has the same value twice", hint="remove one of them")
    if any(len(value.encode()) > 63 or not value.isprintable() for value in values):  # noqa: PLR2004
        raise SpecError("an enum value is too long or not printable", hint="use at most 63 bytes of printable text")
    words = tuple(quoted(value) for value in values)

    def read_default(value: str) -> tuple[str, str]:
        if value not in values:
            raise SpecError(f"default={value} is not one of the values", hint=f"use one of: {', '.join(values)}")
        return quoted(value), quoted(value)

    return Kind(
        annotation="str",
        column=f"Enum({', '.join(words)}, name={quoted(f'{given.resource}_{given.field}')})",
        sample=words[0],
        other=words[1],
        accepted=same(*words),
        refused=(quoted("not " + max(values, key=len)), "1"),
        values=words,
        read_default=read_default,
    )


def json() -> Kind:
    """Return the kind of any JSON value."""
    return Kind(
        annotation="JsonValue",
        column="JSONB",
        # Stores null as NULL, as for every other optional field, and not as a JSON null.
        optional_column="JSONB(none_as_null=True)",
        schema="Json",
        sample='{"a": [1, "two", None]}',
        other="[True, 0.5]",
        accepted=same("0", '"text"', "{}", "[]", "2**70"),
        nullable=True,
        indexable=False,
        fit=lambda _example: '{"key": "value"}',
    )


def _repeated(character: str, length: int) -> str:
    return quoted(character * length) if length <= 8 else f"{quoted(character)} * {length}"  # noqa: PLR2004


def _fit(example: str, shortest: int, longest: int | None) -> str:
    if shortest > _READABLE_LENGTH:
        return _repeated("a", shortest)
    if len(example) < shortest:
        example = f"{example} " * (shortest // len(example) + 1)
    cut = example[:longest].rstrip()
    return quoted(cut if len(cut) >= shortest else example[:shortest].replace(" ", "_"))


def _range(shortest: int, longest: int | None) -> str:
    return f"at least {shortest}" if longest is None else f"{shortest} to {longest}"


def length_check(function: str, shortest: int, longest: int | None) -> str:
    """Return an SQL check of a length.

    Args:
        function: The SQL function of a length.
        shortest: The shortest length.
        longest: The longest length; None for no limit.
    """
    if longest is None:
        return f"{function}({{}}) >= {shortest}" if shortest else ""
    return f"{function}({{}}) {f'BETWEEN {shortest} AND' if shortest else '<='} {longest}"


def _unique(shortest: int, longest: int | None) -> str:
    width = max(shortest, 1)
    if longest is None or longest >= max(width, 9):
        return f'f"{{n:0{width}}}"' if shortest else 'f"{n}"'
    # No test stores more than 16 * 16 rows.
    return f'f"{{n % {16**longest}:0{max(width, longest)}x}}"' if longest > 1 else ""
