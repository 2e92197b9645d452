"""Samples: weights, unbiasedness, non-response, columns."""

from __future__ import annotations

import math
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from analysis.synthetic import (
    City,
    CityModel,
    SamplePlan,
    draw,
    make_city,
    volunteers,
)
from tests.analysis.synthetic.cities import HANOI, ITEMS, SMALL, columns_of


def share_satisfied(city: City, construct: str) -> float:
    codes = city.codes[[item.construct == construct for item in city.items]]
    return float((codes >= 4).sum() / (codes > 0).sum())


@pytest.mark.parametrize("design", ["elements", "place_days"])
def test_a_sample_depends_on_its_seed_alone(small: City, design: Any) -> None:
    plan = SamplePlan(design=design, allocation=8, response=0.9)
    np.random.seed(1)  # noqa: NPY002 - the global state is disturbed to show that nothing reads it
    first = columns_of(draw(small, 5, plan))
    assert columns_of(draw(small, 5, plan)) == first
    assert columns_of(draw(small, 6, plan)) != first


@pytest.mark.parametrize("strata", ["received", "place"])
def test_weights_sum_to_the_visits_of_each_stratum(city: City, strata: Any) -> None:
    sample, visits = draw(city, 3, SamplePlan(strata=strata, allocation=60)), city.strata(strata)
    sums: dict[str, float] = {}
    for stratum, weight, fpc in zip(*(sample.columns[n] for n in ("stratum", "weight", "fpc")), strict=True):
        sums[stratum] = sums.get(stratum, 0.0) + weight
        assert fpc == visits[stratum]
    assert sums == pytest.approx(visits)
    assert sum(sums.values()) == pytest.approx(city.size)


def test_weights_of_drawn_place_days_sum_to_their_visits_times_the_days_they_stand_for(city: City) -> None:
    sample = draw(city, 3, SamplePlan(design="place_days", allocation=6, per_day=12, response=0.9))
    columns = columns_of(sample)
    days = dict.fromkeys(zip(columns["stratum"], columns["psu"], strict=True), 0.0)
    counts = {}
    for s, p, weight, first, second in zip(
        *(columns[name] for name in ("stratum", "psu", "weight", "fpc", "fpc2")), strict=True
    ):
        days[s, p] += weight
        counts[s, p] = (first, second)
    assert len(days) == 6 * len(HANOI)
    for key, weight in days.items():
        first, second = counts[key]
        assert weight == pytest.approx(first / 6 * second)
    place_of = {place.code: city.units[place.unit].code for place in city.places}
    assert all(place_of[psu.rsplit("-", 1)[0]] == stratum for stratum, psu in days)


@pytest.mark.parametrize(
    "plan",
    [
        SamplePlan(allocation=30, response=0.6),
        SamplePlan(strata="place", allocation=30),
        SamplePlan(design="place_days", allocation=8, response=0.8),
        SamplePlan(design="place_days", allocation=8, per_day=6, response=0.95),
    ],
    ids=["elements", "places", "place-days", "two stages"],
)
def test_weighted_totals_are_unbiased_when_non_response_is_ignorable(plan: SamplePlan) -> None:
    city = make_city(SMALL, ITEMS[:3], 11, visits=12_000, model=CityModel(days=20))
    satisfied = city.codes[0] >= 4
    samples = [draw(city, seed, plan) for seed in range(150)]
    totals = [float((sample.columns["weight"] * satisfied[sample.rows]).sum()) for sample in samples]
    assert abs(fmean(totals) - satisfied.sum()) < 3.5 * np.std(totals) / math.sqrt(len(totals))


def test_non_response_that_is_not_ignorable_biases_the_score(city: City) -> None:
    true = share_satisfied(city, "officials")

    def estimate(selection: float) -> float:
        sample = draw(city, 9, SamplePlan(allocation=400, selection=selection))
        codes = sample.codes[8:13]
        weight = sample.columns["weight"]
        return float(((codes >= 4) * weight).sum() / ((codes > 0) * weight).sum())

    assert abs(estimate(0.0) - true) < 0.01
    assert estimate(1.5) > true + 0.03
    assert estimate(-1.5) < true - 0.03


