"""The covariance matrix of a result, and the differences made of it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analysis import SurveyDesign, difference, mean, proportion, ratio, total
from analysis.errors import StatisticsError
from tests.analysis.laws.suite import DESIGNS, sample

CALLS = {
    "means": lambda design: mean(design, ["y", "k"], by="g"),
    "proportions": lambda design: proportion(design, ["k", "q1"], level=4, by="g"),
    "ratios": lambda design: ratio(design, ["y", "k"], ["x", "x"], by="g"),
    "totals": lambda design: total(design, ["y", "k"], by="g"),
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("call", CALLS)
def test_the_diagonal_holds_the_squared_standard_errors(call: str, design: str) -> None:
    result = CALLS[call](SurveyDesign(sample(31, psus=3).lazy(), **DESIGNS[design]))
    matrix = result.covariance
    assert np.diag(matrix) == pytest.approx([row.se**2 for row in result.rows], rel=1e-10)
    assert np.allclose(matrix, matrix.T, rtol=1e-12, atol=1e-15)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12 * np.abs(matrix).max()


@pytest.mark.parametrize("design", ["strata", "finite strata"])
@pytest.mark.parametrize("call", CALLS)
def test_interviews_as_units_covary_as_listed_units_do(call: str, design: str) -> None:
    """Codes that start anew in each stratum are listed, though each has one interview."""
    frame = sample(32, psus=3).with_columns(code=pl.int_range(pl.len()).over("s"))
    summed = CALLS[call](SurveyDesign(frame.lazy(), **DESIGNS[design])).covariance
    listed = CALLS[call](SurveyDesign(frame.lazy(), **DESIGNS[design], psu="code", nest=True)).covariance
    assert np.allclose(summed, listed, rtol=1e-9, atol=1e-12 * np.abs(listed).max())


@pytest.mark.parametrize("call", CALLS)
def test_interviews_in_units_covary_as_second_stage_units_do(call: str) -> None:
    frame = sample(33, psus=3)
    summed = CALLS[call](SurveyDesign(frame.lazy(), **DESIGNS["two stages"])).covariance
    listed = CALLS[call](SurveyDesign(frame.lazy(), **DESIGNS["two stages"], ssu="row")).covariance
    assert np.allclose(summed, listed, rtol=1e-9, atol=1e-12 * np.abs(listed).max())


@pytest.mark.parametrize("design", DESIGNS)
def test_the_difference_of_two_totals_is_the_total_of_the_difference(design: str) -> None:
    frame = sample(34).with_columns(
        minus=pl.when(pl.col("g") == "nam").then(pl.col("y")).when(pl.col("g") == "tay").then(-pl.col("y"))
    )
    survey = SurveyDesign(frame.lazy(), **DESIGNS[design])
    contrast = difference(total(survey, "y", by="g"), {"g": "nam"}, {"g": "tay"})
    (direct,) = total(survey, "minus").rows
    assert contrast.value == pytest.approx(direct.value, rel=1e-10)
    assert contrast.se == pytest.approx(direct.se, rel=1e-9)


def test_the_difference_of_pairs_is_the_mean_of_the_differences_within() -> None:
    """Two answers of one person, 12 persons: se = sd(differences) / sqrt(12), whatever both share."""
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=12) * 9, rng.normal(size=12)
    after += before
    frame = pl.DataFrame(
        {
            "person": list(range(12)) * 2,
            "time": ["after"] * 12 + ["before"] * 12,
            "y": np.concatenate([after, before]),
        }
    )
    result = mean(SurveyDesign(frame.lazy(), psu="person"), "y", by="time")
    paired = difference(result, {"time": "after"}, {"time": "before"})
    assert paired.value == pytest.approx(np.mean(after - before), rel=1e-12)
    assert paired.se == pytest.approx(np.std(after - before, ddof=1) / np.sqrt(12), rel=1e-10)
    assert paired.df == 11
    # Student's t with 11 degrees of freedom: 2.200985
    assert paired.low == pytest.approx(paired.value - 2.200985160082949 * paired.se, rel=1e-10)


def test_the_difference_of_two_variables_of_one_domain_knows_their_covariance() -> None:
    frame = sample(35).drop_nulls(["y", "x"]).with_columns(d=pl.col("y") - pl.col("x"))
    for design in ("strata", "clusters"):
        survey = SurveyDesign(frame.lazy(), **DESIGNS[design])
        contrast = difference(mean(survey, ["y", "x"]), {"variable": "y"}, {"variable": "x"})
        (direct,) = mean(survey, "d").rows
        assert contrast.value == pytest.approx(direct.value, rel=1e-10)
        assert contrast.se == pytest.approx(direct.se, rel=1e-9)


def test_domains_without_an_answer_leave_no_trace_in_the_matrix() -> None:
    frame = sample(36).with_columns(y=pl.when(pl.col("g") != "nam").then(pl.col("y")))
    for design in ("strata", "clusters", "two stages"):
        result = mean(SurveyDesign(frame.lazy(), **DESIGNS[design]), ["y", "k"], by="g")
        assert [(row.variable, row.by["g"]) for row in result.suppressed] == [("y", "nam")]
        assert result.covariance.shape == (5, 5)
        assert np.isfinite(result.covariance).all()


@pytest.mark.parametrize("domain", [{"g": "bac"}, {}, {"h": "nam"}, {"g": "nam", "variable": "z"}])
def test_a_difference_of_rows_that_are_not_there_is_refused(domain: dict[str, str]) -> None:
    result = mean(SurveyDesign(sample(37).lazy()), "y", by="g")
    with pytest.raises(StatisticsError) as caught:
        difference(result, domain, {"g": "nam"})
    assert caught.value.code == "NO_SUCH_ROW"
