"""Every estimator and its standard error equal those computed from first principles, under every design."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.analysis.laws.reference import index, value_and_se
from tests.analysis.laws.suite import DESIGNS, ITEMS, estimates, on_duckdb, sample

RULES = ("fixed_weights", "item_weighted", "mean_of_factors", "pooled_answers", "person_mean")


def _within(frame: pl.DataFrame, level: str) -> Any:
    inside = (frame["g"] == level).to_numpy()

    def values(column: str) -> Any:
        answer = frame[column].cast(float).to_numpy()
        there = inside & ~np.isnan(answer)
        return np.where(there, answer, 0.0), there

    return values


def _statistics(frame: pl.DataFrame, level: str) -> dict[tuple[str, str], Any]:
    values = _within(frame, level)
    (y, has_y), (x, has_x), (k, has_k) = values("y"), values("x"), values("k")
    top, both = (k >= 4).astype(float), has_y & has_x
    return {
        ("mean", "mean y"): lambda w: (w * y).sum() / (w * has_y).sum(),
        ("proportion", "proportion k"): lambda w: (w * top).sum() / (w * has_k).sum(),
        ("ratio", "ratio y/x"): lambda w: (w * y * both).sum() / (w * x * both).sum(),
        ("total", "total y"): lambda w: (w * y).sum(),
    }


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("design", DESIGNS)
def test_estimators_equal_first_principles(design: str, engine: str) -> None:
    frame = sample(7)
    given = on_duckdb(frame) if engine == "duckdb" else frame
    for (estimator, name), statistic in _statistics(frame, "tay").items():
        value, se = value_and_se(statistic, frame, **DESIGNS[design])
        rows = estimates(given, estimator, ["g"], **DESIGNS[design])
        (row, *_) = [row for row in rows if row.name == name and row.domain == ("tay",)]
        assert row.value == pytest.approx(value, rel=1e-10)
        assert row.se == pytest.approx(se, rel=1e-10)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("design", DESIGNS)
def test_indices_equal_first_principles(design: str, engine: str) -> None:
    frame = sample(8)
    given = on_duckdb(frame) if engine == "duckdb" else frame
    # outside the domain nobody answers: the design keeps them
    inside = frame.with_columns(pl.when(pl.col("g") == "nam").then(pl.col(item.column)) for item in ITEMS)
    rows = {
        row.name: row
        for row in estimates(given, "indices", ["g"], **DESIGNS[design])
        if row.domain == ("nam",)
    }
    for measure in ("top2", "mean100"):
        for rule in RULES:
            value, se = value_and_se(index(inside, ITEMS, measure, rule), frame, **DESIGNS[design])
            row = rows[f"{measure}/{rule} whole"]
            assert row.value == pytest.approx(value, rel=1e-10)
            assert row.se == pytest.approx(se, rel=1e-9)
        for item in ITEMS:
            value, se = value_and_se(
                index(inside, (item,), measure, "item_weighted"), frame, **DESIGNS[design]
            )
            row = rows[f"{measure}/item {item.column}"]
            assert row.value == pytest.approx(value, rel=1e-10)
            assert row.se == pytest.approx(se, rel=1e-9)
