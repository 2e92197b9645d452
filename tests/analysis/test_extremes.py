"""Where sums could overflow or digits cancel, where names could be taken for code, and where nobody is."""

from __future__ import annotations

import datetime as dt
import math
import time
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices
from tests.analysis.laws.suite import DESIGNS, ITEMS, WHOLE, on_duckdb, sample

if TYPE_CHECKING:
    from collections.abc import Sequence

ENGINES = ["polars", "duckdb"]


def _on(engine: str, frame: pl.DataFrame) -> Any:
    return on_duckdb(frame) if engine == "duckdb" else frame.lazy()


def _exactly(values: Sequence[float], weights: Sequence[float], *, of_total: bool) -> tuple[float, float]:
    """Mean or total and standard error of a simple sample, in 60 digits."""
    with localcontext() as context:
        context.prec = 60
        w, y = [Decimal(float(x)) for x in weights], [Decimal(float(x)) for x in values]
        value = sum((a * b for a, b in zip(w, y, strict=True)), Decimal(0))
        if not of_total:
            value /= sum(w)
        z = [a * b if of_total else a * (b - value) / sum(w) for a, b in zip(w, y, strict=True)]
        n, centre = len(z), sum(z) / len(z)
        return float(value), float((n * sum((x - centre) ** 2 for x in z) / (n - 1)).sqrt())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("variable", ["y", "k"])
