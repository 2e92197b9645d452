"""What a reader of all published cells of one agency knows about its items, as linear statements.

Unknown are, of each item: how many answered it, the share of those who could and did not, and by measure its
score and its lower bound. Everybody knows how these hang together; each published cell adds what it prints,
between the two ends that rounding leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analysis.disclosure import ALWAYS, Protected, Statements
from questionnaires.model import Measure
from survey.publication.cells import PublishedEstimate, Withheld
from survey.scoring.thresholds import WITHHELD_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from questionnaires.model import ResponseScale
    from survey.publication.cells import Key, Published, Range, Rounded

MOST_OF_FEW = WITHHELD_BELOW - 1
OPEN_ANSWERS = 5
# of a score that nine people gave: five of their answers may be anything
WIDTH = 100 * OPEN_ANSWERS / MOST_OF_FEW

Weights = dict[int, float]


@dataclass(frozen=True)
class Part:
    """A rated item of which composites are made."""

    item: str
    construct: str
    scale: ResponseScale


@dataclass(frozen=True)
class Agency:
    """One agency's cells and how its composites are made.

    Attributes:
        contents: the cells by key.
        number: a number for each key, by which a statement names its cell.
        parts: its items.
        weights: of each composite that is a fixed sum of items, the weights; others are left out.
    """

    contents: Mapping[Key, Published]
    number: Mapping[Key, int]
    parts: Sequence[Part]
    weights: Mapping[Key, Mapping[str, float]]

    @property
    def items(self) -> list[str]:
        """The names of its items."""
        return [part.item for part in self.parts]

    @property
    def measures(self) -> list[Measure]:
        """The measures of its cells."""
        return [measure for measure in Measure if any(key.measure is measure for key in self.contents)]


class Unknowns:
    """The places of the unknown numbers."""

    def __init__(self, agency: Agency) -> None:
        self._items = {item: place for place, item in enumerate(agency.items)}
        self._measures = {measure: place for place, measure in enumerate(agency.measures)}
        self._each = 2 + 2 * len(self._measures)
        self.size = self._each * len(self._items)

    def answers(self, item: str) -> int:
        """How many answered it."""
        return self._each * self._items[item]

    def silent(self, item: str) -> int:
        """The share, in points, of those who could answer it and did not."""
        return self.answers(item) + 1

    def score(self, item: str, measure: Measure) -> int:
        """Its score."""
        return self.answers(item) + 2 + 2 * self._measures[measure]

    def least(self, item: str, measure: Measure) -> int:
        """Its lower bound."""
        return self.score(item, measure) + 1


@dataclass
class _Rows:
    """Statements that grow row by row."""

    at: Unknowns
    weights: list[Weights] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    cell: list[int] = field(default_factory=list)

    def add(self, weights: Weights, low: float, high: float, cell: int = ALWAYS) -> None:
        self.weights.append(weights)
        self.low.append(low)
        self.high.append(high)
        self.cell.append(cell)

    def tell(self, weights: Weights, told: Rounded, cell: int) -> None:
        """What a rounded number says of the exact one."""
        value, half = float(told.exact), 0.5 * 10.0**-told.decimals
        self.add(weights, value - half, value + half, cell)

    def matrix(self) -> sparse.csr_array:
        dense = np.zeros((len(self.weights), self.at.size))
        for row, weights in enumerate(self.weights):
            for place, weight in weights.items():
                dense[row, place] = weight
        return sparse.csr_array(dense)


def statements(agency: Agency) -> Statements:
    """Everything that is known of an agency's items once its cells are published."""
    at = Unknowns(agency)
    rows = _Rows(at)
    for part in agency.parts:
        for weights, low, high in _anyway(part, at, agency.measures):
            rows.add(weights, low, high)
    for key, content in agency.contents.items():
        if isinstance(content, Withheld):
            continue
        cell = agency.number[key]
        support = {key.item: 1.0} if key.item else agency.weights.get(key, {})
        support = {item: weight for item, weight in support.items() if item in agency.items}
        if support:
            _tell_counts(rows, list(support), content.n_valid, cell, exact=bool(key.item))
        if support and isinstance(content, PublishedEstimate):
            _tell_numbers(rows, key.measure, support, content, cell)
    return Statements(
        lower=np.zeros(at.size),
        upper=_upper(agency, at),
        weights=rows.matrix(),
        low=np.array(rows.low),
        high=np.array(rows.high),
        cell=np.array(rows.cell, dtype=np.int64),
    )


