"""Small numbers with their arithmetic written out, or with the place where they were published."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from analysis import SurveyDesign, mean, proportion, ratio, total
from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices
from analysis.intervals import clopper_pearson, share_interval


def _only(rows: list[Any]) -> Any:
    (row,) = rows
    return row


def test_a_stratified_mean_by_hand() -> None:
    """Two strata of 6 and 4 units, of which 3 and 2 are taken; y = 2, 4, 6 and 10, 14; weights N_h/n_h = 2.

    mean = (6·4 + 4·12)/10 = 7.2. s² = 4 and 8. Var = Σ (N_h/N)² (1 - n_h/N_h) s²_h/n_h
    = 0.36·0.5·4/3 + 0.16·0.5·8/2 = 0.24 + 0.32 = 0.56. df = 5 - 2 = 3, t = 3.182446.
    Total = 72, its variance 100·0.56 = 56. (Cochran 1977, chapter 5.)
    """
    frame = pl.DataFrame(
        {"h": ["a"] * 3 + ["b"] * 2, "y": [2, 4, 6, 10, 14], "w": [2.0] * 5, "N": [6, 6, 6, 4, 4]}
    )
    design = SurveyDesign(frame.lazy(), strata="h", weights="w", fpc="N")
    row = _only(mean(design, "y").rows)
    assert row.value == pytest.approx(7.2, rel=1e-12)
    assert row.se == pytest.approx(math.sqrt(0.56), rel=1e-12)
    assert row.df == 3
    assert row.high == pytest.approx(7.2 + 3.182446305283709 * math.sqrt(0.56), rel=1e-12)
    added = _only(total(design, "y").rows)
    assert added.value == pytest.approx(72, rel=1e-12)
    assert added.se == pytest.approx(math.sqrt(56), rel=1e-12)
    assert added.sum_weights == pytest.approx(10, rel=1e-12)


def test_a_cluster_mean_by_hand() -> None:
    """Three clusters of 1, 2 and 3 people with sums 4, 6, 14 of n = 6: mean = 24/6 = 4.

    Residual totals: 4 - 4 = 0, 6 - 8 = -2, 14 - 12 = 2. Var = n/(n-1) Σ e² / M² = 1.5·8/36 = 1/3.
    The design effect is against s²/n with n - 1: Σ(y - 4)² = 0 + 2 + 6 = 8, so 8/6/5 = 4/15: deff 1.25.
    """
    frame = pl.DataFrame({"c": ["a", "b", "b", "c", "c", "c"], "y": [4, 3, 3, 3, 6, 5]})
    row = _only(mean(SurveyDesign(frame.lazy(), psu="c"), "y").rows)
    squares = sum((y - 4) ** 2 for y in frame["y"])
    assert (row.value, row.df, row.n) == (4, 2, 6)
    assert row.se == pytest.approx(math.sqrt(1 / 3), rel=1e-12)
    assert row.deff == pytest.approx((1 / 3) / (squares / 6 / 5), rel=1e-12)


def test_two_stages_by_hand() -> None:
    """Of N = 4 PSUs of M = 4 people, 2 of each: y = 1, 3 and 6, 8; w = 2·2 = 4; total = 4·18 = 72.

    PSU totals estimated M·mean = 8 and 28. First stage: N²(1 - n/N) s²/n = 16·0.5·200/2 = 800.
    Second: N/n Σ M²(1 - m/M) s²/m = 2·(16·0.5·2/2)·2 = 32. Var = 832. (Cochran 1977, chapter 11.)
    """
    frame = pl.DataFrame(
        {"p": ["a", "a", "b", "b"], "y": [1, 3, 6, 8], "w": [4.0] * 4, "N": [4] * 4, "M": [4] * 4}
    )
    row = _only(total(SurveyDesign(frame.lazy(), psu="p", weights="w", fpc=["N", "M"]), "y").rows)
    assert row.value == pytest.approx(72, rel=1e-12)
    assert row.se == pytest.approx(math.sqrt(832), rel=1e-12)


def test_a_ratio_by_hand() -> None:
    """With y = 1, 2, 6 on x = 1, 2, 3: r = 9/6 = 1.5; residuals -0.5, -1, 1.5; Var = 3/2·3.5/36 = 7/48."""
    frame = pl.DataFrame({"y": [1, 2, 6], "x": [1, 2, 3]})
    row = _only(ratio(SurveyDesign(frame.lazy()), "y", "x").rows)
    assert row.value == pytest.approx(1.5, rel=1e-12)
    assert row.se == pytest.approx(math.sqrt(7 / 48), rel=1e-12)
    assert row.deff is None


def _interval(hits: int, n: int, interval: Any, df: float = 1e9, deff: float = 1.0) -> tuple[float, float]:
    p = hits / n
    se = math.sqrt(deff * p * (1 - p) / n)
    low, high = share_interval(
        np.array([p]),
        np.array([se]),
        np.array([df]),
        n=np.array([float(n)]),
        kish_n=np.array([float(n)]),
        interval=interval,
    )
    return 100 * float(low[0]), 100 * float(high[0])


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(9, 10, 59.6, 98.2), (27, 30, 74.4, 96.5), (135, 150, 84.2, 93.8), (68, 75, 82.0, 95.4)],
)
def test_wilson_intervals_as_published(hits: int, n: int, low: float, high: float) -> None:
    """The score interval of Wilson (1927), to the decimal that the computation kit of the field prints."""
    assert [round(end, 1) for end in _interval(hits, n, "wilson")] == [low, high]


def test_wilson_with_a_design_is_that_of_the_effective_sample_size() -> None:
    """A design effect of 2 makes 180 of 200 worth 90 of 100."""
    assert _interval(180, 200, "wilson", deff=2) == pytest.approx(_interval(90, 100, "wilson"), rel=1e-9)


def test_one_of_one_is_no_certainty() -> None:
    """Clopper and Pearson (1934): of one trial 1 - 0.025**(1/1) and 0.025."""
    low, high = clopper_pearson(np.array([1.0, 0.0]), np.array([1.0, 1.0]))
    assert low == pytest.approx([0.025, 0])
    assert high == pytest.approx([1, 0.975])


@pytest.mark.parametrize("interval", ["t", "mean", "logit", "xlogit", "wilson", "beta", "korn_graubard"])
def test_every_interval_of_an_extreme_share_is_that_of_clopper_and_pearson(interval: Any) -> None:
    """10 of 10: 0.025**(1/10) = 69.15 %; 0 of 10: its mirror."""
    frame = pl.DataFrame({"k": ["yes"] * 10})
    design = SurveyDesign(frame.lazy())
    every = _only(proportion(design, "k", level="yes", interval=interval).rows)
    none = _only(proportion(design, "k", level="no", interval=interval).rows)
    assert (every.value, every.se, every.high) == (1, 0, 1)
    assert every.low == pytest.approx(0.025 ** (1 / 10), rel=1e-12)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 10), rel=1e-12)


def test_an_extreme_share_rests_on_the_effective_sample_size_of_kish() -> None:
    """Weights 1, 1, 4: (Σw)²/Σw² = 36/18 = 2, so 0.025**(1/2)."""
    frame = pl.DataFrame({"k": [1, 1, 1], "w": [1.0, 1.0, 4.0]})
    row = _only(proportion(SurveyDesign(frame.lazy(), weights="w"), "k", level=1, interval="wilson").rows)
    assert row.low == pytest.approx(0.025 ** (1 / 2), rel=1e-9)


def test_beta_is_clopper_and_pearson_where_there_is_no_design() -> None:
    """9 of 10: the exact interval is 55.50 to 99.75 % (the table value of Clopper and Pearson)."""
    assert [round(end, 2) for end in _interval(9, 10, "beta", df=9)] == [55.50, 99.75]


def test_korn_and_graubard_take_no_credit_beyond_the_sample() -> None:
    """A design effect of 0.25 would make 90 of 100 worth 400; capped it is 100 (Korn, Graubard 1998)."""
    capped = _interval(90, 100, "korn_graubard", df=99, deff=0.25)
    assert capped == pytest.approx(_interval(90, 100, "beta", df=99), rel=1e-9)
    low, high = _interval(90, 100, "beta", df=99, deff=0.25)
    assert capped[0] < low < high < capped[1]


def test_korn_and_graubard_pay_for_few_degrees_of_freedom() -> None:
    """n_eff = 100·(t(99)/t(5))² = 100·(1.984217/2.570582)² = 59.58: as if 53.62 of 59.58 had said yes."""
    low, high = clopper_pearson(np.array([0.9]), np.array([100 * (1.9842169515 / 2.5705818356) ** 2]))
    assert _interval(90, 100, "korn_graubard", df=5) == pytest.approx((100 * low[0], 100 * high[0]), rel=1e-8)


def test_an_index_by_hand() -> None:
    """Three people, two items on 1..5: (5, 4), (3, -), (1, 2); satisfied are 4 and 5.

    top2: items 1/3 and 1/2; item_weighted 5/12; pooled 2/5; persons (1 + 0 + 0)/3.
    mean100: items 150/3 = 50 and 100/2 = 50; pooled 250/5 = 50; persons (87.5 + 50 + 12.5)/3 = 50.
    Linearised pooled top2, by person: (2 - 2·0.4, 0 - 0.4, 0 - 0.8)/5 = 0.24, -0.08, -0.16;
    Var = 3/2·(0.0576 + 0.0064 + 0.0256) = 0.1344. The don't-know as 0: 2/6; as 100: 3/6.
    """
    frame = pl.DataFrame(
        {"a": [5, 3, 1], "b": [4, None, 2], "a_": [None] * 3, "b_": [None, "dont_know", None]},
        schema_overrides={"a_": pl.String},
    )
    items = tuple(
        RatedItem(column=name, low=1, high=5, satisfied=(4, 5), construct="c", missing=f"{name}_")
        for name in "ab"
    )
    found = {
        (row.measure, row.rule): row
        for row in indices(SurveyDesign(frame.lazy()), items, [ItemSet(name="all", items=items)])
        if row.set
    }
    values = {
        ("top2", "item_weighted"): 500 / 12,
        ("top2", "pooled_answers"): 40,
        ("top2", "person_mean"): 100 / 3,
        ("mean100", "item_weighted"): 50,
        ("mean100", "pooled_answers"): 50,
        ("mean100", "person_mean"): 50,
    }
    for key, value in values.items():
        assert found[key].value == pytest.approx(value, rel=1e-12)
    pooled = found["top2", "pooled_answers"]
    assert pooled.se == pytest.approx(100 * math.sqrt(0.1344), rel=1e-10)
    assert (pooled.bound_low, pooled.bound_high) == pytest.approx((200 / 6, 300 / 6))
    assert (pooled.n, pooled.n_valid, pooled.df) == (3, 3, 2)