@pytest.mark.parametrize("n", [50, 1500])
def test_weights_that_differ_a_billionfold_keep_the_standard_error(
    n: int, variable: str, engine: str
) -> None:
    """From 1e-6 to 1e6; the small half is a domain of its own, where only small weights count."""
    rng = np.random.default_rng(n)
    w = 10.0 ** rng.uniform(-6, 6, n)
    frame = pl.DataFrame(
        {
            "w": w,
            "y": rng.normal(size=n),
            "k": rng.integers(1, 6, n),
            "half": np.where(w < 1, "small", "large"),
        }
    )
    design = SurveyDesign(_on(engine, frame), weights="w")
    values = frame[variable].to_numpy()
    for level in (None, "small", "large"):
        where = None if level is None else {"half": level}
        inside = np.ones(n) if level is None else (frame["half"] == level).to_numpy()
        added, summed = _exactly(values, w * inside, of_total=True)
        (row,) = total(design, variable, where=where).rows
        assert row.value == pytest.approx(added, rel=1e-9)
        assert row.se == pytest.approx(summed, rel=1e-6)
        value, se = _exactly(values, w * inside, of_total=False)
        (row,) = mean(design, variable, where=where).rows
        assert row.value == pytest.approx(value, rel=1e-9)
        assert row.se == pytest.approx(se, rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("times", [1e3, 1e6, 1e8])
def test_small_amounts_beside_huge_ones_keep_their_digits(times: float, engine: str) -> None:
    """Fees of one agency are a hundred million times those of another."""
    rng = np.random.default_rng(5)
    n = 1000
    small = np.arange(n) % 10 == 0
    y = rng.lognormal(size=n) * np.where(small, 1, times)
    frame = pl.DataFrame({"y": y, "agency": np.where(small, "small", "large")})
    design = SurveyDesign(_on(engine, frame))
    for estimator, of_total in ((mean, False), (total, True)):
        value, se = _exactly(y, small.astype(float), of_total=of_total)
        (row,) = estimator(design, "y", where={"agency": "small"}).rows
        assert row.value == pytest.approx(value, rel=1e-9)
        assert row.se == pytest.approx(se, rel=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("size", [2**10, 2**20 - 1, 2**20, 2**20 + 1, 2**31, 2**40, 2**53, 2**62])
def test_wide_integers_do_not_overflow(size: int, engine: str) -> None:
    values = [size, size - 1, -size, 3, None, size]
    weights = [1.0, 2.5, 1.0, 7.0, 1.0, 0.25]
    frame = pl.DataFrame({"y": values, "w": weights})
    design = SurveyDesign(_on(engine, frame), weights="w")
    kept = [(0 if y is None else y, w) for y, w in zip(values, weights, strict=True)]
    added, se = _exactly([y for y, _ in kept], [w for _, w in kept], of_total=True)
    (row,) = total(design, "y").rows
    assert row.n == 5
    assert row.value == pytest.approx(added, rel=1e-9)
    assert row.se == pytest.approx(se, rel=1e-9)
    centre, se = _exactly(
        [y for y, _ in kept],
        [w * (y is not None) for y, w in zip(values, weights, strict=True)],
        of_total=False,
    )
    (row,) = mean(design, "y").rows
    assert row.value == pytest.approx(centre, rel=1e-9)
    assert row.se == pytest.approx(se, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt8, pl.Int16, pl.UInt32, pl.Float32, pl.Decimal(10, 2)])
def test_narrow_types_sum_as_wide_ones(dtype: Any, engine: str) -> None:
    frame = pl.DataFrame({"k": [100, 120, 127, 90] * 50, "g": ["a", "b"] * 100})
    expected = mean(SurveyDesign(frame.lazy()), "k", by="g").rows
    ours = mean(SurveyDesign(_on(engine, frame.with_columns(pl.col("k").cast(dtype)))), "k", by="g").rows
    for one, other in zip(ours, expected, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.se == pytest.approx(other.se, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_domain_without_an_answer_is_named_and_has_no_number(design: str, engine: str) -> None:
    frame = sample(71, psus=3).with_columns(
        pl.when(pl.col("g") != "nam").then(pl.col(name)) for name in ("y", "k")
    )
    survey = SurveyDesign(_on(engine, frame), **DESIGNS[design])
    for result in (
        mean(survey, "y", by="g"),
        proportion(survey, "k", level=5, by="g", interval="korn_graubard"),
        ratio(survey, "y", "x", by="g"),
        total(survey, "y", by="g"),
    ):
        assert [dict(one.by) for one in result.suppressed] == [{"g": "nam"}]
        assert result.suppressed[0].reason == "no_answer"
        assert [row.by["g"] for row in result.rows] == ["dong", "tay"]
        numbers = [x for row in result.rows for x in (row.value, row.se, row.low, row.high, row.sum_weights)]
        assert all(x is not None and math.isfinite(x) for x in numbers)
        assert np.isfinite(result.covariance).all()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("design", DESIGNS)
def test_a_condition_that_nobody_fulfils_is_a_domain_without_an_answer(design: str, engine: str) -> None:
    survey = SurveyDesign(_on(engine, sample(72, psus=3)), **DESIGNS[design])
    for result in (mean(survey, "y", where={"g": "bac"}), total(survey, "y", where={"g": "bac"})):
        assert result.rows == []
        assert [one.reason for one in result.suppressed] == ["no_answer"]
        assert result.covariance.shape == (0, 0)
    assert mean(survey, "y", by="s", where={"g": "bac"}).rows == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_ratio_to_nothing_is_named_so(engine: str) -> None:
    frame = pl.DataFrame({"y": [1, 2, 3, 4], "x": [0, 0, 1, 1], "g": ["a", "a", "b", "b"]})
    result = ratio(SurveyDesign(_on(engine, frame)), "y", "x", by="g")
    assert [(dict(one.by), one.reason) for one in result.suppressed] == [({"g": "a"}, "zero_denominator")]
    assert [row.value for row in result.rows] == [3.5]
    assert np.isfinite(result.covariance).all()


def test_equal_values_have_a_mean_and_no_variance() -> None:
    frame = pl.DataFrame({"y": [0.1] * 7, "k": [3] * 7, "w": [0.3, 0.7, 1.1, 0.9, 5.3, 2.2, 0.1]})
    for row in mean(SurveyDesign(frame.lazy(), weights="w"), ["k", "y"]).rows:
        assert row.value == {"k": 3, "y": 0.1}[row.variable]
        assert row.se == pytest.approx(0, abs=1e-12)
        assert row.low == pytest.approx(row.value, rel=1e-9)


def test_one_interview_in_a_domain_has_a_value_and_no_interval() -> None:
    frame = pl.DataFrame({"y": [1.0, 2.0, 4.0], "g": ["a", "b", "b"]})
    first = mean(SurveyDesign(frame.lazy()), "y", by="g").rows[0]
    assert (first.n, first.value, first.df, first.low, first.high, first.deff) == (1, 1, 0, None, None, None)


KEYS = (
    "'); DROP TABLE frame; --",
    '"); DROP TABLE frame; --',
    "",
    " ",
    "a ",
    "😀",
    "a\x00b",
    "\\",
    "'",
    '"',
    "%s",
    "{0}",
    "$1",
    "?",
    "NULL",
    "null",
    "é",
    "e\u0301",
    "Đống Đa\nHà Nội",
)


@pytest.mark.parametrize("engine", ENGINES)
def test_any_text_may_name_an_agency(engine: str) -> None:
    frame = sample(73, psus=8)
    named = frame.with_columns(g=pl.Series([KEYS[row % len(KEYS)] for row in range(len(frame))]))
    plain = frame.with_columns(g=pl.Series([f"{row % len(KEYS):02}" for row in range(len(frame))]))
    for design in ("strata", "clusters"):
        survey = SurveyDesign(_on(engine, named), **DESIGNS[design])
        other = SurveyDesign(plain.lazy(), **DESIGNS[design])
        assert sorted(row.by["g"] for row in mean(survey, "k", by="g").rows) == sorted(KEYS)
        ours = {(row.domain[0], *key(row)): row.se for row in indices(survey, ITEMS, [WHOLE], by=["g"])}
        theirs = {
            (KEYS[int(row.domain[0])], *key(row)): row.se for row in indices(other, ITEMS, [WHOLE], by=["g"])
        }
        assert ours == theirs
        (row,) = mean(survey, "k", where={"g": KEYS[0]}).rows
        assert row.n > 1


def key(row: Any) -> tuple[str, ...]:
    return row.set, row.item, row.measure, row.rule


DAY = dt.date(2026, 1, 5)
TYPES = {
    "integers": (pl.col("row") % 3, [0, 1, 2]),
    "small integers": ((pl.col("row") % 3).cast(pl.UInt8), [0, 1, 2]),
    "truth values": (pl.col("row") % 3 == 0, [False, True]),
    "fractions": (pl.col("row") % 3 / 3, [0.0, 1 / 3, 2 / 3]),
    "days": (pl.lit(DAY) + pl.duration(days=pl.col("row") % 2), [DAY, DAY + dt.timedelta(1)]),
    "hours": (pl.lit(dt.datetime(2026, 1, 5, 7)), [dt.datetime(2026, 1, 5, 7)]),  # noqa: DTZ001 - a column has no zone
    "categories": (pl.col("g").cast(pl.Categorical), ["dong", "nam", "tay"]),
    "an enumeration": (pl.col("g").cast(pl.Enum(["tay", "nam", "dong", "bac"])), ["dong", "nam", "tay"]),
    "text with gaps": (pl.when(pl.col("g") != "nam").then(pl.col("g")), ["dong", "tay"]),
    "numbers with gaps": (pl.when(pl.col("row") % 3 > 0).then(pl.col("row") % 3), [1, 2]),
    "truth values with gaps": (pl.when(pl.col("row") % 3 > 0).then(pl.col("row") % 3 == 1), [False, True]),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", TYPES)
def test_levels_keep_their_type_and_who_has_none_is_in_no_domain(kind: str, engine: str) -> None:
    expression, levels = TYPES[kind]
    frame = sample(74, psus=3).with_columns(level=expression)
    for design in ("strata", "clusters"):
        survey = SurveyDesign(_on(engine, frame), **DESIGNS[design])
        rows = mean(survey, "k", by="level").rows
        found = [row.by["level"] for row in rows]
        assert found == levels
        assert [type(level) for level in found] == [type(level) for level in levels]
        scored = [row for row in indices(survey, ITEMS, [WHOLE], by=["level"]) if row.rule == "fixed_weights"]
        assert [row.domain for row in scored if row.measure == "top2"] == [(level,) for level in levels]
        assert all(row.se is not None and row.se > 0 for row in scored)
        for row in rows:
            (alone,) = mean(survey, "k", where={"level": row.by["level"]}).rows
            (as_text,) = mean(survey, "k", where={"level": str(row.by["level"])}).rows
            assert (alone.n, alone.value, alone.se) == (row.n, row.value, row.se)
            assert (as_text.n, as_text.value, as_text.se) == (row.n, row.value, row.se)


NAMES = (
    "rows",
    "positive",
    "second",
    "psus",
    "Tên cơ quan",
    "a.b",
    'a"b',
    "a'b",
    "A B",
    "select",
    "😀",
    "lhs",
    "small",
    "n:a",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_any_plain_name_may_name_a_column(name: str, engine: str) -> None:
    frame = sample(75, psus=3)
    expected = _everything(frame.lazy(), "s", "g", "y")
    for column in ("s", "g", "y"):
        renamed = frame.rename({column: name})
        names = [name if one == column else one for one in ("s", "g", "y")]
        assert _everything(_on(engine, renamed), *names) == expected


def _everything(frame: Any, strata: str, by: str, variable: str) -> list[Any]:
    found: list[Any] = []
    for psu in (None, "p"):
        survey = SurveyDesign(frame, strata=strata, psu=psu, weights="w")
        found += [(row.n, row.value, row.se, row.low) for row in mean(survey, variable, by=[by, strata]).rows]
        found += [(row.value, row.se) for row in total(survey, variable, where={by: "tay"}).rows]
        whole = ItemSet(name="all", items=ITEMS[:1])
        found += [
            (row.domain, row.value, row.se) for row in indices(survey, ITEMS[:1], [whole], by=[by, strata])
        ]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_any_plain_name_may_name_an_item(name: str) -> None:
    frame = sample(76, psus=3).rename({"q1": name, "q1__missing": f"{name} why"})
    item = RatedItem(column=name, low=1, high=5, satisfied=(4, 5), construct="a", missing=f"{name} why")
    for engine in ENGINES:
        survey = SurveyDesign(_on(engine, frame), **DESIGNS["strata"])
        rows = indices(survey, [item], [ItemSet(name=name, items=(item,))], by=["g"])
        values = {row.measure: row.value for row in rows if row.domain == ("tay",) and row.item == name}
        assert len(values) == 2
        for row in rows:
            if row.domain == ("tay",):
                assert row.value == pytest.approx(values[row.measure], rel=1e-12)


def test_columns_of_the_design_may_be_one_and_the_same() -> None:
    frame = sample(77, psus=3)
    own = mean(SurveyDesign(frame.lazy(), strata="s", psu="p"), "k", by=["p"]).rows
    twice = mean(SurveyDesign(frame.lazy(), strata=["s", "s"], psu="p"), "k", by=["p", "p"]).rows
    assert [row.se for row in own] == [row.se for row in twice]
    for engine in ENGINES:
        alone = SurveyDesign(_on(engine, frame), strata="p", psu="p", lonely_psu="centre")
        (row,) = mean(alone, "k").rows
        assert row.df == 0
        assert row.se > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_ten_thousand_agencies_are_scored_in_seconds(engine: str) -> None:
    """Time is for a slow machine with others at work; it would be hours if an agency were a pass."""
    rng = np.random.default_rng(9)
    n = 40_000
    frame = pl.DataFrame(
        {
            "agency": [f"A{number:05}" for number in rng.permutation(np.arange(n) % 10_000)],
            "q1": rng.integers(1, 6, n),
            "q1__missing": pl.Series([None] * n, dtype=pl.String),
        }
    )
    began = time.monotonic()
    survey = SurveyDesign(_on(engine, frame))
    rows = indices(survey, ITEMS[:1], [ItemSet(name="all", items=ITEMS[:1])], by=["agency"])
    assert len(mean(survey, "q1", by="agency").rows) == 10_000
    assert time.monotonic() - began < 60
    assert len({row.domain for row in rows}) == 10_000
    scored = {(row.domain, row.measure, row.rule): row for row in rows}
    shares = frame.group_by("agency").agg((pl.col("q1") >= 4).mean() * 100)
    for agency, share in shares.head(50).iter_rows():
        assert scored[(agency,), "top2", "fixed_weights"].value == pytest.approx(share, rel=1e-12)
