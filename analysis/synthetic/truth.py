"""The truth: the finite-population value of each agency's index, by every recipe, over all visits.

What a visit would answer is part of the visit, its missing reasons included: a don't-know is no answer in
the truth either. So the truth is what the estimator would give if every visit were interviewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import StatisticsError
from analysis.synthetic.model import MISSING_CODES, ROLES, Array, City

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MEASURES = {"top2": np.array([0.0, 0, 0, 100, 100]), "mean100": np.array([0.0, 25, 50, 75, 100])}
"""What the answers 1..5 are worth."""

RULES = ("fixed_weights", "pooled_answers", "item_weighted", "mean_of_factors", "person_mean")
RECIPES = tuple(f"{measure}/{rule}" for measure, rule in product(MEASURES, RULES))

_LOWEST = min(MISSING_CODES.values())
_CODES = 5 - _LOWEST + 1
_NEUTRAL = 3
_NOT_APPLICABLE = MISSING_CODES["not_applicable"] - _LOWEST


@dataclass(frozen=True)
class Truth:
    """One true value.

    Attributes:
        agency: code of the unit.
        item: name of the item, or empty for a composite.
        recipe: for example `top2/fixed_weights`, or `top2/item`.
        value: 0..100; NaN where an item that some could rate has no answer at all.
        visits: the visits in which the unit had a role that the items judge.
    """

    agency: str
    item: str
    recipe: str
    value: float
    visits: int


def truth(
    city: City, *, construct: str | None = None, weights: Mapping[str, float] | None = None
) -> tuple[Truth, ...]:
    """The composite of every agency by every recipe of `RECIPES`.

    An agency answers, in each of its roles, for the items that judge that role; an item that nobody of its
    visitors could rate is left out of its index.

    Args:
        city: the population.
        construct: only the items of this construct; None = the whole index.
        weights: the fixed weight of each item in `fixed_weights`, 0 where not named; None = equal.

    Raises:
        StatisticsError: `UNKNOWN_CONSTRUCT` or `BAD_WEIGHTS`.
    """
    chosen = _chosen(city, construct)
    fixed = _fixed_weights(city, weights)[chosen]
    counts = _counts(city, chosen)
    factors = np.array([city.constructs.index(city.items[k].construct) for k in chosen])
    visits, persons = _by_person(city, chosen)
    values: dict[str, Array] = {}
    for measure, worth in MEASURES.items():
        answers = counts[:, :, -5:]
        scores = _ratio(answers @ worth, answers.sum(axis=2))
        rated = counts.sum(axis=2) > counts[:, :, _NOT_APPLICABLE]
        values[f"{measure}/fixed_weights"] = _weighted(scores, rated * fixed[:, None])
        values[f"{measure}/pooled_answers"] = _ratio((answers @ worth).sum(axis=0), answers.sum(axis=(0, 2)))
        values[f"{measure}/item_weighted"] = _weighted(scores, rated.astype(float))
        groups = [factors == factor for factor in dict.fromkeys(factors)]
        means = np.array([_weighted(scores[group], rated[group].astype(float)) for group in groups])
        present = np.array([rated[group].any(axis=0) for group in groups])
        values[f"{measure}/mean_of_factors"] = _weighted(means, present.astype(float))
        values[f"{measure}/person_mean"] = persons[measure]
    return tuple(
        Truth(unit.code, "", recipe, float(values[recipe][position]), int(visits[position]))
        for position, unit in enumerate(city.units)
        if visits[position]
        for recipe in RECIPES
    )


def item_truth(city: City) -> tuple[Truth, ...]:
    """The true value of every item for every agency it judges, as `top2/item` and `mean100/item`."""
    counts = _counts(city, np.arange(len(city.items)))
    visits, answers = counts.sum(axis=2), counts[:, :, -5:]
    values = {measure: _ratio(answers @ worth, answers.sum(axis=2)) for measure, worth in MEASURES.items()}
    return tuple(
        Truth(
            unit.code,
            item.name,
            f"{measure}/item",
            float(values[measure][k, position]),
            int(visits[k, position]),
        )
        for position, unit in enumerate(city.units)
        for k, item in enumerate(city.items)
        if visits[k, position]
        for measure in MEASURES
    )


def _chosen(city: City, construct: str | None) -> Array:
    """Positions of the items in the index."""
    if construct is not None and construct not in city.constructs:
        raise StatisticsError(
            "UNKNOWN_CONSTRUCT",
            where="construct",
            expected=", ".join(city.constructs),
            got=construct,
            remedy="Name a construct of the city's items.",
        )
    return np.array([k for k, item in enumerate(city.items) if construct in {None, item.construct}])


def _fixed_weights(city: City, weights: Mapping[str, float] | None) -> Array:
    names = [item.name for item in city.items]
    if weights is None:
        return np.ones(len(names))
    wrong = [
        f"{name}: {value}" for name, value in weights.items() if name not in names or not 0 <= value < np.inf
    ]
    if wrong or not any(weights.values()):
        raise StatisticsError(
            "BAD_WEIGHTS",
            where="weights",
            expected="finite weights not below 0, one above, of items of the city",
            got=", ".join(wrong) or "no weight above 0",
            remedy="Correct the weights named.",
        )
    return np.array([weights.get(name, 0.0) for name in names])


def _counts(city: City, chosen: Array) -> Array:
    """Visits by item, agency in the item's role, and code from -3 to 5: items x units x 9."""
    shape = (len(city.units), _CODES)
    return np.array(
        [
            np.bincount(
                city.visits[city.items[k].role] * _CODES + city.codes[k] - _LOWEST,
                minlength=shape[0] * _CODES,
            ).reshape(shape)
            for k in chosen
        ]
    )


