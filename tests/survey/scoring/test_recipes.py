"""What the instrument and the plan decide: recipes, weights, constructs, agencies, headline, standard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from questionnaires.model import Measure, Rule
from survey.frozen.reading import read
from survey.refusal import Refusal
from survey.scoring.compute import scores
from tests.survey.scoring.program import number_of, row_of
from tests.survey.scoring.surveys import Survey

if TYPE_CHECKING:
    from pathlib import Path

ALL = {f"{measure}/{rule}" for measure in Measure for rule in Rule}
HEADLINE = "top2/fixed_weights"
MANNER = [5, 4, 4, 2] * 10
SPEED = [1, 5, 2, 3] * 10


def two_offices(folder: Path, **more: Any) -> Survey:
    """Forty people rate two things at each of two offices."""
    fields: dict[str, Any] = {
        "items": {"manner": "service", "speed": "result"},
        "constructs": {"service": {"role": "received"}, "result": {"role": "received"}},
        "columns": {"received": ["a"] * 40 + ["b"] * 40, "manner": MANNER * 2, "speed": SPEED * 2},
    }
    return Survey(folder=folder, **(fields | more))


def weighing(manner: float, speed: float) -> dict[str, Any]:
    weights = [{"item": "manner", "weight": manner}, {"item": "speed", "weight": speed}]
    return {"measure": "top2", "rule": "fixed_weights", "item_weights": weights}


def test_without_recipes_all_ten_are_made_of_whole_and_constructs(tmp_path: Path) -> None:
    rows = two_offices(tmp_path).score()
    for agency in ("a", "b"):
        for construct in ("", "service", "result"):
            own = {
                row["recipe"]
                for row in rows
                if not row["item"] and (row["agency"], row["construct"]) == (agency, construct)
            }
            assert own == ALL
        assert {
            (row["construct"], row["item"], row["recipe"])
            for row in rows
            if row["item"] and row["agency"] == agency
        } == {
            (construct, item, f"{measure}/item")
            for construct, item in (("service", "manner"), ("result", "speed"))
            for measure in Measure
        }
    order = [(row["agency"], row["construct"], row["item"], row["recipe"]) for row in rows]
    assert order == sorted(order)


def test_fewer_recipes_give_fewer_rows_and_items_of_their_measures(tmp_path: Path) -> None:
    survey = two_offices(tmp_path, recipes=[{"measure": "mean100", "rule": "person_mean"}])
    rows = survey.score()
    assert {row["recipe"] for row in rows} == {"mean100/person_mean", "mean100/item"}
    assert number_of(row_of(rows, "a", "mean100/person_mean"))["estimate"] == pytest.approx(
        25 * ((sum(MANNER) + sum(SPEED)) / 80 - 1)
    )
    assert "(mean100/person_mean)" in (survey.result / "report.html").read_text(encoding="utf-8")


def test_item_weights_weigh_the_items(tmp_path: Path) -> None:
    rows = two_offices(
        tmp_path, recipes=[weighing(3, 1), {"measure": "mean100", "rule": "fixed_weights"}]
    ).score()
    assert number_of(row_of(rows, "a", HEADLINE))["estimate"] == pytest.approx((3 * 75 + 25) / 4)
    assert number_of(row_of(rows, "a", "mean100/fixed_weights"))["estimate"] == pytest.approx(
        25 * ((sum(MANNER) + sum(SPEED)) / 80 - 1)
    )


def test_only_items_with_weight_make_respondents(tmp_path: Path) -> None:
    """Nine people's view of the one thing that counts is not lent the forty who rated another."""
    known = [*[4] * 9, *["dont_know"] * 31]
    recipes = [weighing(1, 0), {"measure": "top2", "rule": "pooled_answers"}]
    columns = {"received": ["a"] * 40 + ["b"] * 40, "manner": known + MANNER, "speed": SPEED * 2}
    rows = two_offices(tmp_path, recipes=recipes, columns=columns).score()
    assert row_of(rows, "a", HEADLINE)["suppressed"] == "few_respondents"
    assert row_of(rows, "a", "top2/pooled_answers")["n_valid"] == "40"
    assert number_of(row_of(rows, "b", HEADLINE))["estimate"] == pytest.approx(75)


