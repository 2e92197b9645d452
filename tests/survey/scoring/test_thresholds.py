"""How many answered decides what is shown: respondents, never answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.survey.scoring.program import NUMBERS, number_of, row_of
from tests.survey.scoring.surveys import Survey

if TYPE_CHECKING:
    from pathlib import Path

HEADLINE = "top2/fixed_weights"
OFFICES = {"nine": 9, "ten": 10, "twenty-nine": 29, "thirty": 30}


def offices(sizes: dict[str, int]) -> list[str]:
    return [office for office, size in sizes.items() for _ in range(size)]


def alternating(sizes: dict[str, int]) -> list[int]:
    return [(5, 4, 2)[place % 3] for size in sizes.values() for place in range(size)]


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    """Four offices with nine to thirty respondents; everybody rates two things."""
    ratings = alternating(OFFICES)
    return Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "service"},
        columns={"received": offices(OFFICES), "manner": ratings, "speed": ratings[::-1]},
    )


def test_under_ten_is_withheld_and_under_thirty_fit_for_nothing(survey: Survey) -> None:
    rows = survey.score()
    found = {row["agency"]: row for row in rows if row["recipe"] == HEADLINE}
    assert {office: row["suppressed"] for office, row in found.items()} == {
        "nine": "few_respondents", "ten": "", "twenty-nine": "", "thirty": "",
    }  # fmt: skip
    assert {office: row["decision_use"] for office, row in found.items()} == {
        "nine": "none", "ten": "none", "twenty-nine": "none", "thirty": "improvement",
    }  # fmt: skip
    assert {office: row["n_valid"] for office, row in found.items()} == {
        "nine": "", "ten": "10", "twenty-nine": "29", "thirty": "30",
    }  # fmt: skip
    for row in rows:
        assert bool(row["suppressed"]) == (row["agency"] == "nine")
        assert row["suppressed"] == "" or number_of(row) == {}
        assert row["suppressed"] or {*NUMBERS} - {"deff", "reliability", "rank_low", "rank_high"} <= {
            *number_of(row)
        }
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert page.count("Not published: fewer than 10 respondents") >= 2
    assert "Indicative only" in page


def test_no_number_of_a_withheld_score_is_in_any_file(tmp_path: Path) -> None:
    """The estimate of nine people is that of the same answers given twice, which is shown."""
    sizes = {"few": 9, "many": 40}
    columns = {
        "received": offices(sizes),
        "manner": [*[5, 4, 4, 4, 2, 2, 1, 1, 4], *alternating({"many": 40})],
    }
    survey = Survey(folder=tmp_path / "few", columns=columns)
    survey.score()
    twice = {name: [*cells, *cells[:9]] for name, cells in columns.items()}
    shown = Survey(folder=tmp_path / "shown", columns=twice).score()
    estimates = {number_of(row)["estimate"] for row in shown if row["agency"] == "few"}
    assert sorted(estimates) == pytest.approx([50.0, 500 / 9])
    for name in ("scores.csv", "scores.json", "report.html"):
        content = (survey.result / name).read_text(encoding="utf-8")
        assert "few" in content
        written = {str(value) for value in estimates} | {f"{value:.1f}%" for value in estimates}
        assert not [number for number in written if number in content], name
    with duckdb.connect() as engine:
        table = engine.read_parquet(str(survey.result / "scores.parquet")).filter("agency = 'few'")
        assert set(table.project(", ".join(NUMBERS)).fetchall()) == {(None,) * len(NUMBERS)}


def test_who_rated_nothing_is_no_respondent_and_answers_are_not_counted(tmp_path: Path) -> None:
    """Nine people with twenty answers are nine; thirty who mostly do not know are nine."""
    sizes = {"a": 9, "b": 30}
    known = [4] * 9
    rows = Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "service", "clarity": "service"},
        columns={
            "received": offices(sizes),
            "manner": [*known, *known, *["dont_know"] * 21],
            "speed": [*known, *known, *["refused"] * 21],
            "clarity": [*known, *known, *["not_applicable"] * 21],
        },
    ).score()
    assert {row["suppressed"] for row in rows} == {"few_respondents"}


def test_an_item_that_few_answered_is_withheld_alone(tmp_path: Path) -> None:
    sizes = {"a": 40}
    rows = Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "service"},
        columns={
            "received": offices(sizes),
            "manner": alternating(sizes),
            "speed": [*[5] * 9, *["dont_know"] * 31],
        },
    ).score()
    assert row_of(rows, "a", HEADLINE)["suppressed"] == ""
    assert row_of(rows, "a", "top2/item", construct="service", item="manner")["suppressed"] == ""
    assert (
        row_of(rows, "a", "top2/item", construct="service", item="speed")["suppressed"] == "few_respondents"
    )


def test_a_recipe_that_weighs_items_is_as_good_as_the_one_fewest_answered(tmp_path: Path) -> None:
    rows = Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "service"},
        columns={
            "received": ["a"] * 40,
            "manner": alternating({"a": 40}),
            "speed": [*alternating({"a": 12}), *["dont_know"] * 28],
        },
    ).score()
    uses = {row["recipe"]: row["decision_use"] for row in rows if not row["item"]}
    assert {recipe for recipe, use in uses.items() if use == "improvement"} == {
        f"{measure}/{rule}" for measure in ("top2", "mean100") for rule in ("pooled_answers", "person_mean")
    }


def test_an_item_nobody_answered_withholds_the_indices_that_need_it(tmp_path: Path) -> None:
    sizes = {"a": 40, "b": 40}
    for language, words in (
        ("en", "Not published: one of its questions has no answer at all"),
        ("vi", "Không công bố: có câu hỏi không ai trả lời"),
    ):
        survey = Survey(
            folder=tmp_path / language,
            items={"manner": "service", "speed": "service"},
            columns={
                "received": offices(sizes),
                "manner": alternating(sizes),
                "speed": [*["dont_know"] * 40, *alternating({"b": 40})],
            },
        )
        rows = survey.score(language)
        reasons = {
            row["recipe"]: row["suppressed"] for row in rows if row["agency"] == "a" and not row["item"]
        }
        assert {recipe for recipe, reason in reasons.items() if not reason} == {
            f"{measure}/{rule}"
            for measure in ("top2", "mean100")
            for rule in ("pooled_answers", "person_mean")
        }
        assert set(reasons.values()) == {"", "item_without_answers"}
        assert {row["suppressed"] for row in rows if row["agency"] == "b"} == {""}
        page = (survey.result / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        assert words in page


def test_one_unit_gives_no_interval_and_so_no_number(tmp_path: Path) -> None:
    """Forty respondents of one office all come from one place of many: its uncertainty is not known."""
    sizes = {"a": 40, "b": 40}
    survey = Survey(
        folder=tmp_path,
        columns={
            "received": offices(sizes),
            "manner": alternating(sizes),
            "place": ["p1"] * 40 + [f"p{2 + place % 5}" for place in range(40)],
        },
        design={"basis": "probability", "psu": "place"},
    )
    rows = survey.score()
    assert {row["suppressed"] for row in rows if row["agency"] == "a"} == {"no_degrees_of_freedom"}
    assert {row["suppressed"] for row in rows if row["agency"] == "b"} == {""}
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert "Not published: its uncertainty cannot be computed" in page


@pytest.mark.parametrize(
    ("basis", "use"), [("probability", "improvement"), ("all_invited", "improvement"), ("open", "none")]
)
def test_the_basis_is_written_and_an_open_one_is_fit_for_nothing(
    basis: str, use: str, tmp_path: Path
) -> None:
    sizes = {"a": 100}
    survey = Survey(
        folder=tmp_path,
        columns={"received": offices(sizes), "manner": alternating(sizes)},
        design={"basis": basis},
    )
    rows = survey.score()
    assert {(row["basis"], row["decision_use"]) for row in rows} == {(basis, use)}
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert ("Open participation" in page) == (basis == "open")


def test_where_all_answer_alike_the_interval_is_not_a_point(tmp_path: Path) -> None:
    """Clopper and Pearson's for 40 of 40: (0.025) ** (1 / 40)."""
    survey = Survey(folder=tmp_path, columns={"received": ["a"] * 40, "manner": [5] * 40})
    row = number_of(row_of(survey.score(), "a", HEADLINE))
    assert (row["estimate"], row["se"], row["ci_high"]) == (100, 0, 100)
    assert row["ci_low"] == pytest.approx(100 * 0.025 ** (1 / 40))
