"""A domain is never a filter on rows: the whole design stays behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from tests.analysis.laws.suite import DESIGNS, close, estimates, sample

if TYPE_CHECKING:
    from analysis.results import Estimate

CALLS = {
    "mean": lambda design, **options: mean(design, ["y", "k"], **options),
    "proportion": lambda design, **options: proportion(design, "k", level=5, interval="wilson", **options),
    "ratio": lambda design, **options: ratio(design, "y", "x", **options),
    "total": lambda design, **options: total(design, ["y", "k"], **options),
}


def _numbers(row: Estimate) -> tuple[object, ...]:
    return row.variable, row.n, row.sum_weights, row.value, row.se, row.low, row.high, row.df, row.deff


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("call", CALLS)
def test_where_and_by_are_the_same_domain(call: str, design: str) -> None:
    survey = SurveyDesign(sample(21, psus=3).lazy(), **DESIGNS[design])
    by = CALLS[call](survey, by="g").rows
    for level in ("dong", "nam", "tay"):
        where = CALLS[call](survey, where={"g": level}).rows
        assert [_numbers(row) for row in where] == [_numbers(row) for row in by if row.by == {"g": level}]


@pytest.mark.parametrize("call", CALLS)
def test_crossings_are_the_same_domain_however_they_are_asked(call: str) -> None:
    survey = SurveyDesign(sample(22).lazy(), **DESIGNS["clusters"])
    crossed = CALLS[call](survey, by=["g", "s"]).rows
    nested = CALLS[call](survey, by="g", where={"s": "south"}).rows
    assert [_numbers(row) for row in nested] == [_numbers(row) for row in crossed if row.by["s"] == "south"]


def test_two_levels_together_are_one_domain() -> None:
    frame = sample(23)
    survey = SurveyDesign(frame.with_columns(east=pl.col("g") != "tay").lazy(), **DESIGNS["clusters"])
    (together,) = mean(survey, "y", where={"g": ["dong", "nam"]}).rows
    (named,) = mean(survey, "y", where={"east": True}).rows
    assert _numbers(together) == _numbers(named)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_mean_of_a_domain_is_a_ratio_of_totals(design: str) -> None:
    frame = (
        sample(24)
        .with_columns(
            here=pl.when(pl.col("y").is_not_null()).then((pl.col("g") == "nam").cast(pl.Int64)),
        )
        .with_columns(part=pl.col("y") * pl.col("here"))
    )
    survey = SurveyDesign(frame.lazy(), **DESIGNS[design])
    (domain,) = mean(survey, "y", where={"g": "nam"}).rows
    (quotient,) = ratio(survey, "part", "here").rows
    assert domain.value == pytest.approx(quotient.value, rel=1e-12)
    assert domain.se == pytest.approx(quotient.se, rel=1e-10)


@pytest.mark.parametrize("design", DESIGNS)
def test_totals_of_domains_add_to_the_whole(design: str) -> None:
    survey = SurveyDesign(sample(25).lazy(), **DESIGNS[design])
    (whole,) = total(survey, "y").rows
    parts = total(survey, "y", by="g")
    assert sum(row.value for row in parts.rows) == pytest.approx(whole.value, rel=1e-10)
    assert parts.covariance.sum() == pytest.approx(whole.se**2, rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_index_of_a_domain_does_not_ask_who_else_is_there(design: str) -> None:
    frame = sample(26, psus=3)
    alone = frame.with_columns(g=pl.when(pl.col("g") == "tay").then(pl.col("g")))
    together = [
        row for row in estimates(frame, "indices", ["g"], **DESIGNS[design]) if row.domain == ("tay",)
    ]
    close(estimates(alone, "indices", ["g"], **DESIGNS[design]), together, rel=1e-12)


def test_degrees_of_freedom_are_those_of_the_domain_or_of_the_design() -> None:
    frame = sample(27, psus=4).with_columns(
        g=pl.when(pl.col("p").is_in(["north0", "north1"])).then(pl.lit("a"))
    )
    survey = SurveyDesign(frame.lazy(), **DESIGNS["clusters"])
    (inside,) = mean(survey, "k", by="g").rows
    (whole,) = mean(survey, "k", by="g", df="design").rows
    assert (inside.df, whole.df) == (2 - 1, 12 - 3)
    assert (inside.value, inside.se) == (whole.value, whole.se)
    assert float(whole.high or 0) - float(whole.low or 0) < float(inside.high or 0) - float(inside.low or 0)
