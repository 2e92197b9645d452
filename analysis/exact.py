"""Sums that do not depend on threads, engine or order (floating sums do).

A summand is rounded once to a fixed-point 64-bit integer whose shift is chosen so that the largest possible
sum stays below 2**62; integers are added exactly. Where weights are so unequal that the smallest would lose
their digits, a summand is split into a high and a low limb, each summed for itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUM_BITS = 62
# In one limb the smallest positive weight keeps at least this many bits: 1e-8 of its size in a sum, 5e-7 of
# its square in a second moment; a sum of many roundings is far closer than one.
BITS_OF_SMALLEST = {1: 26, 2: 20}
LOW_LIMB_BITS = 30


@dataclass(frozen=True)
class Limb:
    """An integer expression and the power of two by which it was scaled."""

    expression: nw.Expr
    shift: int

    def value(self, total: NDArray[np.int64]) -> NDArray[np.float64]:
        """The real numbers that the summed integers stand for."""
        return ldexp(total, -self.shift)


def ldexp(integers: NDArray[np.int64], exponent: int) -> NDArray[np.float64]:
    """The integers times 2**exponent; exact below 2**53, rounded once above."""
    result: NDArray[np.float64] = integers.astype("float64") * 2.0**exponent
    return result


def bits(number: float) -> int:
    """The least b with |number| <= 2**b; 0 for zero."""
    if number == 0:
        return 0
    mantissa, exponent = math.frexp(abs(number))
    return exponent - 1 if mantissa == 0.5 else exponent  # noqa: PLR2004 - frexp's mantissa of a power of two


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What the precision of weighted sums depends on.

    Attributes:
        rows: how many rows are summed at most.
        high: the greatest weight, to the power.
        spread: greatest over least positive weight, to the power.
        power: 1 for sums of w·x, 2 for second moments.
    """

    rows: int
    high: float
    spread: float
    power: int


def limbs(
    expression: nw.Expr, weights: Weights, *, bound: float = 1.0, factor: float = 1.0, wide: bool = False
) -> list[Limb]:
    """The expression as one or two integer limbs, ready to be multiplied by integers and summed.

    Args:
        expression: floating values, weights to their power times something of size `bound` at most.
        weights: the weights; beyond a spread that one limb holds, a second is made.
        bound: see `expression`.
        factor: bound of the integers that each limb will be multiplied by.
        wide: whether what the weights are multiplied by needs the second limb.
    """
    room = SUM_BITS - bits(weights.rows) - bits(factor)
    shift = room - bits(weights.high * bound)
    high = _rounded(expression, shift)
    if not wide and room - bits(weights.spread) >= BITS_OF_SMALLEST[weights.power]:
        return [Limb(high, shift)]
    # What the high limb leaves is below 2**-shift, so the low one keeps bits of its own.
    low_shift = shift + min(room, LOW_LIMB_BITS)
    remainder = expression - high.cast(nw.Float64) * 2.0**-shift
    return [Limb(high, shift), Limb(_rounded(remainder, low_shift), low_shift)]


def _rounded(expression: nw.Expr, shift: int) -> nw.Expr:
    # `round` breaks ties differently in DuckDB and Polars; floor(x + 1/2) does not.
    return (expression * 2.0**shift + 0.5).floor().cast(nw.Int64)


def halves(expression: nw.Expr, *, largest: float, rows: int) -> tuple[Limb, Limb]:
    """The expression as high and low halves whose products with each other can be summed exactly.

    Args:
        expression: floating values, each at most `largest` in size.
        largest: bound of the values.
        rows: how many values are summed at most.
    """
    width = (SUM_BITS - bits(rows)) // 2
    shift = width - bits(largest)
    high = (expression * 2.0**shift).floor()
    low = ((expression - high * 2.0**-shift) * 2.0 ** (shift + width) + 0.5).floor()
    return Limb(high.cast(nw.Int64), shift), Limb(low.cast(nw.Int64), shift + width)
