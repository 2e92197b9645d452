"""What must be known of a column before it is summed: its type, its range and that it holds numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from analysis.errors import StatisticsError
from analysis.frames import Frame, collect, require

if TYPE_CHECKING:
    from collections.abc import Sequence

# Values keep their origin unless it lies this many half-ranges away, where second moments would cancel: moved
# to the middle of a wide range, small values would lose their digits.
FAR_FROM_ZERO = 8
SMALL_INTEGER = 2**20


@dataclass(frozen=True)
class Measured:
    """A numeric column: `value` is its expression, all values lie in `low`..`high`."""

    value: nw.Expr
    low: float
    high: float
    integer: bool

    @property
    def bound(self) -> float:
        """The greatest size of a value."""
        size = max(abs(self.low), abs(self.high))
        return max(size, 1.0) if self.integer or size == 0 else size

    @property
    def centre(self) -> float:
        """An origin near the values, so that second moments about it do not cancel."""
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        if abs(middle) <= FAR_FROM_ZERO * (max(half, 0.5) if self.integer else half):
            return 0.0
        return float(round(middle)) if self.integer else middle

    def centred(self) -> Measured:
        """The column minus its centre."""
        origin = self.centre
        if origin == 0:
            return self
        shifted = self.value - (int(origin) if self.integer else origin)
        return Measured(shifted, self.low - origin, self.high - origin, self.integer)


def measure(frame: Frame, names: Sequence[str]) -> dict[str, Measured]:
    """The range of each column, by one scan.

    Raises:
        StatisticsError: `UNKNOWN_COLUMN`, `NOT_NUMERIC` or `NOT_A_NUMBER` (NaN or infinite).
    """
    require(frame, names, "variable")
    schema = frame.collect_schema()
    asked: dict[str, nw.Expr] = {}
    values: dict[str, nw.Expr] = {}
    for k, name in enumerate(dict.fromkeys(names)):
        values[name] = _number(name, schema[name])
        asked |= {f"low_{k}": values[name].min(), f"high_{k}": values[name].max()}
        if not schema[name].is_integer():
            broken = ~values[name].cast(nw.Float64).is_finite()
            asked[f"broken_{k}"] = nw.when(broken).then(1).otherwise(0).sum()
    found = {name: column[0] for name, column in collect(frame.select(**asked)).items()}
    return {
        name: _measured(name, value, k, found, integer=_is_integer(schema[name], found, k))
        for k, (name, value) in enumerate(values.items())
    }


def _number(name: str, dtype: Any) -> nw.Expr:
    column = nw.col(name)
    if dtype == nw.Boolean:
        return nw.when(column).then(1).when(~column).then(0).cast(nw.Int64)
    if not dtype.is_numeric():
        raise StatisticsError(
            "NOT_NUMERIC",
            where=name,
            expected="a numeric column",
            got=str(dtype),
            remedy="Estimate the share of a level with `proportion`, or turn the codes into numbers.",
        )
    return column if dtype.is_integer() else column.cast(nw.Float64)


def _is_integer(dtype: Any, found: dict[str, Any], k: int) -> bool:
    # A product of two wide integers could pass 64 bits; such columns go the way of floating numbers.
    small = max(abs(float(found[f"low_{k}"])), abs(float(found[f"high_{k}"]))) <= SMALL_INTEGER
    return (dtype == nw.Boolean or dtype.is_integer()) and small


def _measured(name: str, value: nw.Expr, k: int, found: dict[str, Any], *, integer: bool) -> Measured:
    if found.get(f"broken_{k}"):
        raise StatisticsError(
            "NOT_A_NUMBER",
            where=name,
            expected="finite numbers, or null where the answer is missing",
            got=f"{int(found[f'broken_{k}'])} values NaN or infinite",
            remedy="Turn them into null.",
        )
    kept = value.cast(nw.Int64) if integer else value.cast(nw.Float64)
    return Measured(kept, float(found[f"low_{k}"]), float(found[f"high_{k}"]), integer)
