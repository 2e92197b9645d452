"""Real answers of real residents, through the command line: equal to R's survey package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.survey.scoring.program import ROOT, number_of, row_of, rows_of

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = ROOT / "tests" / "reference"
POOLED = json.loads((REFERENCE / "kcmo_pooled.json").read_text(encoding="utf-8"))["rows"]
CASES = json.loads((REFERENCE / "kcmo_2021q3.json").read_text(encoding="utf-8"))["cases"]
CLOSE = {"rel": 1e-8, "abs": 1e-8}


def in_percent(row: dict[str, Any], factor: float, shift: float) -> dict[str, float]:
    """An estimate of R on the scale of a score."""
    moved = {name: factor * (row[name] - shift) for name in ("estimate", "ci_low", "ci_high")}
    return {**moved, "se": factor * row["se"], "n_valid": row["n"], "df": row["df"]}


def items_of_r() -> dict[tuple[str, str], dict[str, float]]:
    """Of each item and measure what R estimates over all residents: a share of 4 and 5, a mean of codes."""
    found = {}
    for case in CASES:
        kind, _, rest = case["id"].partition("/")
        item, _, rest = rest.partition("/")
        if kind == "strat" and rest == "overall/top2_t":
            found[item, "top2"] = in_percent(case["rows"][0], 100, 0)
        elif kind == "strat" and rest == "overall/mean":
            found[item, "mean100"] = in_percent(case["rows"][0], 25, 1)
    return found


def test_the_reference_covers_every_department_and_recipe() -> None:
    assert len({row["agency"] for row in POOLED}) == 17
    assert {row["recipe"] for row in POOLED} == {
        "top2/pooled_answers",
        "mean100/pooled_answers",
        "top2/item_weighted",
    }
    assert len(POOLED) == 51


def test_each_department_is_scored_as_r_scores_it(result: Path) -> None:
    rows = rows_of(result)
    assert {row["agency"] for row in rows} == {row["agency"] for row in POOLED}
    for expected in POOLED:
        numbers = number_of(row_of(rows, expected["agency"], expected["recipe"]))
        wanted = {
            name: expected[name] for name in ("estimate", "se", "df", "ci_low", "ci_high", "n", "n_valid")
        }
        assert {name: numbers[name] for name in wanted} == pytest.approx(wanted, **CLOSE), expected


def test_each_item_is_scored_as_r_scores_it(result: Path) -> None:
    expected = items_of_r()
    scored = {
        (row["item"], row["recipe"].partition("/")[0]): number_of(row)
        for row in rows_of(result)
        if row["item"]
    }
    compared = expected.keys() & scored.keys()
    assert len(compared) >= 30
    assert {item for item, _ in compared} == {item for item, _ in expected} & {item for item, _ in scored}
    for key in compared:
        assert {name: scored[key][name] for name in expected[key]} == pytest.approx(expected[key], **CLOSE), (
            key
        )


def test_nobody_is_fit_for_decisions_or_ranked(result: Path) -> None:
    rows = rows_of(result)
    assert {row["decision_use"] for row in rows} <= {"improvement", "none"}
    assert {(row["rank_low"], row["rank_high"], row["reliability"]) for row in rows} == {("", "", "")}
    assert {row["basis"] for row in rows} == {"probability"}
