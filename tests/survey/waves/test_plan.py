"""The plan: read with its faults, held against the instrument, and who answers for what by its table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.model import Missing
from survey.frozen.layout import Basis as FrozenBasis
from survey.refusal import Refusal
from survey.registry.reads import PlaceView
from survey.scoring import thresholds
from survey.waves import plan as plans
from survey.waves import reads
from survey.waves.plan import ANY, Basis, Plan, Responsibility, Thresholds, procedure_of, roles_of
from survey.waves.plan_file import read_plan
from tests.survey.waves.places import LAST, TODAY, open_wave

if TYPE_CHECKING:
    from pathlib import Path

    from survey.refusal import Fault
    from survey.site import Site

WRITTEN = """\
population: Người làm thủ tục đất đai tại hai phường.
headline: mean100/item_weighted
adjusters: [procedure_group]
exclusions: [Phiếu do cán bộ điền hộ]
standard: 80
responsible:
  - {procedure: 2, decides: SNV}
  - {procedure: 2, received: "00008", decides: "00008", helps: SNV}
  - {received: "00004", helps: SNV}
"""
HERE = PlaceView("aaaaaaaa", "BD-1", "Điểm phục vụ số 1", "00004", "Phường Ba Đình")
THERE = PlaceView("bbbbbbbb", "NH-1", "Điểm phục vụ Ngọc Hà", "00008", "Phường Ngọc Hà")


def written(folder: Path, text: str, name: str = "plan.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sealed(**changed: object) -> Plan:
    given_ = {
        "wave": "w",
        "instrument": "kiosk_core",
        "version": "0" * 64,
        "pinned": False,
        "modes": ("web",),
        "basis": "open",
        "starts": TODAY,
        "stops": LAST,
        "places": {"BD-1": "00004", "NH-1": "00008"},
        "item_weights": {"signs": 1.0},
    }
    return Plan.model_validate(given_ | changed)


def test_a_plan_is_sealed_as_it_was_written(city: Site, tmp_path: Path) -> None:
    open_wave(city, "w", plan=read_plan(written(tmp_path, WRITTEN)))
    with city.stores.main.reading() as connection:
        found = reads.wave(connection, "w", TODAY)
    assert found is not None
    data = json.loads(found.plan_text)
    assert (data["headline"], data["standard"]) == ("mean100/item_weighted", 80.0)
    assert data["exclusions"] == ["Phiếu do cán bộ điền hộ"]
    assert roles_of(found.plan, HERE, "2") == ("00004", "SNV", "00004")
    assert roles_of(found.plan, THERE, "2") == ("00008", "00008", "SNV")
    assert roles_of(found.plan, HERE, "1") == ("00004", "00004", "SNV")
    assert roles_of(found.plan, HERE, None) == ("00004", "00004", "SNV")
    assert roles_of(found.plan, THERE, None) == ("00008", "00008", "00008")


def test_json_says_the_same_as_yaml(tmp_path: Path) -> None:
    text = json.dumps({"standard": 80.5, "adjusters": ["procedure_group"]})
    assert read_plan(written(tmp_path, text, "plan.json")).plan.standard == 80.5


SHAPES = {
    "unknown key": ("standart: 80\n", "UNKNOWN_KEY", ":1: standart", "standard"),
    "weights are the instrument's": ("item_weights: {signs: 2}\n", "UNKNOWN_KEY", ":1: item_weights", ""),
    "unknown key of a row": (
        "responsible:\n  - {procedure: 2, decide: SNV}\n",
        "UNKNOWN_KEY",
        ":2: responsible.0.decide",
        "spelling",
    ),
    "standard beyond": ("standard: 101\n", "WRONG_VALUE", ":1: standard", "101"),
    "standard as text": ("standard: high\n", "WRONG_VALUE", ":1: standard", "high"),
    "standard not a number": ("standard: .nan\n", "WRONG_VALUE", ":1: standard", ""),
    "unit": ("unit: dossier\n", "WRONG_VALUE", ":1: unit", "errand"),
    "empty text": ('population: " "\n', "WRONG_VALUE", ":1: population", ""),
    "one case twice": (
        "responsible:\n  - {procedure: 2, decides: SNV}\n  - {procedure: '2', helps: SNV}\n",
        "WRONG_VALUE",
        ":1",
        "procedure 2, received *",
    ),
    "a key twice": ("standard: 80\nstandard: 90\n", "DUPLICATE_KEY", ":2", "each key once"),
    "no mapping": ("- standard\n", "NOT_A_MAPPING", ":1", "a plan"),
    "no YAML": ("standard: [80\n", "NOT_YAML", ":2", "a plan"),
}


@pytest.mark.parametrize(("text", "code", "where", "said"), SHAPES.values(), ids=SHAPES.keys())
def test_a_plan_with_a_fault_is_refused_at_its_line(
    text: str, code: str, where: str, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Refusal) as refusal:
        read_plan(path)
    [fault] = refusal.value.faults
    assert (fault.code, fault.where) == (code, f"{path}{where}")
    assert said in str(fault)


def test_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"none\.yaml"):
        read_plan(tmp_path / "none.yaml")


MEANINGS = {
    "unknown recipe": ("headline: top3/fixed_weights\n", "UNKNOWN_RECIPE", "headline"),
    "unknown adjuster": ("adjusters: [income]\n", "UNKNOWN_ITEM", "adjusters.0"),
    "rated adjuster": ("adjusters: [procedure_group, signs]\n", "UNKNOWN_ITEM", "adjusters.1"),
    "unknown procedure item": ("procedure_item: nothing\n", "UNKNOWN_ITEM", "procedure_item"),
    "rated procedure item": ("procedure_item: signs\n", "UNKNOWN_ITEM", "procedure_item"),
    "unknown procedure": (
        "responsible: [{procedure: 9, decides: SNV}]\n",
        "UNKNOWN_CODE",
        "responsible.0.procedure",
    ),
    "unknown who decides": ("responsible: [{decides: XXX}]\n", "UNKNOWN_UNIT", "responsible.0.decides"),
    "unknown who helps": ("responsible: [{helps: XXX}]\n", "UNKNOWN_UNIT", "responsible.0.helps"),
    "receives nowhere": (
        "responsible: [{received: SNV, decides: SNV}]\n",
        "UNKNOWN_UNIT",
        "responsible.0.received",
    ),
}


def refused(site: Site, path: Path) -> list[Fault]:
    with pytest.raises(Refusal) as refusal:
        open_wave(site, "w", plan=read_plan(path))
    return list(refusal.value.faults)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_plan_that_does_not_fit_is_refused(meaning: str, city: Site, tmp_path: Path) -> None:
    text, code, key = MEANINGS[meaning]
    path = written(tmp_path, text)
    [fault] = refused(city, path)
    assert (fault.code, fault.where) == (code, f"{path}:1: {key}")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_all_that_does_not_fit_is_told_at_once(city: Site, tmp_path: Path) -> None:
    text = "headline: x/y\nadjusters: [income]\nresponsible: [{procedure: 9, decides: XXX}]\n"
    faults = refused(city, written(tmp_path, text))
    assert [fault.code for fault in faults] == [
        "UNKNOWN_RECIPE",
        "UNKNOWN_ITEM",
        "UNKNOWN_CODE",
        "UNKNOWN_UNIT",
    ]


def test_the_organisation_that_was_sealed_receives_whatever_the_registry_says_later() -> None:
    moved = PlaceView("aaaaaaaa", "BD-1", "Điểm phục vụ số 1", "00099", "Phường mới")
    assert roles_of(sealed(), moved, None)[0] == "00004"


CODES = st.sampled_from(["1", "2", ANY])
UNITS = st.sampled_from(["00004", "00008", ANY])
PART = st.sampled_from([None, "X", "Y"])
TABLES = st.lists(st.tuples(CODES, UNITS, PART, PART), max_size=9, unique_by=lambda row: row[:2])


@given(TABLES, st.sampled_from(["1", "2", "3", None]), st.sampled_from([HERE, THERE]))
def test_the_most_exact_row_counts(
    table: list[tuple[str, str, str | None, str | None]], procedure: str | None, place: PlaceView
) -> None:
    rows = [Responsibility(procedure=p, received=r, decides=d, helps=h).model_dump() for p, r, d, h in table]
    received, decides, helps = roles_of(sealed(responsible=rows), place, procedure)
    assert received == place.organisation
    fits = [row for row in table if row[0] in {procedure, ANY} and row[1] in {received, ANY}]
    best = max(fits, key=lambda row: (row[0] != ANY, row[1] != ANY), default=(ANY, ANY, None, None))
    assert (decides, helps) == (best[2] or received, best[3] or received)


def test_the_procedure_is_what_the_person_said() -> None:
    plan = sealed(procedure_item="procedure_group")
    assert procedure_of(plan, {"procedure_group": 2}) == "2"
    assert procedure_of(plan, {"procedure_group": Missing.DONT_KNOW}) is None
    assert procedure_of(plan, {}) is None
    assert procedure_of(sealed(), {"procedure_group": 2}) is None


def test_a_plan_comes_back_the_same_and_equal_plans_have_one_hash() -> None:
    text = plans.to_json(sealed(standard=80))
    assert plans.from_json(text) == sealed(standard=80)
    assert plans.to_json(plans.from_json(text)) == text
    assert plans.plan_hash(text) != plans.plan_hash(plans.to_json(sealed()))


def test_what_the_plan_says_is_what_scores_do() -> None:
    said = Thresholds()
    assert said.withheld_below == thresholds.WITHHELD_BELOW
    assert said.indicative_below == thresholds.INDICATIVE_BELOW
    assert get_args(Basis) == get_args(FrozenBasis)
