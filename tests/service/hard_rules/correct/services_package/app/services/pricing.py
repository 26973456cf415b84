"""What a price becomes, for every handler that shows one."""

from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")


def with_tax(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (1 + rate)).quantize(CENT, ROUND_HALF_EVEN)
