from __future__ import annotations

from dataclasses import replace

import pytest

from survey.scoring.report.contents import ReportInput, Thresholds
from survey.scoring.report.standing import (
    NO_INTERVAL,
    Range,
    Standing,
    is_indicative,
    participation_range,
    shown,
    standing,
    withheld,
)
from tests.survey.scoring.report.samples import hanoi, score_row


def with_standard(standard: float | None, basis: str = "probability") -> ReportInput:
    drawn = hanoi(4)
    rows = tuple(replace(row, basis=basis) for row in drawn.rows)
    return replace(drawn, rows=rows, standard=standard, basis=basis)


ROW = replace(score_row("x", 70.0), ci_low=66.0, ci_high=74.0, bound_low=68.0, bound_high=72.0)


@pytest.mark.parametrize(
    ("standard", "expected"),
    [
        (74.1, Standing.BELOW),
        (74.0, Standing.UNCLEAR),
        (70.0, Standing.UNCLEAR),
        (66.0, Standing.UNCLEAR),
        (65.9, Standing.ABOVE),
    ],
)
def test_the_whole_interval_decides(standard: float, expected: Standing) -> None:
    assert standing(ROW, with_standard(standard)) is expected


@pytest.mark.parametrize(
    ("standard", "expected"),
    [(80.0, Standing.UNCLEAR), (80.1, Standing.BELOW), (55.0, Standing.UNCLEAR), (54.9, Standing.ABOVE)],
)
def test_a_conclusion_that_flips_inside_the_bounds_is_none(standard: float, expected: Standing) -> None:
    row = replace(ROW, bound_low=55.0, bound_high=80.0)
    assert standing(row, with_standard(standard)) is expected


@pytest.mark.parametrize("n_valid", [10, 29])
def test_an_indicative_number_is_in_no_class(n_valid: int) -> None:
    assert standing(replace(ROW, n_valid=n_valid), with_standard(99.0)) is Standing.NOT_COMPARED


def test_thirty_respondents_are_enough_for_a_class() -> None:
    assert standing(replace(ROW, n_valid=30), with_standard(99.0)) is Standing.BELOW


def test_a_withheld_number_is_in_no_class() -> None:
    assert standing(score_row("x", 70.0, n_valid=3), with_standard(99.0)) is Standing.NOT_COMPARED


@pytest.mark.parametrize("basis", ["open", "all_invited"])
def test_only_a_drawn_sample_is_set_against_the_standard(basis: str) -> None:
    assert standing(replace(ROW, basis=basis), with_standard(99.0, basis)) is Standing.TOGETHER


def test_without_a_standard_all_stand_together() -> None:
    assert standing(ROW, with_standard(None)) is Standing.TOGETHER


def test_no_estimate_is_shown_without_its_interval_or_its_base() -> None:
    assert shown(ROW) == (70.0, 66.0, 74.0, 300)
    assert withheld(ROW) == ""
    for field in ("ci_low", "ci_high", "n_valid", "estimate"):
        assert shown(replace(ROW, **{field: None})) is None
        assert withheld(replace(ROW, **{field: None})) == NO_INTERVAL
    assert withheld(replace(ROW, suppressed="complementary")) == "complementary"


def test_respondents_decide_what_is_indicative() -> None:
    limits = Thresholds()
    assert [is_indicative(replace(ROW, n_valid=n), limits) for n in (10, 29, 30)] == [True, True, False]
    assert not is_indicative(score_row("x", 50.0, n_valid=3), limits)


def test_the_worst_and_the_best_of_all_visitors() -> None:
    # The figures of the model text: 214 of 1,930 answered, 82.0 % of them satisfied.
    row = replace(ROW, n=214, n_valid=214, bound_low=82.0, bound_high=82.0)
    found = participation_range(row, [], 1930)
    assert found is not None
    assert found.low == pytest.approx(100 * 0.82 * 214 / 1930)
    assert found.high == pytest.approx(100 * (0.82 * 214 + 1930 - 214) / 1930)


def test_everyone_heard_leaves_only_what_they_left_open() -> None:
    row = replace(ROW, n=200, bound_low=61.0, bound_high=64.0)
    assert participation_range(row, [replace(row, item="a", n=200)], 200) == Range(61.0, 64.0)


def test_the_item_fewest_were_asked_holds_the_index() -> None:
    row = replace(ROW, n=100, bound_low=50.0, bound_high=50.0)
    items = [replace(row, item="a", n=100), replace(row, item="b", n=40)]
    # Of 200 visitors 100 were silent: on b, 40 of 140 were heard.
    assert participation_range(row, items, 200) == pytest.approx((50 * 40 / 140, 100 - 50 * 40 / 140))


def test_fewer_visitors_than_answers_is_a_wrong_count() -> None:
    assert participation_range(replace(ROW, n=214), [], 213) is None