def test_a_part_without_weight_has_no_score(tmp_path: Path) -> None:
    rows = two_offices(tmp_path, recipes=[weighing(1, 0)]).score()
    assert row_of(rows, "a", HEADLINE, construct="result")["suppressed"] == "no_weight"
    assert number_of(row_of(rows, "a", HEADLINE, construct="result")) == {}
    assert number_of(row_of(rows, "a", HEADLINE, construct="service"))["estimate"] == pytest.approx(75)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Not published: this recipe gives its questions no weight"),
        ("vi", "Không công bố: cách tính này không tính các câu hỏi về cơ quan này"),
    ],
)
def test_an_agency_without_weight_is_said_to_have_none(language: Any, words: str, tmp_path: Path) -> None:
    survey = Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "result"},
        constructs={"service": {"agency": "first"}, "result": {"agency": "second"}},
        columns={"manner": MANNER, "speed": SPEED},
        recipes=[weighing(1, 0)],
    )
    rows = survey.score(language)
    assert row_of(rows, "second", HEADLINE)["suppressed"] == "no_weight"
    page = (survey.result / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert words in page


def test_an_agency_with_one_construct_has_no_rows_of_it(tmp_path: Path) -> None:
    rows = Survey(
        folder=tmp_path,
        items={"manner": "service", "speed": "result", "clarity": "words"},
        constructs={
            "service": {"agency": "first"},
            "result": {"agency": "second"},
            "words": {"agency": "second"},
        },
        columns={"manner": MANNER, "speed": SPEED, "clarity": MANNER},
    ).score()
    composites = {(row["agency"], row["construct"]) for row in rows if not row["item"]}
    assert composites == {("first", ""), ("second", ""), ("second", "result"), ("second", "words")}
    assert {row["construct"] for row in rows if row["item"] == "manner"} == {"service"}


def test_in_roles_too_an_agency_has_rows_of_constructs_only_if_several_judge_it(tmp_path: Path) -> None:
    rows = two_offices(
        tmp_path,
        constructs={"service": {"role": "received"}, "result": {"role": "decides"}},
        columns={
            "received": ["a"] * 40 + ["b"] * 40,
            "decides": ["b"] * 40 + ["b"] * 40,
            "manner": MANNER * 2,
            "speed": SPEED * 2,
        },
    ).score()
    composites = {(row["agency"], row["construct"]) for row in rows if not row["item"]}
    assert composites == {("a", ""), ("b", ""), ("b", "service"), ("b", "result")}
    assert number_of(row_of(rows, "b", HEADLINE))["n"] == 80
    assert number_of(row_of(rows, "b", HEADLINE, construct="service"))["n"] == 40
    assert number_of(row_of(rows, "a", HEADLINE))["estimate"] == pytest.approx(75)
    assert number_of(row_of(rows, "b", HEADLINE))["estimate"] == pytest.approx((75 + 25) / 2)


def test_an_agency_both_named_and_found_in_a_role_is_refused(tmp_path: Path) -> None:
    survey = two_offices(
        tmp_path,
        constructs={"service": {"role": "received"}, "result": {"agency": "a"}},
    )
    with pytest.raises(Refusal) as caught:
        survey.score()
    [fault] = caught.value.faults
    assert (fault.code, fault.where) == ("AGENCY_IN_TWO_WAYS", "agency a")
    assert not survey.result.exists()


def test_an_agency_named_and_others_in_roles_stand_side_by_side(tmp_path: Path) -> None:
    rows = two_offices(
        tmp_path, constructs={"service": {"role": "received"}, "result": {"agency": "city"}}
    ).score()
    assert {row["agency"] for row in rows} == {"a", "b", "city"}
    assert number_of(row_of(rows, "city", HEADLINE))["n"] == 80
    assert number_of(row_of(rows, "city", HEADLINE))["estimate"] == pytest.approx(25)


def test_an_instrument_that_rates_nobody_is_refused(tmp_path: Path) -> None:
    survey = Survey(folder=tmp_path, items={"manner": None}, constructs={}, columns={"manner": MANNER})
    with pytest.raises(Refusal) as caught:
        survey.score()
    assert [fault.code for fault in caught.value.faults] == ["NOTHING_RATED"]
    assert not survey.result.exists()


def test_several_versions_of_an_instrument_in_one_wave_are_refused(tmp_path: Path) -> None:
    survey = two_offices(tmp_path)
    wave = read(survey.freeze())
    other = replace(wave.instrument, title="Another")
    with pytest.raises(Refusal) as caught:
        scores(replace(wave, instruments={**wave.instruments, "other": other}))
    [fault] = caught.value.faults
    assert (fault.code, fault.got) == ("SEVERAL_INSTRUMENTS", "2 versions")


def test_the_plan_fixes_headline_and_standard(tmp_path: Path) -> None:
    survey = two_offices(tmp_path, plan={"headline": "top2/pooled_answers", "standard": 80})
    survey.score()
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert "(top2/pooled_answers)" in page
    assert "Standard 80%" in page
    assert "Plan sealed before the wave" in page
    assert "After the fact" not in page


def test_without_a_plan_the_numbers_are_after_the_fact(tmp_path: Path) -> None:
    survey = two_offices(tmp_path)
    survey.score()
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert "After the fact" in page
    assert f"({HEADLINE})" in page


def test_a_plan_that_cannot_be_carried_out_is_refused(tmp_path: Path) -> None:
    for place, standard in enumerate((True, 120, -1, "80", [80])):
        survey = two_offices(
            tmp_path / str(place),
            plan={"headline": "top2/person_mean", "standard": standard},
            recipes=[weighing(1, 1)],
        )
        with pytest.raises(Refusal) as caught:
            survey.score()
        assert [(fault.code, fault.where.rpartition(": ")[2]) for fault in caught.value.faults] == [
            ("WRONG_PLAN", "headline"),
            ("WRONG_PLAN", "standard"),
        ]
        assert not survey.result.exists()


def test_a_language_that_the_instrument_lacks_keeps_its_own_wording(tmp_path: Path) -> None:
    survey = two_offices(tmp_path, wordings={"manner": "How were you treated?"})
    survey.score("vi")
    page = (survey.result / "report.html").read_text(encoding="utf-8")
    assert '<html lang="vi">' in page
    assert "How were you treated?" in page
