"""Complementary suppression as theorems: the truth fits, less told is never more known, none is in vain."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis.disclosure import ALWAYS, Protected, Statements, complementary, ranges
from analysis.errors import StatisticsError

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Table:
    """Scores of items, each a cell, and sums of some of them, each a cell too; rounded to whole points."""

    truth: np.ndarray
    told: Statements

    @property
    def cells(self) -> int:
        return int(self.told.cell.max()) + 1


def table(truth: list[float], sums: list[list[int]], half: float = 0.5) -> Table:
    """The cells of these items, and of the mean of each set of them."""
    exact = np.array(truth)
    weights = np.zeros((len(truth) + len(sums), len(truth)))
    weights[: len(truth)] = np.eye(len(truth))
    for row, items in enumerate(sums, len(truth)):
        weights[row, items] = 1 / len(items)
    values = weights @ exact
    told = Statements(
        lower=np.zeros(len(truth)),
        upper=np.full(len(truth), 100.0),
        weights=sparse.csr_array(weights),
        low=np.floor(values) - half + 0.5,
        high=np.floor(values) + half + 0.5,
        cell=np.arange(len(weights)),
    )
    return Table(exact, told)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    truth = draw(st.lists(st.floats(0, 99.9), min_size=2, max_size=6))
    items = st.lists(st.integers(0, len(truth) - 1), min_size=1, unique=True)
    return table(truth, draw(st.lists(items, min_size=1, max_size=4)))


def alone(one: Table, item: int, width: float) -> Protected:
    return Protected(weights=np.eye(len(one.truth))[[item]], width=np.array([width]))


@given(tables(), st.data())
def test_the_truth_lies_in_every_range(one: Table, data: st.DataObject) -> None:
    withheld = data.draw(st.frozensets(st.integers(0, one.cells - 1)))
    low, high = ranges(one.told, np.eye(len(one.truth)), withheld)
    assert np.all(low <= one.truth + 1e-6)
    assert np.all(one.truth <= high + 1e-6)


@given(tables(), st.data())
def test_withholding_more_never_narrows_a_range(one: Table, data: st.DataObject) -> None:
    cells = st.frozensets(st.integers(0, one.cells - 1))
    less = data.draw(cells)
    more = less | data.draw(cells)
    wanted = np.eye(len(one.truth))
    (low, high), (lower, higher) = (ranges(one.told, wanted, withheld) for withheld in (less, more))
    assert np.all(lower <= low + 1e-6)
    assert np.all(high <= higher + 1e-6)


@given(tables(), st.floats(0, 100))
def test_what_is_withheld_is_enough_needed_and_the_least_valuable(one: Table, width: float) -> None:
    protected, first = alone(one, 0, width), frozenset({0})
    groups = [frozenset({cell}) for cell in range(1, one.cells)]
    found = complementary(one.told, protected, first, groups)

    def holds(withheld: frozenset[int]) -> bool:
        low, high = ranges(one.told, protected.weights, withheld)
        return bool(high[0] - low[0] >= width - 1e-6)

    assert first <= found
    assert holds(found)
    for cell in found - first:
        assert not holds(found - {cell})
    # the most valuable cell that is withheld could not have been spared by any choice among the others
    if found - first:
        dearest = max(found)
        assert not holds(first.union(range(1, dearest)))


@given(tables())
def test_nothing_is_withheld_where_nothing_gives_anything_away(one: Table) -> None:
    assert complementary(one.told, alone(one, 0, 0.0), NOTHING, [frozenset({1})]) == NOTHING


def test_one_withheld_item_follows_from_its_sum_and_two_do_not() -> None:
    """Items of 90, 50 and 10 points with a mean of 50: the third is 3 x 50 - 90 - 50."""
    one = table([90.0, 50.0, 10.0], [[0, 1, 2]], half=0.0)
    low, high = ranges(one.told, np.eye(3)[[2]], frozenset({2}))
    assert (low[0], high[0]) == pytest.approx((10.0, 10.0), abs=2)
    low, high = ranges(one.told, np.eye(3)[[2]], frozenset({1, 2}))
    assert (low[0], high[0]) == pytest.approx((0.0, 60.0), abs=2)
    groups = [frozenset({1}), frozenset({0}), frozenset({3})]
    assert complementary(one.told, alone(one, 2, 55.0), frozenset({2}), groups) == {1, 2}
    # 99 points stay open only without the item of 90, and then the other is not needed any more
    assert complementary(one.told, alone(one, 2, 99.0), frozenset({2}), groups) == {0, 2}


def test_a_sum_near_its_end_gives_its_items_away_and_goes_itself() -> None:
    one = table([99.0, 98.0, 97.0], [[0, 1, 2]])
    groups = [frozenset({0}), frozenset({1}), frozenset({3})]
    assert complementary(one.told, alone(one, 2, 50.0), frozenset({2}), groups) == {2, 3}


@given(tables(), st.data())
def test_groups_are_withheld_whole(one: Table, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(1, one.cells)))
    cut = data.draw(st.integers(0, len(numbers)))
    groups = [frozenset(numbers[:cut]), frozenset(numbers[cut:])]
    found = complementary(one.told, alone(one, 0, 40.0), frozenset({0}), groups)
    possible = [frozenset({0}).union(*some) for size in range(3) for some in combinations(groups, size)]
    assert found in possible


def test_what_cannot_be_protected_is_refused() -> None:
    one = table([90.0, 50.0], [[0, 1]])
    with pytest.raises(StatisticsError, match="NOT_PROTECTED"):
        complementary(one.told, alone(one, 0, 50.0), frozenset({0}), [])


def test_statements_that_contradict_each_other_are_refused() -> None:
    one = Statements(
        lower=np.zeros(1),
        upper=np.full(1, 100.0),
        weights=sparse.csr_array(np.ones((2, 1))),
        low=np.array([10.0, 20.0]),
        high=np.array([11.0, 21.0]),
        cell=np.array([ALWAYS, 0]),
    )
    with pytest.raises(StatisticsError, match="CONTRADICTION"):
        ranges(one, np.ones((1, 1)), NOTHING)
    low, high = ranges(one, np.ones((1, 1)), frozenset({0}))
    assert (low[0], high[0]) == (10.0, 11.0)
