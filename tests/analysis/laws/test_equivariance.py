"""Means and totals move and stretch with what is measured; shares and ratios as their definitions say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from tests.analysis.laws.suite import DESIGNS, sample

if TYPE_CHECKING:
    from analysis.results import Estimate

SCALES = (1e-12, 1e-6, -2.5, 1e6, 1e12)


def _design(frame: pl.DataFrame, name: str) -> SurveyDesign:
    return SurveyDesign(frame.lazy(), **DESIGNS[name])


def _pairs(ours: list[Estimate], others: list[Estimate]) -> list[tuple[Estimate, Estimate]]:
    assert ours
    return list(zip(ours, others, strict=True))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("estimator", [mean, total])
def test_a_mean_and_a_total_stretch_with_their_variable(estimator: object, scale: float, design: str) -> None:
    frame = sample(11, psus=3)
    stretched = frame.with_columns(pl.col("y") * scale)
    assert callable(estimator)
    ours = estimator(_design(stretched, design), "y", by="g").rows
    for one, other in _pairs(ours, estimator(_design(frame, design), "y", by="g").rows):
        assert one.value == pytest.approx(scale * other.value, rel=1e-10)
        assert one.se == pytest.approx(abs(scale) * other.se, rel=1e-10)
        assert one.deff == pytest.approx(other.deff, rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("shift", [-3.5, 1e3, 1e6])
@pytest.mark.parametrize("variable", ["y", "k"])
def test_a_mean_moves_with_its_variable(variable: str, shift: float, design: str) -> None:
    """Far from zero the variable is centred, so that its second moments keep their digits."""
    frame = sample(12, psus=3)
    move = int(shift) if variable == "k" else shift
    ours = mean(_design(frame.with_columns(pl.col(variable) + move), design), variable, by="g").rows
    for one, other in _pairs(ours, mean(_design(frame, design), variable, by="g").rows):
        assert one.value == pytest.approx(other.value + move, rel=1e-10)
        assert one.se == pytest.approx(other.se, rel=1e-7 if abs(move) > 1e3 else 1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_total_moves_by_the_shift_times_the_weight(design: str) -> None:
    frame = sample(13, psus=3)
    ours = total(_design(frame.with_columns(pl.col("y") + 7.5), design), "y", by="g").rows
    for one, other in _pairs(ours, total(_design(frame, design), "y", by="g").rows):
        assert one.value == pytest.approx(other.value + 7.5 * other.sum_weights, rel=1e-10)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_share_and_its_complement_add_to_one(design: str) -> None:
    frame = sample(14, psus=3)
    ours = proportion(_design(frame, design), "k", level=[4, 5], by="g").rows
    for one, other in _pairs(ours, proportion(_design(frame, design), "k", level=[1, 2, 3], by="g").rows):
        assert one.value + other.value == pytest.approx(1, rel=1e-12)
        assert one.se == pytest.approx(other.se, rel=1e-9)
        assert one.low == pytest.approx(1 - float(other.high or 0), rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_share_is_the_mean_of_its_indicator(design: str) -> None:
    frame = sample(15, psus=3).with_columns(top=(pl.col("k") >= 4).cast(pl.Int8), said=pl.col("k") >= 4)
    shares = proportion(_design(frame, design), "k", level=[4, 5], by="g").rows
    for column in ("top", "said"):
        for one, other in _pairs(shares, mean(_design(frame, design), column, by="g").rows):
            assert (one.n, one.df) == (other.n, other.df)
            assert one.value == pytest.approx(other.value, rel=1e-12)
            assert one.se == pytest.approx(other.se, rel=1e-10)
            assert one.deff == pytest.approx(other.deff, rel=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_ratio_has_the_units_of_its_sides(design: str) -> None:
    frame = sample(16, psus=3)
    stretched = frame.with_columns(y=pl.col("y") * 1e6, x=pl.col("x") * 1e-3)
    ours = ratio(_design(stretched, design), "y", "x", by="g").rows
    for one, other in _pairs(ours, ratio(_design(frame, design), "y", "x", by="g").rows):
        assert one.value == pytest.approx(1e9 * other.value, rel=1e-10)
        assert one.se == pytest.approx(1e9 * other.se, rel=1e-9)
