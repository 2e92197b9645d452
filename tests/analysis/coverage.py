"""How often intervals of agencies' indices cover the truth of a city whose every score is known.

Each city and sample has seeds of its own. The test counts over a few cities, the benchmark over many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats

from analysis import SurveyDesign
from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices
from analysis.synthetic import MISSING_CODES, CityModel, SamplePlan, draw, make_city, truth
from tests.analysis.synthetic.cities import ITEMS, SMALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analysis.synthetic import City, Sample

LEAST_RESPONDENTS = 50
RECIPES = ("top2/fixed_weights", "mean100/fixed_weights")
ELEMENTS = SamplePlan(allocation=120)
PLACE_DAYS = SamplePlan(design="place_days", allocation=12, per_day=10, response=0.9)
SELECTED = replace(ELEMENTS, selection=1.0)
MODEL = CityModel(days=20)
VISITS = 8_000

REASONS = {code: reason for reason, code in MISSING_CODES.items()}
ROLES = ("received", "decides")
RATED = tuple(
    RatedItem(
        column=item.name,
        low=1,
        high=5,
        satisfied=(4, 5),
        construct=item.construct,
        missing=f"{item.name}__missing",
        judged=f"judged_{item.role}",
    )
    for item in ITEMS
)
WHOLE = ItemSet(name="whole", items=RATED)


@dataclass(frozen=True)
class Coverage:
    """Of how many intervals how many cover the truth, and how many lie below and above it."""

    intervals: int
    covered: int
    below: int
    above: int

    @property
    def share(self) -> float:
        """The share that covers."""
        return self.covered / self.intervals

    def within(self, level: float = 0.999, nominal: float = 0.95) -> bool:
        """Whether so many covering intervals are what `nominal` coverage allows, two-sided."""
        low, high = stats.binom.interval(level, self.intervals, nominal)
        return bool(low <= self.covered <= high)


def coverage(plan: SamplePlan, cities: Iterable[int]) -> dict[str, Coverage]:
    """The coverage of each recipe over all agencies of the cities with enough respondents."""
    counts: Counter[tuple[str, str]] = Counter()
    for seed in cities:
        city = make_city(SMALL, ITEMS, seed, visits=VISITS, model=MODEL)
        for recipe, place in _places_of_the_truth(city, draw(city, seed + 100_000, plan)):
            counts[recipe, place] += 1
    return {
        recipe: Coverage(
            sum(counts[recipe, place] for place in ("inside", "below", "above")),
            *(counts[recipe, place] for place in ("inside", "below", "above")),
        )
        for recipe in RECIPES
    }


def _places_of_the_truth(city: City, sample: Sample) -> Iterator[tuple[str, str]]:
    """For each agency and recipe where its interval lies: the truth `inside` it, or it `below` or `above`."""
    true = {(one.agency, one.recipe): one.value for one in truth(city)}
    for row in indices(survey_of(sample), RATED, [WHOLE], by=["agency"]):
        recipe = f"{row.measure}/{row.rule}"
        if recipe not in RECIPES or row.n_valid < LEAST_RESPONDENTS or row.low is None or row.high is None:
            continue
        value = true[row.domain[0], recipe]
        yield recipe, "below" if row.high < value else "above" if row.low > value else "inside"


def survey_of(sample: Sample) -> SurveyDesign:
    """The design of a sample that observes one row for each interview and agency that it judges."""
    base = pl.DataFrame({name: column.tolist() for name, column in sample.drawn_as.items()})
    clustered = "psu" in base.columns
    design = SurveyDesign(
        base.lazy(),
        strata="stratum",
        psu="psu" if clustered else None,
        weights="weight",
        fpc=["fpc", "fpc2"] if clustered else "fpc",
    )
    units = np.array([unit.code for unit in sample.city.units])
    agency = {role: sample.city.visits[role][sample.rows] for role in ROLES}
    parts = []
    for place, role in enumerate(ROLES):
        new = np.all([agency[role] != agency[earlier] for earlier in ROLES[:place]], axis=0)
        kept = np.flatnonzero(np.broadcast_to(new, len(sample.rows)))
        holds = {other: agency[other][kept] == agency[role][kept] for other in ROLES}
        judged = {f"judged_{other}": held.astype(np.int64) for other, held in holds.items()}
        answers: dict[str, pl.Series] = {}
        for item, codes in zip(ITEMS, sample.codes, strict=True):
            mine = np.where(holds[item.role], codes[kept], 0)
            answers[item.name] = pl.Series([int(code) if code > 0 else None for code in mine], dtype=pl.Int64)
            answers[f"{item.name}__missing"] = pl.Series(
                [None if code > 0 else REASONS.get(int(code), "off_route") for code in mine], dtype=pl.String
            )
        columns = {"agency": units[agency[role][kept]].tolist(), **judged, **answers}
        parts.append(base[kept.tolist()].hstack(pl.DataFrame(columns)))
    return design.observing(SurveyDesign(pl.concat(parts).lazy()).frame)
