from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.scoring.report.contents import Thresholds
from survey.scoring.report.plot import Axis, axis_for, mark_for
from survey.scoring.report.standing import Range
from tests.survey.scoring.report.samples import score_row

STARTS = st.sampled_from([0, 30, 40, 50, 60, 70, 80, 90])


def lowest(value: float) -> list[object]:
    return [replace(score_row("x", 95.0), ci_low=value, bound_low=95.0)]


@pytest.mark.parametrize(
    ("value", "start"), [(0.0, 0), (29.9, 0), (30.0, 30), (39.9, 30), (67.1, 60), (90.0, 90), (100.0, 90)]
)
def test_the_axis_begins_at_the_decile_below_the_lowest_interval(value: float, start: int) -> None:
    assert axis_for(lowest(value), whole=False).start == start


def test_a_bound_below_the_interval_counts_too() -> None:
    row = replace(score_row("x", 80.0), ci_low=76.0, bound_low=51.0)
    assert axis_for([row], whole=False).start == 50


def test_the_standard_is_on_the_axis() -> None:
    assert axis_for(lowest(92.0), whole=False, standard=80.0).start == 80


def test_an_open_wave_shows_the_whole_scale() -> None:
    assert axis_for(lowest(92.0), whole=True).start == 0


def test_withheld_scores_do_not_move_the_axis() -> None:
    rows = [*lowest(92.0), score_row("y", 3.0, n_valid=2)]
    assert axis_for(rows, whole=False).start == 90
    assert axis_for([score_row("y", 3.0, n_valid=2)], whole=False).start == 0


@given(STARTS, st.floats(min_value=0, max_value=100))
def test_a_place_is_the_value(start: int, value: float) -> None:
    axis = Axis(start)
    share = float(axis.x(value).removesuffix("%"))
    assert start + share * (100 - start) / 100 == pytest.approx(value, abs=0.0051)


@given(STARTS, st.floats(min_value=0, max_value=100), st.floats(min_value=0, max_value=100))
def test_a_range_ends_where_its_upper_end_stands(start: int, one: float, other: float) -> None:
    axis, (low, high) = Axis(start), sorted((one, other))
    end = float(axis.x(low).removesuffix("%")) + float(axis.width(low, high).removesuffix("%"))
    assert end == pytest.approx(float(axis.x(high).removesuffix("%")), abs=1e-9)


def test_the_ticks_are_tenths_or_quarters() -> None:
    assert [tick.value for tick in Axis(0).ticks()] == [0, 25, 50, 75, 100]
    assert [tick.value for tick in Axis(60).ticks()] == [60, 70, 80, 90, 100]
    assert [tick.x for tick in Axis(60).ticks()] == ["0%", "25%", "50%", "75%", "100%"]


def test_every_second_tick_of_many_gives_way_on_a_phone_but_never_the_last() -> None:
    ticks = Axis(30).ticks()
    assert [tick.value for tick in ticks if not tick.spare] == [40, 60, 80, 100]
    assert not any(tick.spare for tick in Axis(50).ticks())


def draw(n_valid: int, *, is_open: bool = False) -> str:
    row = score_row("x", 70.0, n_valid=n_valid)
    mark = mark_for(
        row, axis=Axis(0), thresholds=Thresholds(), band=None, tone="below", is_open=is_open, label="l"
    )
    return "" if mark is None else f"{mark.shape} {mark.tone}"


def test_the_shape_says_how_firm_a_score_is() -> None:
    assert draw(30) == "dot below"
    assert draw(29) == "hollow soft-tone"
    assert draw(300, is_open=True) == "diamond below"
    assert draw(9) == ""


def test_the_drawing_is_the_row() -> None:
    row = replace(score_row("x", 72.4), ci_low=67.1, ci_high=77.1)
    mark = mark_for(
        row,
        axis=Axis(50),
        thresholds=Thresholds(),
        band=Range(60.0, 80.0),
        tone="unclear",
        is_open=False,
        label="said",
    )
    assert mark is not None
    assert (mark.x, mark.low, mark.high, mark.width) == ("44.8%", "34.2%", "54.2%", "20%")
    assert (mark.band_x, mark.band_width, mark.label) == ("20%", "40%", "said")
