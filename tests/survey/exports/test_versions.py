"""An export of several versions: each row says its own, and the codebook how each has an item."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from questionnaires.canonical import instrument_hash
from questionnaires.changes import Kind
from questionnaires.model import Category, ItemType, Missing, Rewording
from survey.exports.codebook import Entry, codebook
from survey.exports.writing import export
from survey.frozen.reading import FrozenWave, read
from tests.questionnaires.versions import FIRST, items, scale, section, without
from tests.survey.exports.test_export import Page, read_csv
from tests.survey.frozen.versioned import freeze_versions, people

if TYPE_CHECKING:
    from pathlib import Path

    from questionnaires.model import Instrument

MANNER = FIRST.item("manner").wording
DECLARED = Rewording(text="item.speed", was=FIRST.item("speed").wording, reason="Ý vẫn như cũ.")


def second() -> Instrument:
    """A further item, one less, a comma, a declared rewording, another question, a category more."""
    made = without(FIRST, "times")
    made = items(made, "why", ask_if=None)
    made = items(made, "manner", wording="Cán bộ thế nào?")
    made = items(made, "speed", wording="Quý vị hài lòng hay không hài lòng với thời gian?")
    made = scale(made, 1, categories=(*FIRST.scales[1].categories, Category(code=3, wording="Hộ chiếu")))
    opinion = replace(FIRST.item("why"), name="opinion", type=ItemType.LONG_TEXT, ask_if=None)
    made = section(made, 1, items=(*made.sections[1].items, opinion))
    return replace(made, rewordings=(DECLARED,))


FIRST_HASH, SECOND_HASH = instrument_hash(FIRST), instrument_hash(second())


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> FrozenWave:
    """Thirty answered the first version, twenty the second."""
    answers = [(FIRST, people(FIRST, 1, 30)), (second(), people(second(), 2, 20))]
    return read(freeze_versions(tmp_path_factory.mktemp("versions") / "wave", answers))


def entries(wave: FrozenWave, name: str) -> list[Entry]:
    return [entry for entry in codebook(wave) if entry.item.name == name]


def test_each_row_says_its_version(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "data.csv")
    assert Counter(row["instrument"] for row in rows) == {FIRST_HASH: 30, SECOND_HASH: 20}
    assert wave.manifest.responses == {FIRST_HASH: 30, SECOND_HASH: 20}
    for row in rows:
        absent = {"opinion"} if row["instrument"] == FIRST_HASH else {"times"}
        assert {name for name in ("opinion", "times") if row[f"{name}__missing"] == "off_route"} == absent


def test_each_way_of_an_item_is_described_with_its_versions(wave: FrozenWave) -> None:
    both = (FIRST_HASH, SECOND_HASH)
    told = {
        name: [(entry.versions, entry.change) for entry in entries(wave, name)]
        for name in ("papers", "times", "why", "manner", "speed", "opinion")
    }
    apart = [((FIRST_HASH,), None), ((SECOND_HASH,), Kind.BREAKING)]
    assert told == {
        "papers": apart,
        "times": [((FIRST_HASH,), None)],
        "why": apart,
        "manner": apart,
        "speed": [((FIRST_HASH,), None), ((SECOND_HASH,), Kind.COMPARABLE)],
        "opinion": [((SECOND_HASH,), None)],
    }
    assert [entry.wordings["vi"] for entry in entries(wave, "manner")] == [MANNER, "Cán bộ thế nào?"]
    assert [entry.base for entry in entries(wave, "why")] == ["responses where times ≥ 2", "all responses"]
    unchanged = codebook(read(wave.path))
    assert all(set(entry.versions) <= set(both) for entry in unchanged)


def test_counts_of_all_ways_add_up_to_all_responses(wave: FrozenWave) -> None:
    found: dict[str, int] = {}
    for entry in codebook(wave):
        assert entry.n + sum(reason.n for reason in entry.reasons) == entry.responses, entry.item.name
        found[entry.item.name] = found.get(entry.item.name, entry.not_offered) + entry.responses
    assert set(found.values()) == {50}
    assert [entry.not_offered for entry in entries(wave, "opinion")] == [30]
    assert {reason.reason for entry in entries(wave, "opinion") for reason in entry.reasons if reason.n} == {
        Missing.BLANK
    }


def test_the_tables_tell_wordings_and_codes_by_version(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    book = [row for row in read_csv(tmp_path / "out" / "codebook.csv") if row["language"] == "vi"]
    told = [(row["wording"], row["versions"], row["responses"], row["change"]) for row in book
            if row["variable"] == "manner"]  # fmt: skip
    assert told == [
        (MANNER, FIRST_HASH, "30", ""),
        ("Cán bộ thế nào?", SECOND_HASH, "20", "breaking"),
    ]
    [opinion] = [row for row in book if row["variable"] == "opinion"]
    assert (opinion["responses"], opinion["not_offered"]) == ("20", "30")
    codes = read_csv(tmp_path / "out" / "codes.csv")
    assert {row["versions"] for row in codes if row["variable"] == "papers__3"} == {SECOND_HASH}
    assert {row["versions"] for row in codes if row["variable"] == "papers__1"} == {FIRST_HASH, SECOND_HASH}


def test_the_page_names_the_versions_and_who_was_not_asked(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="parquet", out=tmp_path / "out")
    page = Page()
    page.feed((tmp_path / "out" / "codebook.html").read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.texts).split())
    for wanted in (
        f"1 {FIRST_HASH} 30",
        f"2 {SECOND_HASH} 20",
        "Version 2 (breaking)",
        "Version 2 (comparable)",
        "Not offered by the other versions: 30 responses.",
        "Not offered by the other versions: 20 responses.",
    ):
        assert wanted in text


def test_the_data_package_has_a_field_a_column_and_no_codes_where_they_differ(
    wave: FrozenWave, tmp_path: Path
) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    with (tmp_path / "out" / "data.csv").open(encoding="utf-8", newline="") as file:
        assert list(fields) == next(csv.reader(file))
    assert "categories" not in fields["manner"]
    assert "codebook.csv" in fields["manner"]["description"]
    assert [code["value"] for code in fields["speed"]["categories"]] == [1, 2, 3]
    for name in ("times__missing", "opinion__missing"):
        assert "off_route" in fields[name]["constraints"]["enum"]
    rows = read_csv(tmp_path / "out" / "data.csv")
    for name, field in fields.items():
        allowed = field.get("constraints", {}).get("enum")
        if allowed is not None:
            assert {row[name] for row in rows} <= {"", *map(str, allowed)}, name


def test_versions_that_have_all_items_alike_are_described_once(tmp_path: Path) -> None:
    other = replace(FIRST, title="Khác")
    answers = [(FIRST, people(FIRST, 3, 5)), (other, people(FIRST, 4, 6))]
    for entry in codebook(read(freeze_versions(tmp_path / "wave", answers))):
        assert entry.versions == (FIRST_HASH, instrument_hash(other))
        assert (entry.responses, entry.not_offered, entry.change) == (11, 0, None)


def test_a_chain_of_rewordings_is_comparable_from_end_to_end(tmp_path: Path) -> None:
    middle = replace(items(FIRST, "speed", wording="Nhanh hay chậm?"), rewordings=(DECLARED,))
    declared = replace(DECLARED, was="Nhanh hay chậm?")
    last = replace(items(FIRST, "speed", wording="Có nhanh không?"), rewordings=(declared,))
    answers = [(one, people(one, 5, 4)) for one in (FIRST, middle, last)]
    wave = read(freeze_versions(tmp_path / "wave", answers))
    assert [entry.change for entry in entries(wave, "speed")] == [None, Kind.COMPARABLE, Kind.COMPARABLE]
