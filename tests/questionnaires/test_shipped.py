from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from questionnaires import loader
from questionnaires.catalogs import DEFINITIONS
from questionnaires.findings import DefinitionError
from questionnaires.model import Instrument, Missing, Role
from questionnaires.wording import source_texts

ROOT = Path(__file__).parents[2]
KIOSK_SYLLABLES = 15
KIOSK_ITEMS = 12


def _codebook() -> list[dict[str, str]]:
    with (ROOT / "examples/kansas_city/codebook.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rated(instrument: Instrument) -> dict[str, list[str]]:
    return {
        construct.name: [item.name for item in instrument.items if item.construct == construct.name]
        for construct in instrument.constructs
    }


def test_three_definitions_come_with_the_program() -> None:
    assert loader.shipped_names() == ("kcmo_2021", "kiosk_core", "service_responsibility")
    assert [loader.shipped(name).name for name in loader.shipped_names()] == list(loader.shipped_names())


def test_a_definition_that_does_not_come_with_the_program_is_refused_with_those_that_do() -> None:
    with pytest.raises(DefinitionError, match=r"NO_FILE .*kcmo_2021, kiosk_core"):
        loader.shipped("kcmo")
    with pytest.raises(DefinitionError, match="NO_FILE"):
        loader.shipped("../definitions/kiosk_core")


@pytest.mark.parametrize("name", ["service_responsibility", "kiosk_core"])
def test_our_own_instruments_have_no_finding_not_even_advice(name: str) -> None:
    assert loader.check(DEFINITIONS / f"{name}.yaml") == []


def test_service_responsibility_rates_the_nineteen_criteria() -> None:
    instrument = loader.shipped("service_responsibility")
    rated = _rated(instrument)
    assert {name: len(items) for name, items in rated.items()} == {
        "access": 4,
        "procedures": 4,
        "officials": 5,
        "result": 3,
        "complaints": 3,
    }
    text = (DEFINITIONS / "service_responsibility.yaml").read_text(encoding="utf-8")
    criteria = re.findall(r"name: (\w+)  # II\.(\d), (\d+)", text)
    assert [int(number) for _, _, number in criteria] == list(range(15, 34))
    assert [name for name, _, _ in criteria] == [item for items in rated.values() for item in items]
    for criterion, (group, items) in zip("12345", rated.items(), strict=True):
        assert [name for name, number, _ in criteria if number == criterion] == items, group


def test_each_construct_judges_who_answers_for_it() -> None:
    for name in ("service_responsibility", "kiosk_core"):
        roles = {construct.name: construct.role for construct in loader.shipped(name).constructs}
        assert roles == {
            "access": Role.RECEIVED,
            "procedures": Role.DECIDES,
            "officials": Role.RECEIVED,
            "result": Role.DECIDES,
            "complaints": Role.RECEIVED,
        }


def test_what_not_everybody_can_judge_may_be_not_applicable() -> None:
    instrument = loader.shipped("service_responsibility")
    for name in ("papers", "fees", "time_limit", "rules_followed", "fairness", "complaint_handling"):
        assert Missing.NOT_APPLICABLE in instrument.item(name).missing


def test_overall_satisfaction_is_in_no_index() -> None:
    for name in ("service_responsibility", "kiosk_core"):
        assert loader.shipped(name).item("overall").construct is None


def test_the_kiosk_asks_the_same_items_in_the_same_words() -> None:
    kiosk, whole = loader.shipped("kiosk_core"), loader.shipped("service_responsibility")
    assert len(kiosk.items) == KIOSK_ITEMS
    for item in kiosk.items:
        assert item == whole.item(item.name)
        if item.scale:
            assert kiosk.scale_of(item) == whole.scale_of(whole.item(item.name))
    order = [item.name for item in whole.items]
    places = [order.index(item.name) for item in kiosk.items]
    assert places == sorted(places)
    assert all(_rated(kiosk).values())


def test_no_sentence_at_the_kiosk_is_long() -> None:
    for text in source_texts(loader.shipped("kiosk_core")):
        for sentence in re.split(r"[.;:?]", text.text):
            assert len(sentence.replace(",", " ").split()) <= KIOSK_SYLLABLES, sentence


def test_every_tap_is_the_same_tap_at_the_kiosk() -> None:
    assert all(item.ask_if is None for item in loader.shipped("kiosk_core").items)


def test_kansas_city_has_the_variables_scales_and_departments_of_its_codebook() -> None:
    instrument = loader.shipped("kcmo_2021")
    design = {"method", "counci", "quarte"}
    rows = {row["variable"]: row for row in _codebook() if row["variable"] not in design}
    assert [item.name for item in instrument.items] == list(rows)
    agencies = {construct.name: construct.agency for construct in instrument.constructs}
    for item in instrument.items:
        row = rows[item.name]
        assert item.scale == row["scale"]
        if row["scale"] in {"quality5", "satisfaction5"}:
            assert agencies[item.construct or ""] == row["agency"]
        else:
            assert item.construct is None


def test_kansas_city_pools_the_items_that_the_reference_pools() -> None:
    reference = json.loads((ROOT / "tests/reference/kcmo_pooled.json").read_text(encoding="utf-8"))
    pooled = {row["agency"]: row["items"] for row in reference["rows"]}
    assert len(pooled) == 17
    assert _rated(loader.shipped("kcmo_2021")) == pooled


def test_every_code_in_the_answers_of_kansas_city_has_a_meaning() -> None:
    instrument = loader.shipped("kcmo_2021")
    with (ROOT / "examples/kansas_city/answers.csv").open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    for item in instrument.items:
        scale = instrument.scale_of(item)
        known = {*scale.codes, *(missing.code for missing in scale.missing_codes)}
        found = {row[item.name] for row in answers} - {"", "NA"}
        assert {int(code) for code in found} <= known, item.name
