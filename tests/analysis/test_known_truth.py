"""Where the truth is known intervals keep their promise, and do not when the satisfied answer more."""

from __future__ import annotations

import pytest

from analysis.indices import indices
from analysis.synthetic import SamplePlan, draw, make_city, truth
from tests.analysis.coverage import (
    ELEMENTS,
    MODEL,
    PLACE_DAYS,
    RATED,
    RECIPES,
    SELECTED,
    WHOLE,
    Coverage,
    coverage,
    survey_of,
)
from tests.analysis.synthetic.cities import CENSUS, ITEMS, SMALL

CITIES = range(1, 21)
PLANS = {"visits, in finite strata": ELEMENTS, "visits of days of places, in two finite stages": PLACE_DAYS}


@pytest.mark.parametrize("plan", PLANS)
def test_intervals_cover_the_truth_as_often_as_they_say(plan: str) -> None:
    for recipe, found in coverage(PLANS[plan], CITIES).items():
        assert found.intervals > 200
        assert found.within(), (recipe, found)


def test_where_the_satisfied_answer_more_intervals_miss_the_truth() -> None:
    """Non-response that depends on the answer is in no standard error; intervals lie above the truth."""
    for recipe, found in coverage(SELECTED, CITIES).items():
        assert not found.within(), (recipe, found)
        assert found.share < 0.8
        assert found.above > 10 * found.below


@pytest.mark.parametrize("census", [CENSUS, SamplePlan(design="place_days", allocation=None, response=1.0)])
def test_a_census_finds_the_truth_of_every_recipe(census: SamplePlan) -> None:
    """Not one person is estimated, and the truth is found; only who did not know leaves an interval."""
    city = make_city(SMALL, ITEMS, 5, visits=3_000, model=MODEL)
    true = {(one.agency, one.recipe): one.value for one in truth(city)}
    found = [
        row for row in indices(survey_of(draw(city, 6, census)), RATED, [WHOLE], by=["agency"]) if row.set
    ]
    assert len(found) == len(true) == len(SMALL) * 10
    for row in found:
        assert row.value == pytest.approx(true[row.domain[0], f"{row.measure}/{row.rule}"], rel=1e-9)
        assert row.se == 0
        assert row.low < row.value < row.high


def test_the_bounds_of_coverage_know_what_chance_allows() -> None:
    """Of 1000 intervals 950 -+ 23 cover by chance: the 99.9 % bounds of the binomial distribution."""
    assert Coverage(1000, 950, 25, 25).within()
    assert Coverage(1000, 927, 40, 33).within()
    assert not Coverage(1000, 920, 40, 40).within()
    assert not Coverage(1000, 975, 12, 13).within()
    assert set(RECIPES) <= {f"{measure}/fixed_weights" for measure in ("top2", "mean100")}
