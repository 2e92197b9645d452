"""What may be said of a score: whether it is shown at all, how firmly, and on which side of the standard."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.scoring.report.contents import ReportInput, Thresholds
    from survey.scoring.rows import ScoreRow

NO_INTERVAL = "no_interval"


class Standing(StrEnum):
    """The classes in the order in which a page shows them; within one, the alphabet decides."""

    BELOW = "below"
    UNCLEAR = "unclear"
    ABOVE = "above"
    NOT_COMPARED = "not_compared"
    TOGETHER = "together"


class Shown(NamedTuple):
    """The numbers of a score that may be printed: never an estimate without its interval and its base."""

    estimate: float
    low: float
    high: float
    n_valid: int


class Range(NamedTuple):
    """The least and the greatest that a score can be, whatever those who did not answer think."""

    low: float
    high: float


def shown(row: ScoreRow) -> Shown | None:
    """The numbers that may be printed, or None where `withheld` gives the reason."""
    if row.suppressed or row.estimate is None or row.n_valid is None:
        return None
    if row.ci_low is None or row.ci_high is None:
        return None
    return Shown(row.estimate, row.ci_low, row.ci_high, row.n_valid)


def withheld(row: ScoreRow) -> str:
    """Why a score is not shown: the row's own reason, or that it has no interval; empty when it is shown."""
    if shown(row) is not None:
        return ""
    return row.suppressed or NO_INTERVAL


def is_indicative(row: ScoreRow, thresholds: Thresholds) -> bool:
    """Whether so few answered that the number only gives an idea."""
    numbers = shown(row)
    return numbers is not None and numbers.n_valid < thresholds.indicative_below


def bounds(row: ScoreRow) -> Range | None:
    """What item non-response leaves open, where it is known."""
    if row.suppressed or row.bound_low is None or row.bound_high is None:
        return None
    return Range(row.bound_low, row.bound_high)


def standing(row: ScoreRow, report: ReportInput) -> Standing:
    """The class of an agency's headline: its interval and its bounds lie on one side, or it is unclear."""
    numbers = shown(row)
    if not report.compared or report.standard is None:
        return Standing.TOGETHER
    if numbers is None or is_indicative(row, report.thresholds):
        return Standing.NOT_COMPARED
    left_open = bounds(row) or Range(numbers.low, numbers.high)
    if max(numbers.high, left_open.high) < report.standard:
        return Standing.BELOW
    if min(numbers.low, left_open.low) > report.standard:
        return Standing.ABOVE
    return Standing.UNCLEAR


def participation_range(row: ScoreRow, items: Iterable[ScoreRow], visitors: int) -> Range | None:
    """The least and the greatest score of all visitors, had those who stayed silent all judged alike.

    With n of V heard on an item, its share lies between n/V of its lower bound and the mirror image of that;
    an index of items is held by the item fewest were asked (worst-case bounds after Manski, 1989). None where
    fewer visitors were counted than people answered: the count is then wrong.
    """
    left_open = bounds(row)
    if left_open is None or row.n is None or visitors < row.n:
        return None
    silent = visitors - row.n
    heard = [item.n or 0 for item in items] or [row.n]
    share = min(n / (n + silent) if n + silent else 0.0 for n in heard)
    return Range(left_open.low * share, 100 - (100 - left_open.high) * share)