def _by_person(city: City, chosen: Array) -> tuple[Array, dict[str, Array]]:
    """Visits of each unit, and by measure the mean over visits of the mean of what each answered.

    A unit with several roles in one visit is judged there by the items of all of them together: the visit
    counts once, under the first of these roles.
    """
    size = len(city.units)
    roles = [role for role in ROLES if any(city.items[k].role == role for k in chosen)]
    sums = {role: _row_sums(city.codes, [k for k in chosen if city.items[k].role == role]) for role in roles}
    visits, answering = np.zeros(size), np.zeros(size)
    totals = {measure: np.zeros(size) for measure in MEASURES}
    for position, role in enumerate(roles):
        unit = city.visits[role]
        first = np.ones(city.size, dtype=bool)
        for earlier in roles[:position]:
            first &= city.visits[earlier] != unit
        joint = sum(sums[later] * (city.visits[later] == unit) for later in roles[position:])
        visits += np.bincount(unit[first], minlength=size)
        answered, satisfied, points = joint[:, first & (joint[0] > 0)]
        unit = unit[first & (joint[0] > 0)]
        answering += np.bincount(unit, minlength=size)
        means = {"top2": 100 * satisfied / answered, "mean100": 25 * (points - answered) / answered}
        for measure, mean in means.items():
            totals[measure] += np.bincount(unit, weights=mean, minlength=size)
    return visits, {measure: _ratio(total, answering) for measure, total in totals.items()}


def _row_sums(codes: NDArray[np.int8], rows: list[int]) -> NDArray[np.int16]:
    """Of each visit: items answered, answers of 4 or 5, sum of the answers; 3 x visits."""
    sums = np.zeros((3, codes.shape[1]), dtype=np.int16)
    for k in rows:
        sums[0] += codes[k] > 0
        sums[1] += codes[k] > _NEUTRAL
        sums[2] += np.maximum(codes[k], 0)
    return sums


def _ratio(numerator: Array, denominator: Array) -> Array:
    """Element by element, NaN over 0."""
    quotient = np.full(np.shape(denominator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient


def _weighted(values: Array, weights: Array) -> Array:
    """Weighted mean over the first axis; what has no weight does not count, even where it is NaN."""
    return _ratio(np.where(weights > 0, weights * values, 0.0).sum(axis=0), weights.sum(axis=0))