def test_volunteers_are_so_many_different_visits_and_depend_on_the_seed_alone(small: City) -> None:
    first = volunteers(small, 5, 700, selection=0.5)
    assert (np.diff(first) > 0).all()
    assert len(first) == 700
    assert (volunteers(small, 5, 700, selection=0.5) == first).all()
    assert (volunteers(small, 6, 700, selection=0.5) != first).any()
    assert (volunteers(small, 5, small.size, selection=0.5) == np.arange(small.size)).all()


def test_volunteers_are_everybody_alike_or_rather_the_satisfied_or_the_dissatisfied(city: City) -> None:
    true = share_satisfied(city, "officials")

    def share(selection: float) -> float:
        codes = city.codes[8:13, volunteers(city, 9, 12_000, selection=selection)]
        return float((codes >= 4).sum() / (codes > 0).sum())

    assert abs(share(0.0) - true) < 0.01
    assert share(1.5) > true + 0.03
    assert share(-1.5) < true - 0.03


def test_each_volunteer_is_taken_with_a_chance_as_stated(small: City) -> None:
    """Of the first taken, the share with a high mean answer is its share of the chances."""
    codes = small.codes
    mean = np.maximum(codes, 0).sum(axis=0) / np.maximum((codes > 0).sum(axis=0), 1)
    chance = np.where((codes > 0).any(axis=0), np.exp(1.0 * (mean - 4)), 1.0)
    high = mean > 4
    taken = np.mean([high[volunteers(small, seed, 1, selection=1.0)[0]] for seed in range(800)])
    expected = chance[high].sum() / chance.sum()
    assert abs(taken - expected) < 3.5 * math.sqrt(expected * (1 - expected) / 800)


def test_a_stratum_has_its_own_response_and_allocation(small: City) -> None:
    strata = small.strata("received")
    allocation = {code: 20 + 2 * position for position, code in enumerate(strata)}
    full = draw(small, 1, SamplePlan(allocation=allocation, response=1.0))
    assert {code: full.columns["stratum"].tolist().count(code) for code in strata} == allocation
    response = dict.fromkeys(strata, 1.0) | {SMALL[0].code: 0.3}
    some = draw(small, 1, SamplePlan(allocation=allocation, response=response)).columns["stratum"].tolist()
    assert some.count(SMALL[0].code) < 15
    assert all(some.count(code) == allocation[code] for code in strata if code != SMALL[0].code)


def test_every_column_is_spoken_for(small: City) -> None:
    for plan in (SamplePlan(), SamplePlan(design="place_days", allocation=8, response=0.9)):
        sample = draw(small, 1, plan)
        design: dict[str, Any] = sample.design
        spoken = {design[key] for key in ("id", "mode", "strata", "psu", "weights") if key in design}
        spoken |= {design["fpc"]} if isinstance(design["fpc"], str) else set(design["fpc"])
        spoken |= {*design["roles"].values(), *design["ignore"], *(item.name for item in ITEMS)}
        assert spoken == set(sample.columns)
        assert {len(values) for values in sample.columns.values()} == {len(sample.rows)}
        assert len(set(sample.columns["id"].tolist())) == len(sample.rows)


def test_columns_hold_what_the_visits_are(small: City) -> None:
    sample = draw(small, 1, SamplePlan(allocation=50))
    words = {-1: "dont_know", -2: "refused", -3: "not_applicable"} | {k: str(k) for k in range(1, 6)}
    for k, item in enumerate(ITEMS):
        assert sample.columns[item.name].tolist() == [words[code] for code in sample.codes[k].tolist()]
    assert set(sample.columns["procedure"]) == {"construction", "land_housing", "tax", "other"}
    assert set(sample.columns["channel"]) == {"counter", "online", "post"}
    assert set(sample.columns["mode"]) == {"web", "telephone"}
    allowed = {"sex": 2, "age": 5, "education": 6, "urban": 2}
    for name, codes in sample.people.items():
        assert set(codes.tolist()) == set(range(1, allowed[name] + 1))
