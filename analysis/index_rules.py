"""The rules of aggregation: from the sums of a pass to values, variances and bounds in every domain.

All values here are shares of the scale, 0..1. See `indices.py` for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.covariance import Smooth, pair, variance
from analysis.estimation import domain_counts, domain_sums
from analysis.index_sums import MEASURES, IndexFrame, ItemSet, RatedItem, unit_of
from analysis.totals import Totals, sum_up
from analysis.units import LastStage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.design import SurveyDesign

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

LINEAR_RULES = ("fixed_weights", "item_weighted", "mean_of_factors")


@dataclass(frozen=True, kw_only=True)
class Values:
    """An index in D domains; each array has D entries, NaN where there is nothing to compute from.

    Attributes:
        value, variance: the estimate and its variance.
        low, high: the bounds that item non-response leaves.
        deff: design effect, NaN where not defined.
        unanswered: domains where an item that counts has no answer at all.
    """

    value: Floats
    variance: Floats
    low: Floats
    high: Floats
    deff: Floats
    unanswered: Flags


@dataclass(frozen=True, kw_only=True)
class Summed:
    """The sums of the first pass, in cells and in D domains."""

    design: SurveyDesign
    items: Sequence[RatedItem]
    unit: int
    totals: Totals
    sums: dict[str, Floats]

    @property
    def interviews(self) -> bool:
        """Whether the interview is the last stage."""
        return self.design.units.last_stage in {LastStage.INTERVIEW_IN_STRATUM, LastStage.INTERVIEW_IN_PSU}

    def most(self, measure: str) -> int:
        """What the best answer counts in a row."""
        return self.unit if measure == "mean100" else 1

    def counts(self, name: str) -> tuple[Integers, Integers]:
        """D counts of interviews and degrees of freedom of a count of the pass."""
        return domain_counts(self.totals, name, self.design.units.last_stage)

    def kish(self, weight: str) -> Floats:
        """D effective sample sizes (Σw)²/Σw² of a sum of weights."""
        squares = np.bincount(
            self.totals.domain, self.totals.moments[pair(weight, weight)], len(self.totals.domains)
        )
        return np.asarray(self.sums[weight] ** 2 / squares)

    def variance(self, estimate: Smooth) -> Floats:
        """D variances of an estimate from the sums of the pass."""
        return variance(self.totals, self.design.units, estimate)

    def score(self, item: RatedItem, measure: str) -> Floats:
        """D scores of an item."""
        return self.sums[f"{item.column}:{measure}"] / self.most(measure) / self.sums[f"{item.column}:a"]

    def bounds(self, item: RatedItem, measure: str) -> tuple[Floats, Floats]:
        """D scores of an item with its non-response at the worst and at the best answer."""
        base = self.sums[f"{item.column}:base"]
        low = self.sums[f"{item.column}:{measure}"] / self.most(measure) / base
        return low, low + (base - self.sums[f"{item.column}:a"]) / base

    def judged(self, item: RatedItem) -> Flags:
        """D flags whether the domain answers for the item."""
        name = f"{item.column}:judged"
        if name not in self.totals.counts:
            return np.ones(len(self.totals.domains), dtype=bool)
        return np.asarray(self.totals.by_domain(self.totals.counts[name]) > 0)


def summed(
    design: SurveyDesign,
    made: IndexFrame,
    items: Sequence[RatedItem],
    sets: Sequence[ItemSet],
    by: Sequence[str],
) -> Summed:
    """Run the first pass and add the sums over the items of each set."""
    totals = sum_up(design.observing(made.frame), made.request, by=by)
    sums = dict(totals.sums)
    for one in sets:
        for part, name in (("a", "den"), ("base", "base"), *((measure, measure) for measure in MEASURES)):
            sums[f"{one.key}:{name}"] = np.sum([sums[f"{item.column}:{part}"] for item in one.items], axis=0)
    totals = replace(totals, sums=sums)
    return Summed(
        design=design,
        items=items,
        unit=unit_of(items),
        totals=totals,
        sums=domain_sums(totals, list(sums)),
    )


def item(of: Summed, one: RatedItem, measure: str) -> Values:
    """The score of an item: a ratio of two sums."""
    top, bottom = f"{one.column}:{measure}", f"{one.column}:a"
    value = of.score(one, measure)
    spread = of.variance(_ratio(of, top, bottom, measure, value))
    square = value if measure == "top2" else of.sums[f"{top}²"] / of.unit**2 / of.sums[bottom]
    low, high = of.bounds(one, measure)
    return Values(
        value=value,
        variance=spread,
        low=low,
        high=high,
        deff=spread / ((square - value**2) / (of.counts(one.column)[0] - 1)),
        unanswered=of.sums[bottom] == 0,
    )


def pooled(of: Summed, one: ItemSet, measure: str) -> Values:
    """All answers to all items together; the interview stays the unit of its answers."""
    top, bottom = f"{one.key}:{measure}", f"{one.key}:den"
    value = of.sums[top] / of.most(measure) / of.sums[bottom]
    base = of.sums[f"{one.key}:base"]
    low = of.sums[top] / of.most(measure) / base
    return Values(
        value=value,
        variance=of.variance(_ratio(of, top, bottom, measure, value)),
        low=low,
        high=low + (base - of.sums[bottom]) / base,
        deff=np.full(len(value), np.nan),
        unanswered=of.sums[bottom] == 0,
    )


def person(of: Summed, one: ItemSet, measure: str) -> Values:
    """The weighted mean over persons of the mean of what each answered."""
    top, bottom = f"{one.key}:{measure}:person", f"{one.key}:valid"
    value = of.sums[top] / of.sums[bottom]
    gradient = np.stack([1 / of.sums[bottom], -value / of.sums[bottom]], axis=1)
    spread = of.variance(Smooth(parts=(top, bottom), value=value, gradient=gradient))
    n = of.counts(bottom)[0]
    rated = of.sums[f"{one.key}:rated"]
    return Values(
        value=value,
        variance=spread,
        low=of.sums[f"{one.key}:{measure}:low"] / rated,
        high=of.sums[f"{one.key}:{measure}:high"] / rated,
        deff=spread / ((of.sums[f"{top}²"] / of.sums[bottom] - value**2) / (n - 1)),
        unanswered=of.sums[bottom] == 0,
    )


@dataclass(frozen=True, kw_only=True)
class Linear:
    """An index that is Σ v_k R_k: its value and bounds are known, its variance follows.

    Attributes:
        set: the items.
        measure: `top2` or `mean100`.
        rules: the rules that come to these weights.
        weights: D x K weights v, adding to 1 in a row; rows of zeros where nothing is judged.
        scores: D x K item scores, 0 where v is 0.
    """

    set: ItemSet
    measure: str
    rules: tuple[str, ...]
    weights: Floats
    scores: Floats


def linear(of: Summed, one: ItemSet, measure: str) -> list[Linear]:
    """The distinct linear indices of a set; rules with equal weights share one."""
    judged = np.stack([of.judged(item) for item in one.items], axis=1)
    scores = np.stack([of.score(item, measure) for item in one.items], axis=1)
    found: list[Linear] = []
    for rule in LINEAR_RULES:
        weights = _weights(one, rule, judged, MEASURES.index(measure))
        same = next((k for k, other in enumerate(found) if np.array_equal(other.weights, weights)), None)
        if same is None:
            kept = np.where(weights > 0, scores, 0.0)
            found.append(Linear(set=one, measure=measure, rules=(rule,), weights=weights, scores=kept))
        else:
            found[same] = replace(found[same], rules=(*found[same].rules, rule))
    return found


def from_listed_units(of: Summed, index: Linear) -> Floats:
    """D variances of a linear index from the sums of listed units."""
    parts: list[str] = []
    columns = []
    for k, item in enumerate(index.set.items):
        v, a = index.weights[:, k], of.sums[f"{item.column}:a"]
        parts += [f"{item.column}:{index.measure}", f"{item.column}:a"]
        columns += [v / a / of.most(index.measure), -v * index.scores[:, k] / a]
    gradient = np.where(np.repeat(index.weights > 0, 2, axis=1), np.stack(columns, axis=1), 0.0)
    return of.variance(Smooth(parts=tuple(parts), value=index.scores[:, 0], gradient=gradient))


def linear_values(of: Summed, index: Linear, spread: Floats) -> Values:
    """Value and bounds of a linear index, with the variance found elsewhere."""
    bounds = [of.bounds(item, index.measure) for item in index.set.items]
    low, high = (_combine(index.weights, np.stack([both[end] for both in bounds], axis=1)) for end in (0, 1))
    return Values(
        value=_combine(index.weights, index.scores),
        variance=spread,
        low=low,
        high=high,
        deff=np.full(len(spread), np.nan),
        unanswered=np.asarray(((index.weights > 0) & ~np.isfinite(index.scores)).any(axis=1)),
    )


def _combine(weights: Floats, scores: Floats) -> Floats:
    # column by column: a matrix product would leave the order of additions to the library
    out = np.zeros(len(weights))
    for k in range(weights.shape[1]):
        out += np.where(weights[:, k] > 0, weights[:, k] * scores[:, k], 0.0)
    return out


def _ratio(of: Summed, top: str, bottom: str, measure: str, value: Floats) -> Smooth:
    below = of.sums[bottom]
    gradient = np.stack([1 / below / of.most(measure), -value / below], axis=1)
    return Smooth(parts=(top, bottom), value=value, gradient=gradient)


def _weights(one: ItemSet, rule: str, judged: Flags, measure: int) -> Floats:
    """D x K weights of a linear rule over the items that the domain answers for."""
    if rule == "fixed_weights":
        raw = judged * np.array([item.weights[measure] for item in one.items])
    elif rule == "item_weighted":
        raw = judged * 1.0
    else:
        raw = np.zeros(judged.shape)
        for construct in dict.fromkeys(item.construct for item in one.items):
            inside = np.array([item.construct == construct for item in one.items])
            count = (judged & inside).sum(axis=1, keepdims=True)
            raw += np.where(judged & inside, 1.0 / np.maximum(count, 1), 0.0)
    total = raw.sum(axis=1, keepdims=True)
    weights: Floats = np.divide(raw, total, out=np.zeros(raw.shape), where=total > 0)
    return weights
