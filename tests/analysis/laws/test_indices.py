"""What the rules of aggregation owe to each other, to the bounds and to the base."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import SurveyDesign
from analysis.index_sums import MEASURES, OUTSIDE_BASE, ItemSet, RatedItem
from analysis.indices import indices
from tests.analysis.laws.suite import DESIGNS, ITEMS, WHOLE, sample

if TYPE_CHECKING:
    from analysis.indices import IndexEstimate

RULES = ("fixed_weights", "item_weighted", "mean_of_factors", "pooled_answers", "person_mean")
BOTH = ["strata", "clusters"]


def scores(
    frame: pl.DataFrame,
    items: tuple[RatedItem, ...] = ITEMS,
    sets: list[ItemSet] | None = None,
    by: tuple[str, ...] = (),
    **design: Any,
) -> dict[tuple[Any, ...], IndexEstimate]:
    """The scores by (domain..., set, item, measure, rule)."""
    sets = [ItemSet(name="whole", items=items)] if sets is None else sets
    rows = indices(SurveyDesign(frame.lazy(), **design), items, sets, by=by)
    return {(*row.domain, row.set, row.item, row.measure, row.rule): row for row in rows}


def numbers(row: IndexEstimate) -> list[float]:
    return [
        float(n)
        for n in (row.value, row.se, row.low, row.high, row.bound_low, row.bound_high)
        if n is not None
    ]


def _all_answered(frame: pl.DataFrame) -> pl.DataFrame:
    """Nobody leaves out an item."""
    return frame.with_columns(
        *(pl.col(item.column).fill_null(item.low) for item in ITEMS),
        *(pl.lit(None, dtype=pl.String).alias(item.missing) for item in ITEMS),
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_of_one_item_all_rules_are_its_score(design: str) -> None:
    found = scores(sample(41, psus=3), ITEMS[:1], **DESIGNS[design])
    for measure in MEASURES:
        item = numbers(found["", "q1", measure, "item"])
        assert len(item) == 6
        for rule in RULES:
            assert numbers(found["whole", "", measure, rule]) == pytest.approx(item, rel=1e-9)


@pytest.mark.parametrize("design", BOTH)
@settings(max_examples=3)
@given(seed=st.integers(0, 9999))
def test_without_missing_answers_pooled_items_and_persons_agree(design: str, seed: int) -> None:
    found = scores(_all_answered(sample(seed, psus=3)), **DESIGNS[design])
    for measure in MEASURES:
        pooled = found["whole", "", measure, "pooled_answers"]
        for rule in ("item_weighted", "person_mean"):
            assert numbers(found["whole", "", measure, rule]) == pytest.approx(numbers(pooled), rel=1e-9)
        assert pooled.bound_low == pytest.approx(pooled.value, rel=1e-12)
        assert pooled.bound_high == pytest.approx(pooled.value, rel=1e-12)


@pytest.mark.parametrize("design", BOTH)
def test_equal_fixed_weights_are_item_weighted(design: str) -> None:
    items = tuple(replace(item, weights=(0.3, 7)) for item in ITEMS)
    found = scores(sample(42, psus=3), items, **DESIGNS[design])
    for measure in MEASURES:
        assert numbers(found["whole", "", measure, "fixed_weights"]) == pytest.approx(
            numbers(found["whole", "", measure, "item_weighted"]), rel=1e-12
        )


@pytest.mark.parametrize("design", BOTH)
def test_factors_of_equal_size_are_item_weighted(design: str) -> None:
    items = tuple(replace(item, construct=item.column) for item in ITEMS)
    found = scores(sample(43, psus=3), items, **DESIGNS[design])
    for measure in MEASURES:
        assert numbers(found["whole", "", measure, "mean_of_factors"]) == pytest.approx(
            numbers(found["whole", "", measure, "item_weighted"]), rel=1e-12
        )


@pytest.mark.parametrize("design", BOTH)
@settings(max_examples=4)
@given(seed=st.integers(0, 9999))
def test_bounds_contain_the_estimate(design: str, seed: int) -> None:
    for row in scores(sample(seed, psus=3), by=("g",), **DESIGNS[design]).values():
        assert row.reason == ""
        low, value, high = float(row.bound_low or 0), float(row.value or 0), float(row.bound_high or 0)
        assert 0 <= low <= value + 1e-9
        assert value <= high + 1e-9 <= 100 + 1e-6
        assert 0 <= float(row.low or 0) <= value + 1e-9 <= float(row.high or 0) + 1e-6


@pytest.mark.parametrize("design", BOTH)
@pytest.mark.parametrize("worst", [True, False])
def test_bounds_are_the_recipe_with_every_missing_answer_filled(design: str, worst: bool) -> None:  # noqa: FBT001 - a case
    frame = sample(44, psus=3)
    filled = frame.with_columns(
        pl.when(pl.col(item.column).is_not_null() | pl.col(item.missing).is_in(OUTSIDE_BASE))
        .then(pl.col(item.column))
        .otherwise(item.low if worst else item.high)
        for item in ITEMS
    )
    found, other = scores(frame, **DESIGNS[design]), scores(filled, **DESIGNS[design])
    for key, row in found.items():
        bound = row.bound_low if worst else row.bound_high
        assert bound == pytest.approx(other[key].value, rel=1e-9), key


def test_who_is_outside_the_base_counts_nowhere() -> None:
    frame = sample(45, psus=3)
    outside = pl.col("row") % 4 == 0
    out = frame.with_columns(
        *(pl.when(~outside).then(pl.col(item.column)) for item in ITEMS),
        *(
            pl.when(outside).then(pl.lit("off_route")).otherwise(pl.col(item.missing)).alias(item.missing)
            for item in ITEMS
        ),
    )
    weightless = out.with_columns(w=pl.when(outside).then(0.0).otherwise(pl.col("w")))
    ours, theirs = scores(out, **DESIGNS["clusters"]), scores(weightless, **DESIGNS["clusters"])
    for key, row in ours.items():
        assert (row.n, row.n_valid, row.df) == (theirs[key].n, theirs[key].n_valid, theirs[key].df)
        assert numbers(row) == pytest.approx(numbers(theirs[key]), rel=1e-9)


def test_counts_tell_who_could_rate_from_who_did() -> None:
    frame = pl.DataFrame(
        {
            "q1": [5, None, None, None, 1],
            "q1__missing": [None, "dont_know", "not_applicable", "off_route", None],
            "q2": [None, None, None, 4, 1],
            "q2__missing": ["refused", "blank", "off_route", None, None],
        }
    )
    found = scores(frame, ITEMS[:2])
    whole, first = found["whole", "", "top2", "pooled_answers"], found["", "q1", "top2", "item"]
    assert (first.n, first.n_valid) == (3, 2)
    assert (whole.n, whole.n_valid) == (4, 3)
    # q1: 5 and 1 of three who could rate, so 1/2 between 1/3 and 2/3
    assert numbers(first)[0] == 50
    assert numbers(first)[-2:] == pytest.approx([100 / 3, 200 / 3], rel=1e-12)
    # pooled: two satisfied of four answers; of seven that could have been given 2 to 5 (three are missing)
    assert whole.value == 50
    assert numbers(whole)[-2:] == pytest.approx([200 / 7, 500 / 7], rel=1e-12)


def test_scales_of_different_length_are_one_scale() -> None:
    """1..5 at 4, 1..4 at 4 and 0..2 at 1 are 75, 100 and 50: on average 75."""
    frame = pl.DataFrame({"q1": [4, 4], "q2": [4, 4], "q3": [1, 1]}).with_columns(
        pl.lit(None, dtype=pl.String).alias(item.missing) for item in ITEMS
    )
    found = scores(frame)
    assert [found["", item.column, "mean100", "item"].value for item in ITEMS] == pytest.approx([75, 100, 50])
    for rule in ("item_weighted", "pooled_answers", "person_mean"):
        assert found["whole", "", "mean100", rule].value == pytest.approx(75, rel=1e-12)
    # factors a (75, 100) and b (50); fixed weights 3, 1, 2
    assert found["whole", "", "mean100", "mean_of_factors"].value == pytest.approx(68.75, rel=1e-12)
    assert found["whole", "", "mean100", "fixed_weights"].value == pytest.approx((3 * 75 + 100 + 2 * 50) / 6)
    assert found["whole", "", "top2", "item_weighted"].value == pytest.approx(200 / 3)


@pytest.mark.parametrize("design", ["interviews", "weighted interviews", "strata", "clusters", "two stages"])
@pytest.mark.parametrize("height", [0.0, 0.5, 1.0])
def test_where_all_answer_alike_the_interval_is_exact_in_every_design(height: float, design: str) -> None:
    """Rounding leaves no variance behind, no score above 100, and no interval of a point."""
    item = RatedItem(column="q", low=1, high=7, satisfied=(6, 7), construct="a", missing="q__missing")
    pair = (item, replace(item, column="r", missing="r__missing"))
    code = int(1 + 6 * height)
    frame = sample(46, psus=4).with_columns(
        pl.lit(code).alias("q"),
        pl.lit(code).alias("r"),
        *(pl.lit(None, dtype=pl.String).alias(f"{name}__missing") for name in "qr"),
    )
    for row in scores(frame, pair, by=("g",), **DESIGNS[design]).values():
        expected = 100 * height if row.measure == "mean100" else 100 * float(code >= 6)
        assert row.value == pytest.approx(expected, rel=1e-12)
        assert 0 <= float(row.value or 0) <= 100
        assert row.se == 0
        low, high = float(row.low or 0), float(row.high or 0)
        assert high - low > 5
        assert low <= float(row.value or 0) <= high


def test_whoever_took_everybody_needs_no_interval_and_others_do() -> None:
    """North is a census of people who differ, south a sample of people who all say 4."""
    frame = _all_answered(sample(47, psus=3)).filter(pl.col("s") != "west")
    frame = frame.with_columns(
        N=pl.when(pl.col("s") == "north").then(pl.len().over("s")).otherwise(900),
        q1=pl.when(pl.col("s") == "north").then(pl.col("q1")).otherwise(4),
    )
    found = scores(frame, ITEMS[:1], by=("s",), strata="s", weights="w", fpc="N")
    north, south = (found[s, "whole", "", "mean100", "fixed_weights"] for s in ("north", "south"))
    assert north.se == south.se == 0
    assert north.low == north.high == north.value
    assert float(south.low or 0) < 75 - 5 < 75 + 5 < float(south.high or 0)


def test_all_of_the_first_stage_alike_is_no_census_of_people() -> None:
    frame = _all_answered(sample(48, psus=3)).with_columns(q1=4, psus=pl.lit(3))
    design = DESIGNS["two stages"] | {"fpc": ["psus", "people_in_psu"]}
    row = scores(frame, ITEMS[:1], **design)["whole", "", "top2", "fixed_weights"]
    assert row.value == 100
    assert float(row.low or 0) < 99


@pytest.mark.parametrize("design", BOTH)
def test_a_set_may_be_named_like_an_item_or_another(design: str) -> None:
    frame = sample(49, psus=3)
    plain = scores(frame, **DESIGNS[design])
    sets = [ItemSet(name="q1", items=ITEMS), ItemSet(name="q2", items=ITEMS[1:])]
    named = scores(frame, sets=sets, **DESIGNS[design])
    for (of_set, item, measure, rule), row in plain.items():
        other = named["q1" if of_set else "", item, measure, rule]
        assert numbers(other) == numbers(row)


@pytest.mark.parametrize("design", BOTH)
def test_a_set_of_which_no_item_has_a_weight_has_no_fixed_weights_score(design: str) -> None:
    items = (ITEMS[0], replace(ITEMS[1], weights=(0, 1)))
    sets = [ItemSet(name="second", items=items[1:])]
    found = scores(sample(50, psus=3), items, sets, **DESIGNS[design])
    assert ("second", "", "top2", "fixed_weights") not in found
    assert found["second", "", "mean100", "fixed_weights"].value == pytest.approx(
        found["second", "", "mean100", "item_weighted"].value
    )
    assert ("second", "", "top2", "item_weighted") in found


@pytest.mark.parametrize("design", BOTH)
def test_who_does_not_answer_for_an_item_is_not_scored_on_it(design: str) -> None:
    """Two agencies, of which the second answers for the last item alone."""
    frame = sample(51, psus=3).with_columns(
        g=pl.when(pl.col("g") == "tay").then(pl.lit("second")).otherwise(pl.lit("first"))
    )
    first = pl.col("g") == "first"
    frame = frame.with_columns(
        *(pl.when(first).then(pl.col(item.column)) for item in ITEMS[:2]),
        *(
            pl.when(first).then(pl.col(item.missing)).otherwise(pl.lit("off_route")).alias(item.missing)
            for item in ITEMS[:2]
        ),
        front=first.cast(pl.Int64),
    )
    items = (*(replace(item, judged="front") for item in ITEMS[:2]), ITEMS[2])
    found = scores(frame, items, by=("g",), **DESIGNS[design])
    assert ("second", "", "q1", "top2", "item") not in found
    for measure in MEASURES:
        alone = numbers(found["second", "", "q3", measure, "item"])
        for rule in RULES:
            assert numbers(found["second", "whole", "", measure, rule]) == pytest.approx(alone, rel=1e-9)


def test_a_reason_stands_where_there_is_no_number() -> None:
    frame = pl.DataFrame(
        {
            "g": ["none", "none", "one", "some", "some"],
            "q1": [None, None, 5, 5, 4],
            "q1__missing": ["dont_know", "blank", None, None, None],
            "q2": [None, None, 4, None, None],
            "q2__missing": ["refused", "blank", None, "dont_know", "dont_know"],
        }
    )
    found = scores(frame, ITEMS[:2], by=("g",))
    for agency, reason in (
        ("none", "no_answers"),
        ("one", "no_degrees_of_freedom"),
        ("some", "item_without_answers"),
    ):
        row = found[agency, "whole", "", "top2", "fixed_weights"]
        assert row.reason == reason
        assert numbers(row) == []
        assert row.deff is None
    assert found["some", "whole", "", "top2", "pooled_answers"].reason == ""


def test_a_rare_item_of_one_agency_costs_the_others_no_digit() -> None:
    """Where one of 20,000 answered an item its coefficient is 10,000 times that of the others."""
    rng = np.random.default_rng(3)
    n = 20_000
    rare = np.where(np.arange(n) == 7, 5, 0)
    small = np.arange(n) % 200 == 0
    second = np.where(small, rng.integers(1, 6, n), rare)
    frame = pl.DataFrame(
        {
            "g": np.where(small, "small", "large"),
            "w": rng.uniform(0.1, 10, n),
            "q1": rng.integers(1, 6, n),
            "q2": [int(code) or None for code in second],
            "q1__missing": pl.Series([None] * n, dtype=pl.String),
            "q2__missing": [None if code else "dont_know" for code in second],
        }
    )
    items = tuple(replace(ITEMS[0], column=name, missing=f"{name}__missing") for name in ("q1", "q2"))
    together = scores(frame, items, by=("g",), weights="w")
    alone = scores(
        frame.with_columns(g=pl.when(pl.col("g") == "small").then(pl.col("g"))), items, by=("g",), weights="w"
    )
    key = ("small", "whole", "", "mean100", "fixed_weights")
    assert together[key].se == pytest.approx(alone[key].se, rel=1e-9)


def test_the_whole_is_the_set_of_the_suite() -> None:
    assert WHOLE.items == ITEMS
    assert len({item.high - item.low for item in ITEMS}) == 3
