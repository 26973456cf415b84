"""Define arrays of another type."""

from svcgen.errors import SpecError
from svcgen.resource.fields import texts
from svcgen.resource.fields.kind import Given, Kind, same

# Far below the body limit of a service.
_TESTED_ITEMS = 100
# A longer list is written as a product.
_LISTED_ITEMS = 5


def array(element: Kind, given: Given) -> Kind:
    """Return the kind of an array. `min=` and `max=` limit its length.

    Args:
        element: The kind of its items.
        given: The limits.

    Raises:
        SpecError: The limits allow no list.
    """
    shortest = texts.read_length("min", given.low, 0) or 0
    longest = texts.read_length("max", given.high, None)
    if longest is not None and (longest < 1 or shortest > longest):
        raise SpecError(
            f"min={shortest} and max={longest} allow no list", hint="max must be at least 1, and not below min"
        )
    # Stop at the first error: collecting the errors of 100,000 wrong values would take seconds.
    limits = ["fail_fast=True"]
    limits += [f"min_length={shortest}"] if shortest else []
    limits += [f"max_length={longest}"] if longest is not None else []
    length = max(shortest, 1)
    fit = element.fit
    return Kind(
        annotation=f"list[{element.annotation}]",
        schema=f"list[{element.sent}]",
        answer=f"list[{element.read}]",
        column=f"ARRAY({element.element or element.column})",
        limits=tuple(limits),
        check=texts.length_check("cardinality", shortest, longest),
        limits_length=True,
        sample=_repeated(element.sample, length),
        other=_repeated(element.other, length),
        accepted=(
            *(same("[]") if not shortest else ()),
            *((_repeated(given, length), _repeated(read, length)) for given, read in element.accepted),
        ),
        refused=(
            '"none"',
            *(_repeated(value, length) for value in element.refused),
            *([_repeated(element.sample, shortest - 1)] if shortest else []),
            *([_repeated(element.sample, longest + 1)] if longest is not None and longest < _TESTED_ITEMS else []),
        ),
        indexable=False,
        example=element.example,
        fit=fit and (lambda example: _listed(fit(example), length)),
    )


def _listed(value: str, times: int) -> str:
    return f"[{', '.join([value] * times)}]" if times <= _LISTED_ITEMS else _repeated(value, times)


def _repeated(value: str, times: int) -> str:
    return f"[{value}]" if times == 1 else f"[{value}] * {times}"
