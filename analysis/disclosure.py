"""Complementary suppression: what is withheld must not follow from what is told.

Numbers that a reader does not know are bounded by everything that is published about them: a composite is
the weighted sum of its items, a bound lies beside its estimate, a count is no greater than that of its whole.
Each such statement is linear, so the closest that a reader can come to a withheld number is the least and the
greatest value of a linear programme (Fischetti and Salazar, 2000; Hundepool and others, Statistical
Disclosure Control, 2012, chapter 4). Further cells are withheld until that range is as wide as is asked for.

Published numbers are rounded: a statement holds between two ends, never exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, sparse

from analysis.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ALWAYS = -1
_AT_ONCE = 12  # programmes solved together: a call costs more than a small programme
_SLACK = 1e-6  # of what the solver calls feasible


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What is told of N unknown numbers x, in R statements low <= weights @ x <= high.

    Attributes:
        lower, upper: N bounds that everybody knows, whatever is published.
        weights: R x N.
        low, high: R ends of the statements.
        cell: R numbers of the published cell that makes the statement; `ALWAYS` for what holds anyway. A
            statement is made as long as its cell is not withheld.
    """

    lower: Floats
    upper: Floats
    weights: sparse.csr_array
    low: Floats
    high: Floats
    cell: Integers


@dataclass(frozen=True, kw_only=True)
class Protected:
    """Withheld numbers, each a weighted sum of the unknown ones.

    Attributes:
        weights: T x N.
        width: T least distances that must remain between the least and the greatest value a reader can prove.
    """

    weights: Floats
    width: Floats


def ranges(told: Statements, wanted: Floats, withheld: frozenset[int]) -> tuple[Floats, Floats]:
    """The least and the greatest value of each of T sums that fits with everything that is told.

    Args:
        told: the statements.
        wanted: T x N weights of the sums.
        withheld: cells that are not published.

    Raises:
        StatisticsError: `CONTRADICTION` when no numbers fit with all statements.
    """
    kept = ~np.isin(told.cell, list(withheld))
    rows, low, high = told.weights[kept], told.low[kept], told.high[kept]
    ends = np.concatenate([wanted, -wanted])
    found = [
        _least(told, rows, low, high, ends[first : first + _AT_ONCE])
        for first in range(0, len(ends), _AT_ONCE)
    ]
    least = np.concatenate([*found, np.empty(0)])
    return least[: len(wanted)], -least[len(wanted) :]


def complementary(
    told: Statements,
    protected: Protected,
    withheld: frozenset[int],
    groups: Sequence[frozenset[int]],
) -> frozenset[int]:
    """The cells to withhold so that no protected number can be told closer than its width.

    No group is withheld without need, and none as long as less valuable ones will do (the preferred minimal
    set of Junker, 2004: withholding more never narrows a range).

    Args:
        told: the statements.
        protected: what must not follow from them.
        withheld: cells that are withheld anyway.
        groups: cells that may be withheld, always together, the least valuable group first.

    Returns:
        `withheld` and the cells of the groups that are needed.

    Raises:
        StatisticsError: `CONTRADICTION` as in `ranges`; `NOT_PROTECTED` when withholding every group is not
            enough.
    """
    trial = _Trial(told, protected)
    if trial.holds(withheld):
        return frozenset(withheld)
    if not trial.holds(withheld.union(*groups)):
        raise StatisticsError(
            "NOT_PROTECTED",
            where=f"{len(protected.width)} withheld numbers",
            expected="a range as wide as was asked for once every group of cells is withheld",
            got="a narrower one",
            remedy="Let more cells be withheld.",
        )
    return frozenset(withheld.union(*_needed(trial, withheld, groups)))


def _needed(
    trial: _Trial, withheld: frozenset[int], groups: Sequence[frozenset[int]]
) -> list[frozenset[int]]:
    """Of groups that protect together and not without some of them, those that are needed."""
    if len(groups) == 1:
        return list(groups)
    cheap, dear = groups[: len(groups) // 2], groups[len(groups) // 2 :]
    with_cheap = withheld.union(*cheap)
    dear = [] if trial.holds(with_cheap) else _needed(trial, with_cheap, dear)
    with_dear = withheld.union(*dear)
    if dear and trial.holds(with_dear):
        return list(dear)
    return [*_needed(trial, with_dear, cheap), *dear]


class _Trial:
    """Tries what happens when some cells are withheld; what failed last is looked at first."""

    def __init__(self, told: Statements, protected: Protected) -> None:
        self._told = told
        self._protected = protected
        self._order = list(range(len(protected.width)))

    def holds(self, withheld: frozenset[int]) -> bool:
        """Whether every protected number stays as open as it must."""
        sizes = [1] + [_AT_ONCE] * (len(self._order) // _AT_ONCE + 1)
        first = 0
        for size in sizes:
            some = self._order[first : first + size]
            low, high = ranges(self._told, self._protected.weights[some], withheld)
            closed = np.flatnonzero(high - low < self._protected.width[some] - _SLACK)
            if len(closed):
                self._order.insert(0, self._order.pop(first + int(closed[0])))
                return False
            first += size
        return True


def _least(told: Statements, rows: sparse.csr_array, low: Floats, high: Floats, wanted: Floats) -> Floats:
    """The least value of each of C sums: C programmes side by side, solved as one."""
    copies = len(wanted)
    solved = optimize.milp(
        wanted.ravel(),
        constraints=optimize.LinearConstraint(
            sparse.block_diag([rows] * copies, format="csr"), np.tile(low, copies), np.tile(high, copies)
        ),
        bounds=optimize.Bounds(np.tile(told.lower, copies), np.tile(told.upper, copies)),
    )
    if solved.x is None:
        raise StatisticsError(
            "CONTRADICTION",
            where=f"{rows.shape[0]} statements about {rows.shape[1]} numbers",
            expected="numbers that fit with every statement",
            got=str(solved.message),
            remedy="Look for a composite that is not what its items make.",
        )
    return np.asarray((wanted * solved.x.reshape(wanted.shape)).sum(axis=1))
