"""Every case of the frozen R results that the engine answers, each to its stated tolerance."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from analysis.errors import StatisticsError
from analysis.frames import lazy

REFERENCE = Path(__file__).parents[1] / "reference"
KANSAS_CITY = Path(__file__).parents[2] / "examples" / "kansas_city" / "answers.csv"
DUE_KINDS = {"quantile"}
DUE_INTERVALS = {"asin", "likelihood"}
REMEDIES = {"adjust": "centre"}
# R's logit interval comes from an iterated model and its likelihood one from a root search.
TOLERANCE = {"logit": 1e-8}


def _cases() -> list[dict[str, Any]]:
    cases = []
    for name in ("survey_api_basic", "survey_api_lonely", "kcmo_2021q3"):
        cases += json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return cases


def _is_due(case: dict[str, Any]) -> bool:
    estimand = case["estimand"]
    adjusted = case["design"].get("adjust_domain_lonely") is True
    return estimand["kind"] in DUE_KINDS or estimand["interval"] in DUE_INTERVALS or adjusted


CASES = {case["id"]: case for case in _cases() if not _is_due(case)}
DUE = sorted(case["id"] for case in _cases() if _is_due(case))


@functools.cache
def _frame(path: str, engine: str) -> Any:
    file = KANSAS_CITY if "kcmo" in path else REFERENCE / path
    if engine == "polars":
        return pl.read_csv(file, null_values=["", "NA"], infer_schema_length=None).lazy()
    types = ["BIGINT", "DOUBLE", "VARCHAR"]
    return duckdb.read_csv(str(file), na_values=["", "NA"], sample_size=-1, auto_type_candidates=types)


def _design(case: dict[str, Any], frame: Any) -> SurveyDesign:
    spec = case["design"]
    remedy = spec.get("lonely_psu", "fail")
    return SurveyDesign(
        frame,
        strata=spec["strata"],
        psu=spec["psu"],
        ssu=spec["ssu"],
        weights=spec["weights"],
        fpc=spec["fpc"],
        nest=spec["nest"],
        lonely_psu=REMEDIES.get(remedy, remedy),
    )


def _without_missing_codes(frame: Any, estimand: dict[str, Any]) -> Any:
    if not estimand.get("missing_codes"):
        return frame
    column = nw.col(estimand["variable"])
    answered = nw.when(~column.is_in(estimand["missing_codes"])).then(column)
    return nw.to_native(lazy(frame).with_columns(answered.alias(estimand["variable"])))


def _estimate(case: dict[str, Any], engine: str, df: str = "domain") -> Any:
    estimand = case["estimand"]
    design = _design(case, _without_missing_codes(_frame(case["data"], engine), estimand))
    options = {"by": estimand.get("by"), "where": estimand.get("where"), "df": df}
    kind, variable = estimand["kind"], estimand["variable"]
    if kind == "proportion":
        return proportion(design, variable, level=estimand["level"], interval=estimand["interval"], **options)
    if kind == "ratio":
        return ratio(design, variable, estimand["denominator"], **options)
    return {"mean": mean, "total": total}[kind](design, variable, **options)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", CASES)
def test_estimates_equal_those_of_r(name: str, engine: str) -> None:
    case = CASES[name]
    if "error" in case["rows"][0]:
        with pytest.raises(StatisticsError) as caught:
            _estimate(case, engine)
        assert caught.value.code == "LONELY_PSU"
        return
    rows = _estimate(case, engine).rows
    tolerance = case.get("tolerance", 1e-9)
    interval = max(tolerance, TOLERANCE.get(case["estimand"]["interval"], 0))
    assert [{k: str(v) for k, v in row.by.items()} for row in rows] == [
        row.get("by", {}) for row in case["rows"]
    ]
    for ours, theirs in zip(rows, case["rows"], strict=True):
        assert ours.n == theirs["n"]
        assert ours.value == pytest.approx(theirs["estimate"], rel=tolerance)
        assert ours.se == pytest.approx(theirs["se"], rel=tolerance, abs=1e-9)
        if "df" in theirs:
            assert ours.df == theirs["df"]
        if "ci_low" in theirs:
            assert ours.low == pytest.approx(theirs["ci_low"], rel=interval, abs=1e-9)
            assert ours.high == pytest.approx(theirs["ci_high"], rel=interval, abs=1e-9)
        if theirs.get("deff") is not None:
            assert ours.deff == pytest.approx(theirs["deff"], rel=tolerance)
        if "sum_weights" in theirs:
            assert ours.sum_weights == pytest.approx(theirs["sum_weights"], rel=tolerance)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, case in CASES.items()
        # R takes the degrees of freedom of the domain for `beta` whatever it is told
        if "ci_low_design_df" in case["rows"][0] and case["estimand"]["interval"] != "beta"
    ],
)
def test_intervals_with_the_designs_degrees_of_freedom_equal_those_of_r(name: str) -> None:
    case = CASES[name]
    interval = max(case.get("tolerance", 1e-9), TOLERANCE.get(case["estimand"]["interval"], 0))
    for ours, theirs in zip(_estimate(case, "duckdb", df="design").rows, case["rows"], strict=True):
        assert ours.df == theirs["df_design"]
        assert ours.low == pytest.approx(theirs["ci_low_design_df"], rel=interval, abs=1e-9)
        assert ours.high == pytest.approx(theirs["ci_high_design_df"], rel=interval, abs=1e-9)


def test_what_is_due_is_listed() -> None:
    counts = Counter(
        "lonely_domain" if name.startswith("lonely") else name.split("/")[1].split("_")[0] for name in DUE
    )
    assert counts == {"lonely_domain": 4, "median": 8, "prop": 16, "quantile": 56}
