"""Each fault of outside data ends in its own code with its place and its remedy, and writes nothing."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING

import pytest

from questionnaires.model import Instrument, Item, ItemType, Section
from survey.refusal import Fault, Refusal
from tests.survey.frozen.small import COLUMNS, DESIGN, ROWS, UNITS, Files, rows_of

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTED = "basis: probability\nid: id\nweights: w\nroles: {received: unit}\n"
CLUSTERED = "basis: probability\nid: id\nstrata: s\npsu: p\nroles: {received: unit}\n"


def refused(files: Files) -> tuple[Fault, ...]:
    """The faults of a freeze that must fail, having written nothing."""
    before = set(files.folder.iterdir()) if files.folder.exists() else set()
    with pytest.raises(Refusal) as caught:
        files.freeze()
    inputs = {
        files.folder / name for name in ("design.yaml", "units.csv", "plan.yaml", f"data{files.suffix}")
    }
    assert set(files.folder.iterdir()) - before <= inputs
    for fault in caught.value.faults:
        assert all((fault.code, fault.where, fault.expected, fault.got, fault.remedy))
    return caught.value.faults


def stratified(files: Files, strata: str, psus: str) -> Files:
    files.design = CLUSTERED
    return files.with_column("s", tuple(strata)).with_column("p", tuple(psus))


CELLS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "a code the scale has not": ("staff", ("5", "7", "2", "7"), "UNKNOWN_CODE", "`7` (2 rows: 3, 5)"),
    "a label where a code belongs": (
        "staff",
        ("Hài lòng", "9", "2", "3"),
        "TEXT_FOR_CODE",
        "`Hài lòng` (1 rows: 2)",
    ),
    "a fraction where a code belongs": ("staff", ("4.5", "9", "2", "3"), "UNKNOWN_CODE", "`4.5`"),
    "text where a number belongs": ("times", ("hai", "3", "2", ""), "TEXT_FOR_NUMBER", "`hai`"),
    "a number with a fraction": ("times", ("1.5", "3", "2", ""), "TEXT_FOR_NUMBER", "`1.5`"),
    "an infinite number": ("times", ("inf", "3", "2", ""), "TEXT_FOR_NUMBER", "`inf`"),
    "a number beyond its bounds": ("times", ("21", "3", "2", ""), "OUT_OF_RANGE", "`21`"),
    "two in a column of 0 and 1": ("extra__1", ("2", "0", "", "0"), "UNKNOWN_CODE", "`2`"),
    "half a multiple choice": ("extra__1", ("", "0", "", "0"), "PART_BLANK", "`-,0`"),
    "an answer off the route": ("why", ("3", "", "4", ""), "OFF_ROUTE_ANSWER", "`3`"),
    "a text too long": ("comment", ("x" * 101, "", "", ""), "TOO_LONG", "(1 rows: 2)"),
    "an answer with a reason": ("staff__missing", ("refused", "", "", ""), "ANSWER_AND_REASON", "`refused`"),
    "two reasons": ("staff__missing", ("", "refused", "", ""), "ANSWER_AND_REASON", "`refused`"),
    "an unknown reason": ("staff__missing", ("", "", "", "asleep"), "UNKNOWN_REASON", "`asleep`"),
    "an id twice": ("id", ("r1", "r2", "r1", "r4"), "ID_TWICE", "`r1` in rows 2, 4"),
    "an empty id": ("id", ("r1", "", "r3", "r4"), "EMPTY_ID", "nothing in rows 3"),
    "an empty organisation": ("unit", ("00004", "NA", "00008", "00008"), "EMPTY_UNIT", "nothing (1 rows: 3)"),
    "an unknown column": ("extra", ("1", "2", "3", "4"), "UNKNOWN_COLUMN", "the nearest is `extra__2`"),
    "a column in other case": ("Sex", ("1", "2", "3", "4"), "UNKNOWN_COLUMN", "`Sex`"),
}


@pytest.mark.parametrize(("column", "cells", "code", "got"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_at_fault_is_named(
    column: str, cells: tuple[str, ...], code: str, got: str, tmp_path: Path
) -> None:
    [fault] = refused(Files(tmp_path).with_column(column, cells))
    assert (fault.code, got in fault.got, column in fault.where) == (code, True, True), fault


WEIGHTS = {
    "missing": ("", "MISSING_WEIGHT"),
    "text": ("heavy", "TEXT_FOR_WEIGHT"),
    "with a decimal comma": ("1,5", "TEXT_FOR_WEIGHT"),
    "negative": ("-0.5", "NEGATIVE_WEIGHT"),
    "infinite": ("inf", "INFINITE_WEIGHT"),
    "negative infinite": ("-inf", "INFINITE_WEIGHT"),
    "no number": ("nan", "INFINITE_WEIGHT"),
}


@pytest.mark.parametrize(("weight", "code"), WEIGHTS.values(), ids=WEIGHTS.keys())
def test_a_wrong_weight_is_refused(weight: str, code: str, tmp_path: Path) -> None:
    files = Files(tmp_path, design=WEIGHTED).with_column("w", ("1", "2.5", weight, "0"))
    [fault] = refused(files)
    assert (fault.code, "rows: 4" in fault.got) == (code, True)


def test_a_weight_of_zero_stays_in_the_design(tmp_path: Path) -> None:
    wave = Files(tmp_path, design=WEIGHTED).with_column("w", ("1", "2.5", "1e2", "0")).freeze()
    assert rows_of(wave, "weight") == [(0.0,), (1.0,), (100.0,), (2.5,)]


def test_weights_that_are_all_zero_are_refused(tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, design=WEIGHTED).with_column("w", ("0", "0", "0", "0")))
    assert fault.code == "ALL_WEIGHTS_ZERO"


DESIGNS: dict[str, tuple[str, str, str, str]] = {
    "an empty stratum": ("aa b", "1234", "EMPTY_UNIT", "nothing (1 rows: 4)"),
    "an empty PSU": ("aabb", "12 4", "EMPTY_UNIT", "nothing (1 rows: 4)"),
    "a stratum with one PSU": ("aaab", "1234", "LONELY_PSU", "`b` with one"),
    "a PSU in two strata": ("aabb", "1213", "PSU_IN_TWO_STRATA", "`1` in strata a, b"),
}


@pytest.mark.parametrize(("strata", "psus", "code", "got"), DESIGNS.values(), ids=DESIGNS.keys())
def test_a_design_at_fault_is_named(strata: str, psus: str, code: str, got: str, tmp_path: Path) -> None:
    faults = {fault.code: fault for fault in refused(stratified(Files(tmp_path), strata, psus))}
    assert got in faults[code].got


def test_a_lonely_psu_names_the_remedies_and_takes_one(tmp_path: Path) -> None:
    files = stratified(Files(tmp_path), "aaab", "1234")
    [fault] = refused(files)
    assert all(
        remedy in fault.remedy for remedy in ("certainty", "remove", "centre", "average", "fpc", "merge")
    )
    files.design += "lonely_psu: centre\n"
    assert files.freeze().design.lonely_psu == "centre"


def test_a_stratum_taken_whole_is_no_lonely_one(tmp_path: Path) -> None:
    files = stratified(Files(tmp_path), "aaab", "1234").with_column("w", ("3", "3", "3", "1"))
    files.design += "weights: w\nfpc: {a: 9, b: 1}\n"
    wave = files.freeze()
    assert rows_of(wave, "stratum, psu, fpc1") == [("a", "1", 9), ("a", "2", 9), ("a", "3", 9), ("b", "4", 1)]


POPULATIONS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "smaller than what was taken": (("1", "1", "9", "9"), "FPC_TOO_SMALL", "`a`: 1 for 2 taken"),
    "two counts in a stratum": (("8", "9", "9", "9"), "FPC_VARIES", "`a`: 2 counts"),
    "a sampling fraction": (("0.5", "0.5", "0.1", "0.1"), "WRONG_FPC", "`0.5`"),
    "nothing": (("", "", "9", "9"), "WRONG_FPC", "nothing"),
}


@pytest.mark.parametrize(("counts", "code", "got"), POPULATIONS.values(), ids=POPULATIONS.keys())
def test_a_wrong_count_of_the_population_is_named(
    counts: tuple[str, ...], code: str, got: str, tmp_path: Path
) -> None:
    files = stratified(Files(tmp_path), "aabb", "1234").with_column("n", counts).with_column("w", ("1",) * 4)
    files.design += "weights: w\nfpc: n\n"
    [fault] = refused(files)
    assert (fault.code, got in fault.got) == (code, True), fault


def test_the_second_stage_is_counted_within_its_psu(tmp_path: Path) -> None:
    files = stratified(Files(tmp_path), "aabb", "1122").with_column("w", ("1",) * 4)
    files.with_column("n1", ("9",) * 4).with_column("n2", ("2", "2", "1", "1"))
    files.design += "weights: w\nfpc: [n1, n2]\nlonely_psu: average\n"
    [fault] = refused(files)
    assert (fault.code, fault.got) == ("FPC_TOO_SMALL", "`2`: 1 for 2 taken")
    assert rows_of(files.with_column("n2", ("2", "2", "7", "7")).freeze(), "psu, fpc1, fpc2")[-1] == (
        "2",
        9,
        7,
    )


def test_counts_by_stratum_name_the_strata_of_the_data(tmp_path: Path) -> None:
    files = stratified(Files(tmp_path), "aabb", "1234").with_column("w", ("1",) * 4)
    files.design += "weights: w\nfpc: {a: 9, c: 9}\n"
    assert {(fault.code, fault.got) for fault in refused(files)} == {
        ("STRATUM_WITHOUT_FPC", "`b`"),
        ("UNKNOWN_STRATUM", "`c`"),
    }


def test_several_strata_are_joined_without_confusion(tmp_path: Path) -> None:
    files = Files(tmp_path, design=CLUSTERED.replace("strata: s", "strata: [s, t]"))
    files.with_column("s", ("a|b", "a|b", "a", "a")).with_column("t", ("c", "c", "b|c", "b|c"))
    wave = files.with_column("p", ("1", "2", "3", "4")).freeze()
    assert len({stratum for (stratum,) in rows_of(wave, "stratum")}) == 2


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    files = Files(tmp_path, design=WEIGHTED + "day: d\n", units=UNITS.replace("00008", "00009"))
    files.with_column("w", ("1", "-1", "", "1")).with_column(
        "d", ("05/01/2026", "2026-01-05", "2026-02-30", "")
    )
    files.with_column("staff", ("x", "9", "2", "6")).with_column("id", ("1", "1", "2", "3")).with_column(
        "spare", ("",) * 4
    )
    codes = sorted(fault.code for fault in refused(files))
    assert codes == sorted(
        [
            "UNKNOWN_COLUMN",
            "UNKNOWN_CODE",
            "TEXT_FOR_CODE",
            "WRONG_DAY",
            "MISSING_WEIGHT",
            "NEGATIVE_WEIGHT",
            "UNKNOWN_UNIT",
            "ID_TWICE",
        ]
    )


def test_an_absent_column_names_the_nearest(tmp_path: Path) -> None:
    faults = refused(Files(tmp_path, columns=("id", "unit", "Staff", *COLUMNS[3:])))
    assert [(fault.code, fault.got) for fault in faults] == [
        ("UNKNOWN_COLUMN", "`Staff`; the nearest is `staff`"),
        ("MISSING_COLUMN", "none; the nearest is `Staff`"),
    ]


def test_an_item_may_not_take_a_name_of_the_wave(tmp_path: Path) -> None:
    item = Item(name="weight", type=ItemType.NUMBER, wording="Cân nặng", low=0, high=200)
    instrument = Instrument(
        name="weights",
        title="x",
        source_language="vi",
        sections=(Section(name="a", title="A", items=(item,)),),
    )
    files = Files(tmp_path, ("weight",), (("3",), ("4",)), design="basis: open\n", instrument=instrument)
    assert [fault.code for fault in refused(files)] == ["RESERVED_NAME"]


def test_a_role_that_is_judged_must_be_filled(tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, design="basis: open\nid: id\nignore: [unit]\n"))
    assert (fault.code, "roles.received" in fault.where, "service" in fault.expected) == (
        "MISSING_ROLE",
        True,
        True,
    )


UNIT_FILES: dict[str, tuple[str, str]] = {
    "without a kind": (UNITS.replace("kind", "sort"), "MISSING_COLUMN"),
    "a code twice": (UNITS + "00008,Khác,ward\n", "UNIT_TWICE"),
    "no name": (UNITS + "00009,,ward\n", "EMPTY_UNIT"),
    "a leading zero lost": (UNITS.replace("00008", "8"), "UNKNOWN_UNIT"),
}


@pytest.mark.parametrize(("units", "code"), UNIT_FILES.values(), ids=UNIT_FILES.keys())
def test_a_file_of_units_at_fault_is_named(units: str, code: str, tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, units=units))
    assert fault.code == code


def test_ten_thousand_columns_are_refused_at_once(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    files = Files(tmp_path, data=f"{names}\n" * 200)
    start = time.perf_counter()
    [fault] = refused(files)
    assert (fault.code, fault.got) == ("TOO_MANY_COLUMNS", "10,000 columns")
    assert time.perf_counter() - start < 5


def test_an_output_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.out.mkdir()
    (files.out / "kept.txt").write_text("mine", encoding="utf-8")
    [fault] = refused(files)
    assert fault.code == "OCCUPIED"
    assert (files.out / "kept.txt").read_text(encoding="utf-8") == "mine"


def test_an_empty_output_folder_is_taken(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.out.mkdir()
    assert files.freeze().manifest.wave == "wave"


@pytest.mark.parametrize("form", ["NFD", "NFC"])
def test_vietnamese_is_stored_composed_whatever_came(form: str, tmp_path: Path) -> None:
    files = Files(tmp_path, design=DESIGN + "mode: đợt khảo sát\n")
    files.columns = (*COLUMNS, "đợt khảo sát")
    files.rows = tuple((*row, "Hồ sơ đã nộp") for row in ROWS)
    files.data = unicodedata.normalize(form, files.text())
    files.design = unicodedata.normalize(form, files.design)
    wave = files.freeze()
    assert rows_of(wave, "mode")[0] == (unicodedata.normalize("NFC", "Hồ sơ đã nộp"),)
    assert ("comment", unicodedata.normalize("NFC", "Chậm")) in rows_of(wave, "item, text", "comments")


@pytest.mark.parametrize(("plan", "code"), [("not: [a", "NOT_YAML"), ("- a\n", "NOT_A_MAPPING")])
def test_a_broken_plan_is_named(plan: str, code: str, tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, plan=plan))
    assert fault.code == code


def test_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    files = Files(tmp_path, data=b"", design="basis: x\n", units="code,code\n1,2\n", plan="- a\n")
    assert [fault.code for fault in refused(files)] == [
        "WRONG_VALUE",
        "EMPTY_FILE",
        "COLUMN_TWICE",
        "NOT_A_MAPPING",
    ]
