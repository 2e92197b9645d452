"""Where things stand in the interval plot: in per cent of the drawing's width, so it needs no viewBox."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

from survey.i18n import round_half_up
from survey.scoring.report.standing import Range, bounds, is_indicative, shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from survey.scoring.report.contents import Thresholds
    from survey.scoring.rows import ScoreRow

TOP = 100
_DECILE = 10
_QUARTER = 25
_WHOLE_BELOW = 30
_MANY_TICKS = 6
_NEAR_EDGE = 12


@dataclass(frozen=True)
class Tick:
    """A labelled grid line; `anchor` keeps the label inside, `spare` ones give way on a phone."""

    value: int
    x: str
    anchor: str
    spare: bool


@dataclass(frozen=True)
class Axis:
    """A scale from `start` to 100, the same for every row of the report."""

    start: int
    decimals: int = 2

    def x(self, value: float) -> str:
        """The place of a value, in per cent of the width."""
        return f"{_short(self._share(value))}%"

    def width(self, low: float, high: float) -> str:
        """The breadth of a range, in per cent of the width; it ends exactly where `x(high)` stands."""
        return f"{_short(self._share(high) - self._share(low))}%"

    def anchor(self, value: float) -> str:
        """How a label hangs on its place without leaving the drawing."""
        share = self._share(value)
        if share < _NEAR_EDGE:
            return "start"
        return "end" if share > TOP - _NEAR_EDGE else "middle"

    def ticks(self) -> tuple[Tick, ...]:
        """Every tenth, or every quarter of the whole scale."""
        values = range(self.start, TOP + 1, _DECILE if self.start else _QUARTER)
        many = len(values) > _MANY_TICKS
        last = len(values) - 1
        return tuple(
            Tick(
                value=value,
                x=self.x(value),
                anchor="start" if place == 0 else "end" if place == last else "middle",
                spare=many and (last - place) % 2 == 1,
            )
            for place, value in enumerate(values)
        )

    def _share(self, value: float) -> Decimal:
        return round_half_up((value - self.start) * TOP / (TOP - self.start), self.decimals)


def _short(share: Decimal) -> str:
    return f"{share.normalize():f}"


@dataclass(frozen=True)
class Mark:
    """One score as drawn: a point, its interval, the band of its bounds, and a sentence for all of it."""

    shape: str
    tone: str
    x: str
    low: str
    high: str
    width: str
    band_x: str
    band_width: str
    label: str


def axis_for(rows: Iterable[ScoreRow], *, whole: bool, standard: float | None = None) -> Axis:
    """The scale from 0, or from the decile below the lowest interval or bound if that leaves nothing out."""
    lowest = [
        min(numbers.low, left_open.low if left_open else numbers.low)
        for numbers, left_open in ((shown(row), bounds(row)) for row in rows)
        if numbers is not None
    ]
    if standard is not None:
        lowest.append(standard)
    start = floor(min(lowest, default=0) / _DECILE) * _DECILE
    return Axis(0 if whole or start < _WHOLE_BELOW else min(start, TOP - _DECILE))


def mark_for(  # noqa: PLR0913 - a drawing depends on all of these, and each is named
    row: ScoreRow,
    *,
    axis: Axis,
    thresholds: Thresholds,
    band: Range | None,
    tone: str,
    is_open: bool,
    label: str,
) -> Mark | None:
    """The drawing of a score, or None where it is withheld."""
    numbers = shown(row)
    if numbers is None:
        return None
    indicative = is_indicative(row, thresholds)
    return Mark(
        shape="diamond" if is_open else "hollow" if indicative else "dot",
        tone="soft-tone" if indicative else tone,
        x=axis.x(numbers.estimate),
        low=axis.x(numbers.low),
        high=axis.x(numbers.high),
        width=axis.width(numbers.low, numbers.high),
        band_x=axis.x(band.low) if band else "",
        band_width=axis.width(band.low, band.high) if band else "",
        label=label,
    )
