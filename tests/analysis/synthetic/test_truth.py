"""The truth, against a computation person by person."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from analysis.synthetic import (
    MISSING_CODES,
    RECIPES,
    City,
    ItemSpec,
    draw,
    item_truth,
    make_city,
    truth,
)
from tests.analysis.synthetic.cities import CENSUS, ITEMS, SMALL, columns_of

WORTH = {
    "top2": {"1": 0.0, "2": 0.0, "3": 0.0, "4": 100.0, "5": 100.0},
    "mean100": {"1": 0.0, "2": 25.0, "3": 50.0, "4": 75.0, "5": 100.0},
}


def by_brute_force(
    columns: dict[str, list[Any]], items: tuple[ItemSpec, ...], agency: str, measure: str
) -> dict[str, float]:
    """The five rules person by person, from the columns that leave the city."""
    worth = WORTH[measure]
    answers: dict[str, list[float]] = {}
    persons = []
    for person in range(len(columns["id"])):
        own = []
        for item in items:
            if columns[item.role][person] == agency and columns[item.name][person] != "not_applicable":
                given = answers.setdefault(item.name, [])
                if columns[item.name][person] in worth:
                    given.append(worth[columns[item.name][person]])
                    own.append(given[-1])
        if own:
            persons.append(fmean(own))
    means = {name: fmean(given) for name, given in answers.items()}
    constructs: dict[str, list[float]] = {}
    for item in items:
        if item.name in means:
            constructs.setdefault(item.construct, []).append(means[item.name])
    return {
        "fixed_weights": fmean(means.values()),
        "pooled_answers": fmean([value for given in answers.values() for value in given]),
        "item_weighted": fmean(means.values()),
        "mean_of_factors": fmean([fmean(scores) for scores in constructs.values()]),
        "person_mean": fmean(persons),
    }


MIXED_ROLES = (
    ItemSpec("signs", "access", "received"),
    ItemSpec("fees", "procedures", "decides"),
    ItemSpec("fair", "result", "decides"),
    ItemSpec("fast", "result", "helps"),
    ItemSpec("told", "complaints", "helps", 0.3),
    ItemSpec("heard", "complaints", "received", 0.3),
)


@pytest.mark.parametrize("items", [ITEMS, MIXED_ROLES], ids=["instrument", "roles that meet in one agency"])
def test_a_census_gives_the_truth_by_every_recipe(items: tuple[ItemSpec, ...]) -> None:
    city = make_city(SMALL, items, 3, visits=3_000)
    census = draw(city, 1, CENSUS)
    columns = columns_of(census)
    assert set(columns["weight"]) == {1.0}
    assert len(columns["id"]) == 3_000
    for construct in (None, *city.constructs):
        chosen = tuple(item for item in items if construct in {None, item.construct})
        found = {(row.agency, row.recipe): row.value for row in truth(city, construct=construct)}
        agencies = {agency for item in chosen for agency in columns[item.role]}
        assert set(found) == {(agency, recipe) for agency in agencies for recipe in RECIPES}
        for agency in agencies:
            for measure in WORTH:
                for rule, value in by_brute_force(columns, chosen, agency, measure).items():
                    assert found[agency, f"{measure}/{rule}"] == pytest.approx(value, abs=1e-9)


def test_the_truth_counts_the_visits_in_which_an_agency_had_a_judged_role() -> None:
    city = make_city(SMALL, MIXED_ROLES, 3, visits=3_000)
    columns = columns_of(draw(city, 1, CENSUS))
    for row in truth(city):
        roles = zip(columns["received"], columns["decides"], columns["helps"], strict=True)
        assert row.visits == sum(row.agency in three for three in roles)


def test_items_have_their_own_truth(small: City) -> None:
    columns = columns_of(draw(small, 1, CENSUS))
    rows = item_truth(small)
    assert len(rows) == 2 * (10 * 19 + 2 * 3)
    for row in rows:
        item = next(item for item in ITEMS if item.name == row.item)
        worth = WORTH[row.recipe.removesuffix("/item")]
        cells = [
            cell
            for cell, agency in zip(columns[item.name], columns[item.role], strict=True)
            if agency == row.agency
        ]
        assert row.value == pytest.approx(fmean([worth[cell] for cell in cells if cell in worth]), abs=1e-9)
        assert row.visits == len(cells)


def test_fixed_weights_weigh_the_items(small: City) -> None:
    weights = {"officials_1": 3.0, "result_2": 1.0}
    items = {(row.agency, row.item, row.recipe): row.value for row in item_truth(small)}
    for row in truth(small, weights=weights):
        if row.recipe != "mean100/fixed_weights":
            continue
        result = items[row.agency, "result_2", "mean100/item"]
        if row.agency.startswith("D"):
            assert row.value == pytest.approx(result)
        else:
            officials = items[row.agency, "officials_1", "mean100/item"]
            assert row.value == pytest.approx((3 * officials + result) / 4)


def test_an_item_that_nobody_answers_has_no_truth_and_one_that_nobody_could_rate_leaves_the_index(
    small: City,
) -> None:
    known = {(row.agency, row.recipe): row.value for row in truth(small, construct="access")}
    access = np.array([item.construct == "access" for item in ITEMS])[:, None]
    for reason, undefined in (("dont_know", True), ("not_applicable", False)):
        silent = np.where(access, small.codes, MISSING_CODES[reason]).astype(np.int8)
        rows = [row for row in truth(replace(small, codes=silent)) if row.recipe == "top2/item_weighted"]
        for row in rows:
            department = row.agency.startswith("D")
            assert math.isnan(row.value) == (undefined or department)
            assert math.isnan(row.value) or row.value == known[row.agency, row.recipe]