def protected(agency: Agency, few: Sequence[Key]) -> Protected:
    """What must stay open of the cells that are withheld because few answered.

    Items that every statement treats alike are open alike: one of them stands for all. Of a composite as much
    stays open as of its heaviest item, were the others known.
    """
    at = Unknowns(agency)
    wanted: dict[tuple[tuple[int, float], ...], float] = {}
    for item in _unlike(agency, {key.item for key in few}):
        wanted[((at.answers(item), 1.0),)] = float(OPEN_ANSWERS)
        for measure in agency.measures:
            wanted[((at.score(item, measure), 1.0),)] = WIDTH
    for key in few:
        support = {} if key.item else agency.weights.get(key, {})
        if support:
            row = tuple((at.score(item, key.measure), weight) for item, weight in sorted(support.items()))
            wanted[row] = WIDTH * max(support.values())
    weights = np.zeros((len(wanted), at.size))
    for place, row in enumerate(wanted):
        for column, weight in row:
            weights[place, column] = weight
    return Protected(weights=weights, width=np.array(list(wanted.values())))


def _unlike(agency: Agency, items: AbstractSet[str]) -> list[str]:
    """Of these items one for all that are weighed alike everywhere and asked on the same scale."""
    found: dict[tuple[object, ...], str] = {}
    for part in agency.parts:
        if part.item in items:
            weights = (weights.get(part.item, 0.0) for weights in agency.weights.values())
            found.setdefault((_heights(part.scale), *weights), part.item)
    return list(found.values())


def _anyway(part: Part, at: Unknowns, measures: Sequence[Measure]) -> Iterator[tuple[Weights, float, float]]:
    """How the numbers of an item hang together, whatever they are.

    The lower bound is the score times the share that answered; of that product the four planes are told that
    touch it on the edges of what is possible (McCormick, 1976).
    """
    silent = at.silent(part.item)
    for measure in measures:
        score, least = at.score(part.item, measure), at.least(part.item, measure)
        yield {least: 1, score: -1}, -np.inf, 0
        yield {least: 1, silent: 1}, -np.inf, 100
        yield {least: 1, score: -1, silent: 1}, 0, np.inf
    heights = _heights(part.scale)
    if heights is not None and len(measures) == len(Measure):
        share, mean = (at.score(part.item, measure) for measure in (Measure.TOP2, Measure.MEAN100))
        yield from _between(share, mean, None, heights)
        share, mean = (at.least(part.item, measure) for measure in (Measure.TOP2, Measure.MEAN100))
        yield from _between(share, mean, silent, heights)


def _between(
    share: int, mean: int, without: int | None, heights: tuple[float, float, float, float]
) -> Iterator[tuple[Weights, float, float]]:
    """The mean height lies where the satisfied and the others put it: each somewhere on their stretch."""
    low, high, satisfied_low, satisfied_high = heights
    for satisfied, other, ends in (
        (satisfied_low, low, (0.0, np.inf)),
        (satisfied_high, high, (-np.inf, 0.0)),
    ):
        weights = {mean: 1.0, share: other - satisfied}
        if without is not None:
            weights[without] = other
        yield weights, ends[0] + 100 * other, ends[1] + 100 * other


def _heights(scale: ResponseScale) -> tuple[float, float, float, float] | None:
    """The least and greatest height, 0 to 1, of answers that are not satisfied, and of those that are."""
    least, most = min(scale.codes), max(scale.codes)
    height = {code: (code - least) / (most - least) for code in scale.codes} if most > least else {}
    satisfied = [height[code] for code in height if code in scale.satisfied]
    others = [height[code] for code in height if code not in scale.satisfied]
    if not satisfied or not others:
        return None
    return min(others), max(others), min(satisfied), max(satisfied)


def _tell_counts(rows: _Rows, items: list[str], n_valid: int, cell: int, *, exact: bool) -> None:
    """An item's respondents are told; those of a composite are no fewer than any item's, no more than all."""
    at = rows.at
    if exact:
        rows.add({at.answers(items[0]): 1.0}, n_valid, n_valid, cell)
        return
    for item in items:
        rows.add({at.answers(item): 1.0}, -np.inf, n_valid, cell)
    rows.add({at.answers(item): 1.0 for item in items}, n_valid, np.inf, cell)


def _tell_numbers(
    rows: _Rows, measure: Measure, support: Mapping[str, float], told: PublishedEstimate, cell: int
) -> None:
    at = rows.at
    silent = {at.silent(item): weight for item, weight in support.items()}
    least = {at.least(item, measure): weight for item, weight in support.items()}
    rows.tell({at.score(item, measure): weight for item, weight in support.items()}, told.value, cell)
    rows.tell(silent, told.missing, cell)
    bounds: Range = told.bounds
    rows.tell(least, bounds.low, cell)
    rows.tell(least | silent, bounds.high, cell)


def _upper(agency: Agency, at: Unknowns) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The greatest that each unknown can be: a reader knows which items few answered."""
    told = [content.n_valid for content in agency.contents.values() if not isinstance(content, Withheld)]
    upper = np.full(at.size, 100.0)
    for item in agency.items:
        upper[at.answers(item)] = max(told, default=MOST_OF_FEW)
    for key, content in agency.contents.items():
        if key.item in agency.items and isinstance(content, Withheld) and content.reason == "few_respondents":
            upper[at.answers(key.item)] = MOST_OF_FEW
    return upper
