"""The population: the same for a seed, plausible, and ordered by true quality."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

import numpy as np

from analysis.synthetic import (
    MISSING_CODES,
    City,
    CityModel,
    ItemSpec,
    make_city,
    truth,
)
from tests.analysis.synthetic.cities import DEPARTMENTS, HANOI, ITEMS, SMALL, small_city


def bytes_of(city: City) -> list[bytes]:
    arrays = [city.quality, city.response, city.codes, *city.visits.values()]
    return [array.tobytes() for array in arrays]


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(small: City) -> None:
    again, other = (small_city(seed) for seed in (2, 3))
    assert bytes_of(again) == bytes_of(small)
    assert again.places == small.places
    assert again.procedures == small.procedures
    assert all(one != two for one, two in zip(bytes_of(other)[:3], bytes_of(small)[:3], strict=True))


def test_the_city_has_every_unit_place_and_visit(city: City) -> None:
    assert len(HANOI) == 126
    assert len(city.units) == 141
    assert city.size == 250_000
    assert sum(place.visits for place in city.places) == 250_000
    receiving = {city.units[place.unit].code for place in city.places}
    assert receiving == {unit.code for unit in HANOI}
    np.testing.assert_array_equal(
        city.visits["received"], [city.places[place].unit for place in city.visits["place"].tolist()]
    )
    assert set(np.unique(city.visits["decides"]).tolist()) == set(range(141))
    assert math.isclose(sum(procedure.share for procedure in city.procedures), 1.0)


def test_a_department_decides_what_its_procedure_says_and_the_ward_the_rest(city: City) -> None:
    table = np.array([procedure.decides for procedure in city.procedures])[city.visits["procedure"]]
    local = table < 0
    assert 0.3 < local.mean() < 0.7
    np.testing.assert_array_equal(city.visits["decides"][local], city.visits["received"][local])
    np.testing.assert_array_equal(city.visits["decides"][~local], table[~local])


def test_agencies_differ_and_their_levels_are_plausible(city: City) -> None:
    scores = np.array([row.value for row in truth(city) if row.recipe == "top2/fixed_weights"])
    assert len(scores) == 141
    assert 55 < scores.min() < 72
    assert 90 < scores.max() < 97
    assert 75 < scores.mean() < 90
    assert 4 < scores.std() < 10
    middle = np.sort(scores)[7:-7]
    assert middle.min() > 60
    assert middle.max() < 95


def test_true_quality_orders_the_scores(city: City) -> None:
    item_scores = {
        construct: np.array(
            [row.value for row in truth(city, construct=construct) if row.recipe == "mean100/item_weighted"]
        )
        for construct in ("access", "officials")
    }
    receiving = [unit.kind != "department" for unit in city.units]
    for construct, scores in item_scores.items():
        quality = city.quality[receiving, city.constructs.index(construct)]
        assert np.corrcoef(quality, scores)[0, 1] > 0.9


def test_answers_of_one_person_and_of_one_day_go_together(city: City) -> None:
    one, two = city.codes[0], city.codes[4]
    both = (one > 0) & (two > 0)
    assert np.corrcoef(one[both], two[both])[0, 1] > 0.25
    calm = make_city(SMALL, ITEMS, 4, visits=60_000, model=CityModel(day_sd=0.0))
    moody = make_city(SMALL, ITEMS, 4, visits=60_000, model=CityModel(day_sd=0.6))
    assert between_days(moody) > 3 * between_days(calm)


def between_days(city: City) -> float:
    """Variance of the means of days around the means of their places, of the first item."""
    answered = city.codes[0] > 0
    place, day = city.visits["place"][answered], city.visits["day"][answered]
    answers = city.codes[0][answered].astype(float)
    answers -= (np.bincount(place, weights=answers) / np.bincount(place))[place]
    cells = np.unique(place * 1000 + day, return_inverse=True)[1]
    return float(np.var(np.bincount(cells, weights=answers) / np.bincount(cells)))


def test_missing_reasons_have_their_own_places(city: City) -> None:
    reasons = {name: (city.codes == code).mean(axis=1) for name, code in MISSING_CODES.items()}
    complaints = np.array([item.construct == "complaints" for item in city.items])
    assert (reasons["not_applicable"][~complaints] == 0).all()
    assert (reasons["not_applicable"][complaints] > 0.65).all()
    assert (reasons["not_applicable"][complaints] < 0.8).all()
    assert ((reasons["dont_know"] > 0.001) & (reasons["dont_know"] < 0.11)).all()
    assert ((reasons["refused"] > 0.0001) & (reasons["refused"] < 0.012)).all()


def test_who_made_no_complaint_is_asked_none_of_its_items_and_the_dissatisfied_complain_more(
    city: City,
) -> None:
    silent = city.codes[-3:] == MISSING_CODES["not_applicable"]
    assert (silent == silent[0]).all()
    officials = city.codes[8]
    rated = officials > 0
    assert officials[rated & ~silent[0]].mean() < officials[rated & silent[0]].mean() - 0.1


def test_rarer_items_are_nested_in_commoner_ones() -> None:
    items = (ItemSpec("way", "complaints", "received", 0.6), ItemSpec("told", "complaints", "received", 0.2))
    codes = make_city(SMALL, items, 1, visits=6_000).codes
    asked = codes != MISSING_CODES["not_applicable"]
    assert not (asked[1] & ~asked[0]).any()
    assert asked[0].sum() > 2 * asked[1].sum()


def test_an_item_that_applies_to_everybody_is_asked_of_everybody() -> None:
    steep = CityModel(complaint_slope=20.0)  # so steep that powers of uniforms round to 1
    codes = make_city(SMALL, ITEMS[:1], 1, visits=6_000, model=steep).codes
    assert not (codes == MISSING_CODES["not_applicable"]).any()


def test_who_decides_follows_from_the_group_where_the_shares_say_so() -> None:
    model = CityModel(decided_locally=(0.0, 0.0, 0.0, 1.0))
    city = make_city(HANOI[:10] + DEPARTMENTS[:3], ITEMS[:3], 4, visits=6_000, model=model)
    groups = np.array([procedure.group for procedure in city.procedures])[city.visits["procedure"]]
    for position, group in enumerate(("construction", "land_housing", "tax")):
        assert set(city.visits["decides"][groups == group].tolist()) == {10 + position}
    other = groups == "other"
    assert (city.visits["decides"][other] == city.visits["received"][other]).all()


def test_an_improvement_raises_that_agency_and_no_other() -> None:
    better = HANOI[3].code
    before = make_city(SMALL, ITEMS, 7, visits=20_000)
    after = make_city(SMALL, ITEMS, 7, visits=20_000, model=CityModel(improvement={better: 0.4}))
    answered = (before.codes > 0) & (after.codes > 0)
    assert ((before.codes > 0) == (after.codes > 0)).all()
    assert (after.codes[answered] >= before.codes[answered]).all()
    gains: dict[str, float] = {}
    for old, new in zip(truth(before), truth(after), strict=True):
        if old.recipe == "top2/fixed_weights":
            gains[old.agency] = new.value - old.value
    assert gains.pop(better) > 4
    assert set(gains.values()) == {0.0}


def test_the_page_about_the_city_gives_the_assumptions_as_they_are() -> None:
    page = (Path(__file__).parents[3] / "docs" / "known-truth-city.md").read_text(encoding="utf-8")
    table = [f"| `{name}` | `{value!r}` |" for name, value in asdict(CityModel()).items()]
    assert "\n".join(table) in page
