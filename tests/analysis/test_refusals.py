"""What the statistics refuse: each fault ends in its own code, with place, expected, got and remedy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from analysis.errors import StatisticsError
from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices
from tests.analysis.laws.suite import ITEMS, on_duckdb, sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FRAME = sample(61, psus=3).with_columns(day=pl.lit(dt.date(2026, 1, 5)), said=pl.col("y") > 0)
FIRST = pl.col("row") == 0


def _with(**columns: Any) -> pl.DataFrame:
    return FRAME.with_columns(**columns)


def _weights(value: float | None) -> pl.DataFrame:
    return _with(w=pl.when(FIRST).then(pl.lit(value, dtype=pl.Float64)).otherwise(pl.col("w")))


def _mean(design: SurveyDesign) -> object:
    return mean(design, "y")


def _index(item: Callable[[], RatedItem]) -> Callable[[SurveyDesign], object]:
    return lambda design: indices(design, [item()], [ItemSet(name="all", items=(item(),))])


# code, where, frame, design, call
REFUSALS: dict[str, tuple[str, str, pl.DataFrame, dict[str, Any], Callable[[SurveyDesign], object]]] = {
    "a weight is missing": ("WEIGHT_MISSING", "w", _weights(None), {"weights": "w"}, _mean),
    "a weight is negative": ("WEIGHT_NEGATIVE", "w", _weights(-1e-9), {"weights": "w"}, _mean),
    "a weight is infinite": ("WEIGHT_NOT_FINITE", "w", _weights(float("inf")), {"weights": "w"}, _mean),
    "a weight is no number": ("WEIGHT_NOT_FINITE", "w", _weights(float("nan")), {"weights": "w"}, _mean),
    "all weights are zero": ("WEIGHT_ALL_ZERO", "w", _with(w=pl.lit(0.0)), {"weights": "w"}, _mean),
    "weights are text": ("NOT_NUMERIC", "w", _with(w=pl.lit("1")), {"weights": "w"}, _mean),
    "no interview": ("EMPTY_FRAME", "frame", FRAME.head(0), {}, _mean),
    "an unknown weight": ("UNKNOWN_COLUMN", "design", FRAME, {"weights": "nobody"}, _mean),
    "an unknown stratum": ("UNKNOWN_COLUMN", "design", FRAME, {"strata": ["s", "nobody"]}, _mean),
    "a stratum is missing": ("UNIT_MISSING", "s", _with(s=pl.when(~FIRST).then("s")), {"strata": "s"}, _mean),
    "a unit is missing": ("UNIT_MISSING", "p", _with(p=pl.when(~FIRST).then("p")), {"psu": "p"}, _mean),
    "a unit in two strata": (
        "PSU_IN_TWO_STRATA",
        "p",
        _with(p=pl.col("p").str.slice(-1)),
        {"strata": "s", "psu": "p"},
        _mean,
    ),
    "second-stage units alone": ("SSU_WITHOUT_PSU", "ssu", FRAME, {"ssu": "u"}, _mean),
    "an unknown remedy": ("UNKNOWN_REMEDY", "lonely_psu", FRAME, {"lonely_psu": "adjust"}, _mean),
    "counts without weights": (
        "FPC_WITHOUT_WEIGHTS",
        "weights",
        FRAME,
        {"strata": "s", "fpc": "interviews_in_stratum"},
        _mean,
    ),
    "two counts without units": (
        "FPC_STAGES",
        "fpc",
        FRAME,
        {"weights": "w", "fpc": ["psus_in_stratum", "people_in_psu"]},
        _mean,
    ),
    "three counts": (
        "FPC_STAGES",
        "fpc",
        FRAME,
        {"weights": "w", "psu": "p", "fpc": ["psus_in_stratum", "people_in_psu", "ssus_in_psu"]},
        _mean,
    ),
    "a count is missing": (
        "FPC_MISSING",
        "N",
        _with(N=pl.when(~FIRST).then(900)),
        {"weights": "w", "fpc": "N"},
        _mean,
    ),
    "a count is no number": (
        "FPC_MISSING",
        "N",
        _with(N=pl.when(FIRST).then(float("nan")).otherwise(900.0)),
        {"weights": "w", "fpc": "N"},
        _mean,
    ),
    "counts are text": ("NOT_NUMERIC", "N", _with(N=pl.lit("900")), {"weights": "w", "fpc": "N"}, _mean),
    "counts vary": (
        "FPC_VARIES",
        "N",
        _with(N=900 + pl.col("row") % 2),
        {"weights": "w", "strata": "s", "fpc": "N"},
        _mean,
    ),
    "a count varies in a unit": (
        "FPC_VARIES",
        "M",
        _with(M=90 + pl.col("row") % 2),
        {"weights": "w", "strata": "s", "psu": "p", "fpc": ["psus_in_stratum", "M"]},
        _mean,
    ),
    "a fraction for a count": (
        "FPC_TOO_SMALL",
        "stratum north",
        _with(N=pl.lit(0.1)),
        {"weights": "w", "strata": "s", "fpc": "N"},
        _mean,
    ),
    "fewer people than taken": (
        "FPC_TOO_SMALL",
        "PSU north, north0",
        _with(M=pl.lit(5)),
        {"weights": "w", "strata": "s", "psu": "p", "fpc": ["psus_in_stratum", "M"]},
        _mean,
    ),
    "a lonely unit": (
        "LONELY_PSU",
        "north; south; west",
        FRAME.filter(pl.col("p").str.ends_with("0")),
        {"strata": "s", "psu": "p"},
        _mean,
    ),
    "nobody to average with": (
        "LONELY_PSU",
        "north; south; west",
        FRAME.filter(pl.col("p").str.ends_with("0")),
        {"strata": "s", "psu": "p", "lonely_psu": "average"},
        _mean,
    ),
    "one interview": ("LONELY_PSU", "the only stratum", FRAME.head(1), {}, _mean),
    "one interview in every unit of two stages": (
        "LONELY_PSU",
        "north, north0; north, north1; north, north2; south, south0; south, south1",
        FRAME.group_by("p", maintain_order=True).first(),
        {"strata": "s", "psu": "p", "weights": "w", "fpc": ["psus_in_stratum", "people_in_psu"]},
        _mean,
    ),
    "an unknown variable": ("UNKNOWN_COLUMN", "variable", FRAME, {}, lambda d: mean(d, ["y", "Y"])),
    "an unknown domain": ("UNKNOWN_COLUMN", "by", FRAME, {}, lambda d: mean(d, "y", by="nobody")),
    "an unknown condition": ("UNKNOWN_COLUMN", "where", FRAME, {}, lambda d: mean(d, "y", where={"G": 1})),
    "a mean of text": ("NOT_NUMERIC", "g", FRAME, {}, lambda d: mean(d, "g")),
    "a total of dates": ("NOT_NUMERIC", "day", FRAME, {}, lambda d: total(d, "day")),
    "a variable that is no number": (
        "NOT_A_NUMBER",
        "z",
        _with(z=pl.lit(float("nan"))),
        {},
        lambda d: mean(d, "z"),
    ),
    "a variable that is infinite": (
        "NOT_A_NUMBER",
        "z",
        _with(z=pl.lit(-float("inf"))),
        {},
        lambda d: total(d, "z"),
    ),
    "a share of no number": (
        "NOT_A_NUMBER",
        "z",
        _with(z=pl.when(FIRST).then(float("nan")).otherwise(1.0)),
        {},
        lambda d: proportion(d, "z", level=1),
    ),
    "text for a code": ("LEVEL_TYPE", "k", FRAME, {}, lambda d: proportion(d, "k", level="many")),
    "a fraction for a code": ("LEVEL_TYPE", "k", FRAME, {}, lambda d: proportion(d, "k", level=4.5)),
    "a day that is none": ("LEVEL_TYPE", "day", FRAME, {}, lambda d: mean(d, "y", where={"day": "5/1/2026"})),
    "no truth value": ("LEVEL_TYPE", "said", FRAME, {}, lambda d: proportion(d, "said", level="perhaps")),
    "a level of nothing": ("LEVEL_TYPE", "g", FRAME, {}, lambda d: proportion(d, "g", level=None)),
    "a level without end": ("LEVEL_TYPE", "y", FRAME, {}, lambda d: proportion(d, "y", level=float("nan"))),
    "no level": ("NO_LEVEL", "g", FRAME, {}, lambda d: mean(d, "y", where={"g": []})),
    "an interval of shares for a mean": (
        "UNKNOWN_INTERVAL",
        "interval",
        FRAME,
        {},
        lambda d: mean(d, "y", interval="wilson"),
    ),
    "an unknown interval": (
        "UNKNOWN_OPTION",
        "interval",
        FRAME,
        {},
        lambda d: proportion(d, "k", level=1, interval="wald"),
    ),
    "unknown degrees of freedom": (
        "UNKNOWN_OPTION",
        "df",
        FRAME,
        {},
        lambda d: mean(d, "y", df="all"),
    ),
    "an unknown reference of the design effect": (
        "UNKNOWN_OPTION",
        "deff_reference",
        FRAME,
        {},
        lambda d: ratio(d, "y", "x", deff_reference="srs"),
    ),
    "more numerators than denominators": (
        "UNEQUAL_LISTS",
        "denominators",
        FRAME,
        {},
        lambda d: ratio(d, ["y", "k"], "x"),
    ),
    "a name that sums use": (
        "RESERVED_NAME",
        "by",
        FRAME.rename({"g": "__rows"}),
        {},
        lambda d: mean(d, "y", by="__rows"),
    ),
    "a name that is a pattern": (
        "RESERVED_NAME",
        "variable",
        FRAME.rename({"y": "*"}),
        {},
        lambda d: mean(d, "*"),
    ),
    "a name that is an expression": (
        "RESERVED_NAME",
        "design",
        FRAME.rename({"w": "^w.*$"}),
        {"weights": "^w.*$"},
        _mean,
    ),
    "an unknown item": ("UNKNOWN_COLUMN", "item", FRAME.drop("q1"), {}, _index(lambda: ITEMS[0])),
    "an item without reasons": (
        "UNKNOWN_COLUMN",
        "item",
        FRAME.drop("q1__missing"),
        {},
        _index(lambda: ITEMS[0]),
    ),
    "an unknown judge": (
        "UNKNOWN_COLUMN",
        "judged",
        FRAME,
        {},
        _index(lambda: replace(ITEMS[0], judged="front")),
    ),
    "an item of text": ("NOT_NUMERIC", "q1", _with(q1=pl.lit("5")), {}, _index(lambda: ITEMS[0])),
    "an answer outside the scale": ("OUTSIDE_SCALE", "q1", _with(q1=pl.lit(9)), {}, _index(lambda: ITEMS[0])),
    "a scale of one point": ("BAD_SCALE", "q1", FRAME, {}, _index(lambda: replace(ITEMS[0], low=5))),
    "a scale without satisfied codes": (
        "BAD_SCALE",
        "q1",
        FRAME,
        {},
        _index(lambda: replace(ITEMS[0], satisfied=())),
    ),
    "satisfied beyond the scale": (
        "BAD_SCALE",
        "q1",
        FRAME,
        {},
        _index(lambda: replace(ITEMS[0], satisfied=(5, 6))),
    ),
    "a negative weight of an item": (
        "BAD_SCALE",
        "q1",
        FRAME,
        {},
        _index(lambda: replace(ITEMS[0], weights=(1, -1))),
    ),
}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("fault", REFUSALS)
def test_a_fault_is_refused_with_its_place_and_a_remedy(fault: str, engine: str) -> None:
    code, where, frame, design, call = REFUSALS[fault]
    given = on_duckdb(frame) if engine == "duckdb" else frame.lazy()
    with pytest.raises(StatisticsError) as caught:
        call(SurveyDesign(given, **design))
    error = caught.value
    assert (error.code, error.where) == (code, where)
    for part in (error.code, error.where, error.expected, error.got, error.remedy):
        assert part.strip()
        assert part in str(error)
    assert ".0 " not in error.got


def test_names_that_differ_in_case_are_refused() -> None:
    with pytest.raises(StatisticsError) as caught:
        SurveyDesign(pl.DataFrame({"y": [1], "Y": [2]}))
    assert caught.value.code == "NAMES_DIFFER_IN_CASE"
    assert caught.value.got == "y and Y"


@pytest.mark.parametrize(
    ("frame", "code"),
    [(3, "NOT_A_FRAME"), ("answers.xlsx", "FILE_KIND"), ("nowhere.csv", "NO_FILE"), (".", "NO_FILE")],
)
def test_what_is_no_frame_is_refused(
    frame: object, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answers.xlsx").write_bytes(b"PK")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StatisticsError) as caught:
        SurveyDesign(frame)
    assert caught.value.code == code
    assert all((caught.value.where, caught.value.expected, caught.value.got, caught.value.remedy))


def test_a_lonely_unit_is_named_with_every_remedy() -> None:
    frame = FRAME.filter((pl.col("s") != "south") | (pl.col("p") == "south1"))
    design: dict[str, Any] = {"strata": "s", "psu": "p", "weights": "w"}
    with pytest.raises(StatisticsError) as caught:
        mean(SurveyDesign(frame.lazy(), **design), "y")
    assert caught.value.where == "south"
    found = {}
    for remedy in ("certainty", "remove", "centre", "average"):
        assert remedy in caught.value.remedy
        (row,) = mean(SurveyDesign(frame.lazy(), **design, lonely_psu=remedy), "y").rows
        found[remedy] = row.se
    assert found["certainty"] == found["remove"] < min(found["centre"], found["average"])
    assert np.isfinite(list(found.values())).all()


def test_no_fault_of_the_table_is_told_in_the_same_words_as_another() -> None:
    assert len({code for code, *_ in REFUSALS.values()}) >= 25
