"""Several versions of an instrument in a wave: what asks the same is one, what does not is never pooled."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.canonical import instrument_hash
from questionnaires.changes import Kind
from questionnaires.model import Construct, ItemWeight, Missing, Role
from survey.frozen.reading import read
from survey.refusal import Refusal
from survey.scoring.compute import scores
from survey.scoring.result import replay, score
from tests.questionnaires.versions import EDITS, FIRST, Edit, items, label, section, without
from tests.survey.frozen.versioned import Person, freeze_versions, people
from tests.survey.scoring.program import number_of, row_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from questionnaires.model import Instrument, Item
    from survey.scoring.rows import ScoreRow

Answers = list[tuple["Instrument", list[Person]]]
PLAIN = replace(FIRST, wordings=())
TOP2 = "top2/fixed_weights"
MEAN = "mean100/pooled_answers"
BY_NAME = {edit.name: edit for edit in EDITS}
POOLED = [edit for edit in EDITS if edit.kind is not Kind.BREAKING]
BROKEN = [edit for edit in EDITS if edit.kind is Kind.BREAKING and {"manner", "speed"} & set(edit.touched)]
SIXTY = people(FIRST, 1, 60)
OTHERS = [edit for edit in EDITS if edit.kind is Kind.BREAKING and edit not in BROKEN]


def scored(folder: Path, answers: Sequence[tuple[Instrument, list[Person]]], **plan: Any) -> list[ScoreRow]:
    """The scores of a new wave."""
    shutil.rmtree(folder, ignore_errors=True)
    return scores(read(freeze_versions(folder, answers, plan=plan or None)), threads=1)


def key(row: ScoreRow) -> tuple[str, str, str, str]:
    return row.agency, row.construct, row.item, row.recipe


def service(instrument: Instrument, *more: Item) -> Instrument:
    """The instrument with further items in its second section."""
    return section(instrument, 1, items=(*instrument.sections[1].items, *more))


def added(name: str, **fields: Any) -> Item:
    return replace(
        FIRST.item("manner"), name=name, wording="Hài lòng hay không hài lòng với lối vào?", **fields
    )


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[ScoreRow]:
    """The scores of sixty people under one version."""
    rows = scored(tmp_path_factory.mktemp("alone") / "wave", [(FIRST, SIXTY)])
    assert sum(not row.suppressed for row in rows) == len(rows) > 8
    return rows


@pytest.mark.parametrize("edit", [*POOLED, *OTHERS], ids=repr)
def test_a_version_that_asks_the_same_of_what_is_rated_changes_no_bit(
    edit: Edit, alone: list[ScoreRow], tmp_path: Path
) -> None:
    """The same answers, half of them under the other version, give the same scores."""
    assert scored(tmp_path / "wave", [(FIRST, SIXTY[::2]), (edit.make(FIRST), SIXTY[1::2])]) == alone


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.sampled_from(POOLED), min_size=1, max_size=3, unique=True),
    where=st.lists(st.integers(0, 3), min_size=60, max_size=60),
)
def test_however_people_fall_on_comparable_versions_the_scores_are_those_of_one(
    edits: list[Edit], where: list[int], alone: list[ScoreRow], tmp_path: Path
) -> None:
    versions = [FIRST]
    for edit in edits:
        versions.append(edit.make(versions[-1]))
    answers = [
        (version, [person for person, at in zip(SIXTY, where, strict=True) if at % len(versions) == place])
        for place, version in enumerate(versions)
    ]
    assert scored(tmp_path / "wave", answers) == alone


@pytest.mark.parametrize("edit", BROKEN, ids=repr)
def test_what_asks_something_else_is_withheld_and_all_that_needs_it(edit: Edit, tmp_path: Path) -> None:
    second = edit.make(FIRST)
    rows = scored(tmp_path / "wave", [(FIRST, people(FIRST, 2, 60)), (second, people(second, 3, 60))])
    changed = {"manner", "speed"} & set(edit.touched)
    judged = {"a": "manner", "b": "manner", "a-office": "speed", "b-office": "speed"}
    assert {key(row) for row in rows} == {
        *((agency, "", "", recipe) for agency in judged for recipe in (TOP2, MEAN)),
        *(
            (agency, FIRST.item(item).construct, item, f"{measure}/item")
            for agency, item in judged.items()
            for measure in ("top2", "mean100")
        ),
    }
    for row in rows:
        withheld = judged[row.agency] in changed
        assert row.suppressed == ("versions_differ" if withheld else "")
        assert (row.estimate is None) is withheld
        assert row.n is None if withheld else row.n == 60
        assert row.decision_use == ("none" if withheld else "improvement")


def test_a_further_item_is_known_to_the_last_digit(tmp_path: Path) -> None:
    """Forty answer the first version, twenty the second, which asks one thing more: by hand."""
    second = service(PLAIN, added("entrance"))
    errand = {"received": "a", "decides": "c", "stratum": "s"}
    early = [errand | {"manner": code, "speed": 3} for code in [3, 3, 3, 1] * 10]
    late = [
        errand | {"manner": 3, "speed": Missing.DONT_KNOW, "entrance": code}
        for code in [3, 1, 2, Missing.NOT_APPLICABLE] * 5
    ]
    folder = freeze_versions(tmp_path / "wave", [(PLAIN, early), (second, late)])
    score(folder, tmp_path / "result", language="en", threads=1)
    rows = rows_of(tmp_path / "result")
    manner = number_of(row_of(rows, "a", "top2/item", construct="service", item="manner"))
    assert manner["estimate"] == pytest.approx(100 * (30 + 20) / 60)
    assert (manner["n"], manner["n_valid"]) == (60, 60)
    entrance = number_of(row_of(rows, "a", "top2/item", construct="service", item="entrance"))
    assert entrance["estimate"] == pytest.approx(100 / 3)
    assert (entrance["n"], entrance["n_valid"]) == (15, 15)
    mean = number_of(row_of(rows, "a", "mean100/item", construct="service", item="entrance"))
    assert mean["estimate"] == pytest.approx(50)
    # no index is made of it: that of the agency is what was planned, over everybody
    for recipe, item in ((TOP2, "top2/item"), (MEAN, "mean100/item")):
        whole = number_of(row_of(rows, "a", recipe))
        alone = number_of(row_of(rows, "a", item, construct="service", item="manner"))
        assert whole["estimate"] == pytest.approx(alone["estimate"])
        assert (whole["n"], whole["n_valid"]) == (60, 60)
    speed = number_of(row_of(rows, "c", "top2/item", construct="result", item="speed"))
    assert (speed["estimate"], speed["n"], speed["n_valid"]) == (100, 60, 40)
    assert speed["missing_share"] == pytest.approx(20 / 60)
    counts = {instrument_hash(PLAIN): 40, instrument_hash(second): 20}
    assert read(folder).manifest.responses == counts
    assert json.loads((tmp_path / "result" / "scores.json").read_text("utf-8"))["instruments"] == counts
    page = (
        (tmp_path / "result" / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "were not asked these questions: “Hài lòng hay không hài lòng với lối vào?”" in page
    for version, count in counts.items():
        assert f"{version}: {count} responses" in page
    replay(tmp_path / "result", tmp_path)


def test_a_further_item_leaves_the_planned_scores_as_they_were(tmp_path: Path) -> None:
    second = service(FIRST, added("entrance"))
    group = people(FIRST, 4, 60)
    later = [person | {"entrance": 2} for person in group[30:]]
    rows = scored(tmp_path / "two", [(FIRST, group[:30]), (second, later)])
    alone = scored(tmp_path / "alone", [(FIRST, group)])
    assert [row for row in rows if row.item != "entrance"] == alone
    assert {(row.agency, row.n) for row in rows if row.item == "entrance"} == {("a", 15), ("b", 15)}


def test_a_planned_item_that_was_dropped_stands_alone(tmp_path: Path) -> None:
    """Its own row rests on those who were asked; an index would be of other things for the others."""
    second = without(FIRST, "manner")
    early, late = people(FIRST, 5, 60), people(second, 6, 60)
    rows = scored(tmp_path / "wave", [(FIRST, early), (second, late)])
    alone = {key(row): row for row in scored(tmp_path / "alone", [(FIRST, early)])}
    for row in rows:
        if row.item == "manner":
            assert (row.estimate, row.n, row.suppressed) == (alone[key(row)].estimate, 30, "")
        elif row.agency in {"a", "b"}:
            assert row.suppressed == "versions_differ"
        else:
            assert (row.n, row.suppressed) == (60, "")


def test_a_recipe_that_gives_what_changed_no_weight_needs_it_not(tmp_path: Path) -> None:
    judge = replace(FIRST.constructs[1], role=Role.RECEIVED)
    headline, *others = FIRST.recipes
    weights = (ItemWeight(item="manner", weight=0), ItemWeight(item="speed", weight=1))
    recipes = (replace(headline, item_weights=weights), *others)
    light = replace(FIRST, constructs=(FIRST.constructs[0], judge), recipes=recipes)
    second = items(light, "manner", wording="Cán bộ thế nào?")
    rows = scored(tmp_path / "wave", [(light, people(light, 7, 60)), (second, people(second, 8, 60))])
    said = {key(row): row.suppressed for row in rows if row.agency == "a"}
    assert said["a", "", "", TOP2] == ""
    assert said["a", "", "", MEAN] == "versions_differ"
    assert said["a", "result", "", TOP2] == said["a", "result", "", MEAN] == ""
    assert said["a", "service", "", TOP2] == "no_weight"
    assert said["a", "service", "", MEAN] == said["a", "service", "manner", "top2/item"] == "versions_differ"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_agency_that_only_a_further_item_judges_has_no_index(
    language: Literal["vi", "en"], tmp_path: Path
) -> None:
    helping = Construct(name="advice", wording="Hướng dẫn", role=Role.HELPS)
    named = Construct(name="portal", wording="Cổng dịch vụ công", agency="PORTAL")
    second = service(
        replace(PLAIN, constructs=(*PLAIN.constructs, helping, named)),
        added("advice_given", construct="advice"),
        added("portal_easy", construct="portal"),
    )
    late = [person | {"helps": "h"} for person in people(second, 9, 60)]
    folder = freeze_versions(tmp_path / "wave", [(PLAIN, people(PLAIN, 10, 60)), (second, late)])
    score(folder, tmp_path / "result", language=language, threads=1)
    rows = rows_of(tmp_path / "result")
    for agency, construct, item in (("h", "advice", "advice_given"), ("PORTAL", "portal", "portal_easy")):
        assert row_of(rows, agency, TOP2)["suppressed"] == "no_weight"
        assert number_of(row_of(rows, agency, "top2/item", construct=construct, item=item))["n"] == 60
    page = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    assert "PORTAL" in page
    assert "Cổng dịch vụ công" not in page  # an agency with one construct is not told by its name


def test_an_item_that_came_and_was_changed_is_withheld_alone(tmp_path: Path) -> None:
    second = service(FIRST, added("entrance"))
    third = items(second, "entrance", wording="Lối vào thế nào?")
    answers = [(one, people(one, seed, 40)) for seed, one in enumerate((FIRST, second, third))]
    for row in scored(tmp_path / "wave", answers):
        assert row.suppressed == ("versions_differ" if row.item == "entrance" else "")


def test_the_plans_recipes_hold_though_nobody_answered_its_version(tmp_path: Path) -> None:
    second = BY_NAME["other weights"].make(service(FIRST, added("entrance")))
    group = people(second, 11, 60)
    rows = scored(tmp_path / "wave", [(FIRST, []), (second, group)])
    alone = scored(tmp_path / "alone", [(FIRST, group)])
    assert [row for row in rows if row.item != "entrance"] == alone
    assert {row.n for row in rows if row.item == "entrance"} == {30}
    broken = label(second, 3, "Khá hài lòng")
    assert {
        row.suppressed for row in scored(tmp_path / "wave", [(FIRST, []), (broken, group)]) if not row.item
    } == {"versions_differ"}


def test_codes_that_only_another_version_has_are_no_fault_of_the_data(tmp_path: Path) -> None:
    second = BY_NAME["a fourth code"].make(FIRST)
    late = [person | {"manner": 4, "speed": 4} for person in people(second, 12, 30)]
    rows = scored(tmp_path / "wave", [(FIRST, people(FIRST, 13, 30)), (second, late)])
    assert {row.suppressed for row in rows} == {"versions_differ"}


def test_every_engine_and_a_replay_give_the_same_bytes(tmp_path: Path) -> None:
    second = items(service(FIRST, added("entrance")), "speed", wording="Nhanh hay chậm?")
    folder = freeze_versions(
        tmp_path / "wave", [(FIRST, people(FIRST, 14, 40)), (second, people(second, 15, 40))]
    )
    made = [
        score(folder, tmp_path / f"{engine}-{threads}", engine=engine, threads=threads).files
        for engine, threads in (("duckdb", 1), ("duckdb", 2), ("polars", 2))
    ]
    assert made[0] == made[1] == made[2]
    assert replay(tmp_path / "duckdb-1", tmp_path).files == made[0]


def test_a_plan_that_names_no_version_of_the_wave_cannot_decide(tmp_path: Path) -> None:
    second = replace(FIRST, title="Khác")
    answers = [(FIRST, people(FIRST, 16, 20)), (second, people(second, 17, 20))]
    for version in ("0" * 64, "", 7):
        with pytest.raises(Refusal, match="SEVERAL_INSTRUMENTS"):
            scored(tmp_path / "wave", answers, version=version)
    assert scored(tmp_path / "wave", answers, version=instrument_hash(second))
