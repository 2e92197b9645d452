"""What must change nothing: the order of rows, the engine, threads, names, the unit of the weights."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.laws.suite import (
    DESIGNS,
    ESTIMATORS,
    ITEMS,
    PEOPLE,
    SCALE_FREE,
    close,
    estimates,
    on_duckdb,
    sample,
)

SEEDS = st.integers(0, 10_000)
few = settings(max_examples=3)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_engines_threads_and_the_order_of_rows_are_equal_in_every_bit(estimator: str, design: str) -> None:
    frame = sample(3, psus=4)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=5)
    expected = estimates(frame, estimator, ["g"], **DESIGNS[design])
    assert estimates(shuffled, estimator, ["g"], **DESIGNS[design]) == expected
    for threads in (1, 2):
        assert estimates(on_duckdb(shuffled, threads), estimator, ["g"], **DESIGNS[design]) == expected


@pytest.mark.parametrize("design", [name for name in DESIGNS if "weights" in DESIGNS[name]])
@pytest.mark.parametrize("estimator", SCALE_FREE)
@pytest.mark.parametrize("constant", [1e-9, 3.7, 1e9])
def test_the_unit_of_the_weights_changes_no_mean_share_ratio_or_index(
    constant: float, estimator: str, design: str
) -> None:
    frame = sample(4, psus=3)
    scaled = frame.with_columns(pl.col("w") * constant)
    close(
        estimates(scaled, estimator, ["g"], **DESIGNS[design]),
        estimates(frame, estimator, ["g"], **DESIGNS[design]),
    )


@pytest.mark.parametrize("constant", [1e-9, 3.7, 1e9])
def test_a_total_has_the_unit_of_the_weights(constant: float) -> None:
    frame = sample(4, psus=3)
    ours = estimates(frame.with_columns(pl.col("w") * constant), "total", ["g"], **DESIGNS["clusters"])
    for one, other in zip(ours, estimates(frame, "total", ["g"], **DESIGNS["clusters"]), strict=True):
        assert one.value == pytest.approx(constant * other.value, rel=1e-10)
        assert one.se == pytest.approx(constant * other.se, rel=1e-10)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(seed=SEEDS)
def test_data_doubled_within_clusters_change_nothing(estimator: str, seed: int) -> None:
    frame = sample(seed, psus=3)
    halved = pl.col("w") / 2 if estimator == "total" else pl.col("w")
    doubled = pl.concat([frame, frame]).with_columns(halved)
    once = estimates(frame, estimator, ["g"], **DESIGNS["clusters"])
    twice = estimates(doubled, estimator, ["g"], **DESIGNS["clusters"])
    close(once, twice, compare=("value", "se", "df"))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(seed=SEEDS)
def test_names_of_strata_and_units_change_nothing(estimator: str, seed: int) -> None:
    frame = sample(seed, psus=3)
    renamed = frame.with_columns(
        s=pl.col("s").replace({"north": "z", "south": "a", "west": "Ư"}),
        p=pl.col("p").map_elements(lambda code: str(hash(code) % 9973) + code, return_dtype=pl.String),
    )
    close(
        estimates(renamed, estimator, ["g"], **DESIGNS["two stages"]),
        estimates(frame, estimator, ["g"], **DESIGNS["two stages"]),
    )


@pytest.mark.parametrize("name", ["strata", "finite strata"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(seed=SEEDS)
def test_interviews_as_units_equal_interviews_listed_as_units(estimator: str, name: str, seed: int) -> None:
    """Codes that start anew in each stratum are listed as PSUs, though each of these has one interview."""
    frame = sample(seed, psus=3).with_columns(code=pl.int_range(pl.len()).over("s"))
    design = DESIGNS[name]
    close(
        estimates(frame, estimator, ["g"], **design),
        estimates(frame, estimator, ["g"], **design, psu="code", nest=True),
        rel=1e-9 if estimator == "indices" else 1e-10,
    )


@pytest.mark.parametrize("design", ["strata", "finite strata"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_column_of_units_with_one_interview_each_is_as_good_as_none(estimator: str, design: str) -> None:
    frame = sample(5, psus=3)
    assert estimates(frame, estimator, ["g"], **DESIGNS[design], psu="row") == estimates(
        frame, estimator, ["g"], **DESIGNS[design]
    )


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(seed=SEEDS)
def test_second_stage_units_of_one_interview_equal_interviews_as_second_stage(
    estimator: str, seed: int
) -> None:
    frame = sample(seed, psus=3)
    design = DESIGNS["two stages"]
    close(
        estimates(frame, estimator, ["g"], **design),
        estimates(frame, estimator, ["g"], **design, ssu="row"),
        rel=1e-9 if estimator == "indices" else 1e-10,
    )


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_without_finite_populations_later_stages_add_nothing(estimator: str) -> None:
    frame = sample(6, psus=3)
    assert estimates(frame, estimator, **DESIGNS["clusters"], ssu="u") == estimates(
        frame, estimator, **DESIGNS["clusters"]
    )


ANSWERS = ("y", "x", "k", "q1", "q2", "q3")
CENSUS = {
    "strata": "interviews",
    "clusters": "psus",
    "two stages": ["psus", "people"],
    "two stages of units": ["psus", "units"],
}


def _census(*, complete: bool) -> pl.DataFrame:
    frame = sample(7, psus=3).with_columns(
        interviews=pl.len().over("s"),
        psus=pl.col("p").n_unique().over("s"),
        people=pl.len().over("p"),
        units=pl.col("u").n_unique().over("p"),
    )
    if not complete:
        return frame
    answered = [pl.col(name).fill_null(pl.col(name).min()) for name in ANSWERS]
    reasons = [pl.lit(None, pl.String).alias(item.missing) for item in ITEMS]
    return frame.with_columns(*answered, *reasons, w=pl.lit(1.0))


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("design", CENSUS)
def test_a_census_is_certain(design: str, estimator: str) -> None:
    rows = estimates(_census(complete=True), estimator, ["g"], **(DESIGNS[design] | {"fpc": CENSUS[design]}))
    assert rows
    for row in rows:
        assert row.se == 0
        assert row.low == pytest.approx(row.value, rel=1e-12)
        assert row.high == pytest.approx(row.value, rel=1e-12)


@pytest.mark.parametrize("design", CENSUS)
def test_a_census_of_which_some_kept_silent_has_no_point_for_an_interval(design: str) -> None:
    """The sample is everybody, the respondents are not."""
    frame = _census(complete=False)
    for row in estimates(frame, "indices", ["g"], **(DESIGNS[design] | {"fpc": CENSUS[design]})):
        everybody = frame.filter(pl.col("g") == row.domain[0]).height
        assert row.se == 0
        assert row.low is not None
        assert row.high is not None
        if row.n < everybody:
            assert row.low < row.high


def test_all_clusters_of_which_people_were_sampled_are_no_census() -> None:
    frame = _census(complete=True).with_columns(w=pl.lit(10.0))
    for row in estimates(frame, "indices", ["g"], **(DESIGNS["clusters"] | {"fpc": "psus"})):
        assert row.se == 0
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.high


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_all_units_of_the_first_stage_leave_the_second(estimator: str) -> None:
    frame = sample(7, psus=3).with_columns(psus=pl.col("p").n_unique().over("s"))
    design = DESIGNS["two stages"] | {"fpc": ["psus", "people_in_psu"]}
    assert all(row.se > 0 for row in estimates(frame, estimator, **design))


@pytest.mark.parametrize("design", ["strata", "clusters", "two stages"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_interviews_of_no_weight_stay_in_the_design_and_out_of_the_estimate(
    estimator: str, design: str
) -> None:
    """As if they had not answered: a refusal and a weight of zero leave the same design."""
    frame = sample(8, psus=3)
    gone = pl.col("row") % 5 == 0
    weightless = frame.with_columns(w=pl.when(gone).then(0.0).otherwise(pl.col("w")))
    silent = frame.with_columns(
        pl.when(~gone).then(pl.col(name)) for name in ("y", "x", "k", "q1", "q2", "q3")
    )
    close(
        estimates(weightless, estimator, ["g"], **DESIGNS[design]),
        estimates(silent, estimator, ["g"], **DESIGNS[design]),
        compare=("n", "value", "se", "low", "high", "df") if estimator != "indices" else ("n", "value", "se"),
    )


@pytest.mark.parametrize("estimator", SCALE_FREE)
def test_a_unit_without_the_domain_counts_as_zero(estimator: str) -> None:
    frame = sample(9, psus=4)
    elsewhere = frame.filter(pl.col("p") == "north0").with_columns(p=pl.lit("north9"), g=pl.lit("dong"))
    more = pl.concat([frame, elsewhere])
    before = [
        row for row in estimates(frame, estimator, ["g"], **DESIGNS["clusters"]) if row.domain == ("tay",)
    ]
    after = [
        row for row in estimates(more, estimator, ["g"], **DESIGNS["clusters"]) if row.domain == ("tay",)
    ]
    close(before, after, compare=("n", "value", "df"))
    assert all(one.se != other.se for one, other in zip(before, after, strict=True))


def test_there_are_two_people_in_a_unit() -> None:
    """What the laws above rest on: clusters of several interviews, weights that differ, answers missing."""
    frame = sample(1)
    assert frame.group_by("u").len()["len"].unique().to_list() == [PEOPLE]
    assert frame["w"].n_unique() == len(frame)
    assert all(frame[name].null_count() for name in ("y", "x", "k", "q1", "q2", "q3"))
    assert np.ptp(frame["y"].drop_nulls().to_numpy()) > 1
