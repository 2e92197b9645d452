"""Cities and plans that are refused, by place and all faults at once."""

from __future__ import annotations

import math

import pytest

from analysis.errors import StatisticsError
from analysis.synthetic import (
    City,
    CityModel,
    ItemSpec,
    SamplePlan,
    Unit,
    draw,
    make_city,
    truth,
    volunteers,
)
from tests.analysis.synthetic.cities import DEPARTMENTS, ITEMS, SMALL


@pytest.mark.parametrize(
    ("units", "items", "model", "where"),
    [
        ((), ITEMS, CityModel(), "units"),
        (DEPARTMENTS, ITEMS, CityModel(), "units"),
        (SMALL + SMALL[:1], ITEMS, CityModel(), "units"),
        (SMALL, (), CityModel(), "items"),
        (SMALL, ITEMS + ITEMS[:1], CityModel(), "items"),
        (SMALL, (ItemSpec("signs", "access", "pays"),), CityModel(), "signs"),
        (SMALL, (ItemSpec("signs", "access", "received", 0.0),), CityModel(), "signs"),
        (SMALL, (ItemSpec("signs", "access", "received", math.nan),), CityModel(), "signs"),
        (SMALL, ITEMS, CityModel(days=0), "days"),
        (SMALL, ITEMS, CityModel(person_sd=-0.1), "person_sd"),
        (SMALL, ITEMS, CityModel(unit_sd=math.inf), "unit_sd"),
        (SMALL, ITEMS, CityModel(dont_know=(0.2, 0.1)), "dont_know"),
        (SMALL, ITEMS, CityModel(response=(0.5, 1.1)), "response"),
        (SMALL, ITEMS, CityModel(decided_locally=(0.4, 1.1, 0.3, 0.75)), "decided_locally"),
        (SMALL, ITEMS, CityModel(thresholds=(0.0, -1.0, 1.0, 2.0)), "thresholds"),
        (SMALL, ITEMS, CityModel(mean_quality=math.nan), "mean_quality"),
        (SMALL, ITEMS, CityModel(improvement={"X": 1.0}), "improvement"),
        (SMALL, ITEMS, CityModel(improvement={"D01": math.nan}), "improvement"),
    ],
)
def test_a_city_that_cannot_be_is_refused_by_place(
    units: tuple[Unit, ...], items: tuple[ItemSpec, ...], model: CityModel, where: str
) -> None:
    with pytest.raises(StatisticsError) as refused:
        make_city(units, items, 1, visits=6_000, model=model)
    assert refused.value.code == "BAD_CITY"
    assert refused.value.where == where


def test_all_faults_of_a_city_come_at_once() -> None:
    with pytest.raises(StatisticsError) as refused:
        make_city(SMALL + SMALL[:1], (), -1, visits=6_000, model=CityModel(days=0))
    assert refused.value.where == "units, items, seed, days"


def test_too_few_visits_for_the_places_are_refused() -> None:
    with pytest.raises(StatisticsError, match="FEW_VISITS") as refused:
        make_city(SMALL, ITEMS, 1, visits=15)
    assert refused.value.got == "15"


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        (SamplePlan(allocation=0), "allocation"),
        (SamplePlan(allocation={"00004": 3}), "allocation"),
        (SamplePlan(response=0.0), "response"),
        (SamplePlan(response=1.01), "response"),
        (SamplePlan(response=math.nan), "response"),
        (SamplePlan(response={"nowhere": 0.5}), "response"),
        (SamplePlan(selection=math.inf), "selection"),
        (SamplePlan(per_day=5), "per_day"),
        (SamplePlan(design="place_days", per_day=0), "per_day"),
        (SamplePlan(strata="decides"), "strata"),  # type: ignore[arg-type]  # a word from outside
        (SamplePlan(design="streets"), "design"),  # type: ignore[arg-type]  # a word from outside
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused_by_place(small: City, plan: SamplePlan, where: str) -> None:
    with pytest.raises(StatisticsError) as refused:
        draw(small, 1, plan)
    assert refused.value.code == "BAD_PLAN"
    assert refused.value.where == where


def test_volunteers_that_cannot_be_are_refused_all_at_once(small: City) -> None:
    with pytest.raises(StatisticsError, match="BAD_PLAN") as refused:
        volunteers(small, -1, small.size + 1, selection=math.nan)
    assert refused.value.where == "seed, count, selection"
    with pytest.raises(StatisticsError, match="BAD_PLAN"):
        volunteers(small, 1, 0)


@pytest.mark.parametrize(
    ("plan", "labels"),
    [
        (SamplePlan(allocation=1, response=1.0), {unit.code for unit in SMALL[:10]}),
        (SamplePlan(design="place_days", allocation=1, response=1.0), {unit.code for unit in SMALL[:10]}),
    ],
)
def test_a_stratum_without_variance_is_refused_by_name(
    small: City, plan: SamplePlan, labels: set[str]
) -> None:
    with pytest.raises(StatisticsError, match="FEW_RESPONDENTS") as refused:
        draw(small, 1, plan)
    assert set(refused.value.where.split(", ")) == labels


def test_a_place_day_with_one_interview_of_many_is_refused(small: City) -> None:
    with pytest.raises(StatisticsError, match="FEW_RESPONDENTS") as refused:
        draw(small, 1, SamplePlan(design="place_days", allocation=5, per_day=1, response=1.0))
    assert all(label.count("-") == 2 for label in refused.value.where.split(", "))


def test_strata_that_are_lacking_or_unknown_are_named(small: City) -> None:
    response = dict.fromkeys(list(small.strata("received"))[1:], 0.5) | {"nowhere": 0.5}
    with pytest.raises(StatisticsError) as refused:
        draw(small, 1, SamplePlan(response=response))
    assert refused.value.got == f"not in both: {SMALL[0].code}, nowhere"


def test_unknown_constructs_and_weights_are_refused(small: City) -> None:
    with pytest.raises(StatisticsError, match="UNKNOWN_CONSTRUCT"):
        truth(small, construct="speed")
    for weights in ({"nothing": 1.0}, {"access_1": -1.0}, {"access_1": math.inf}, {"access_1": 0.0}, {}):
        with pytest.raises(StatisticsError, match="BAD_WEIGHTS"):
            truth(small, weights=weights)
