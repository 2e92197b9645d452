"""Everything that a careless clerk can have in a file of units ends in a fault that names row and column."""

from __future__ import annotations

import datetime as dt
import time
import unicodedata
from typing import TYPE_CHECKING

import pytest

from survey.refusal import Refusal
from tests.survey.registry.unit_files import (
    CITY,
    HEADER,
    as_csv,
    as_workbook,
    organisations,
    places,
    rows_of,
    take_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from survey.refusal import Fault
    from survey.site import Site

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def faults_of(site: Site, path: Path) -> list[Fault]:
    before = organisations(site), places(site)
    with pytest.raises(Refusal) as refusal:
        take_in(site, path)
    assert (organisations(site), places(site)) == before
    return list(refusal.value.faults)


# rows after the city -> code, row and column, what else the message says
FAULTS = {
    "no kind": (",X,Tên,01,,,", "KIND", "row 8, column kind", "merged cells"),
    "kind with capitals": ("Place,X,Tên,01,,,", "KIND", "row 8, column kind", "small letters"),
    "kind in Vietnamese": ("phường,X,Tên,01,,,", "KIND", "row 8, column kind", "`phường`"),
    "no code": ("phuong,,Tên,01,,,", "CODE", "row 8, column code", "nothing"),
    "code with a space": ("phuong,0 12,Tên,01,,,", "CODE", "row 8, column code", "`0 12`"),
    "code too long": (f"phuong,{'1' * 41},Tên,01,,,", "CODE", "row 8, column code", "at most 40"),
    "scientific code": ("phuong,1E+05,Tên,01,,,", "CODE", "row 8, column code", "`1E+05`"),
    "no name": ("phuong,X,,01,,,", "NAME", "row 8, column name", "nothing"),
    "name too long": (f"phuong,X,{'a' * 201},01,,,", "NAME", "row 8, column name", "201 characters"),
    "hidden letter": ("phuong,X,Ba\u200bĐình,01,,,", "NAME", "row 8, column name", "U+200B"),
    "foreign Đ": ("phuong,X,Phường Ba Ðình,01,,,", "WRONG_LETTER", "row 8, column name", "U+0110"),
    "unknown parent": ("phuong,X,Tên,77,,,", "UNKNOWN_PARENT", "row 8, column parent", "`77`"),
    "parent without its zero": ("phuong,X,Tên,1,,,", "UNKNOWN_PARENT", "row 8, column parent", "`01`"),
    "parent is a place": ("phuong,X,Tên,BD-1,,,", "UNKNOWN_PARENT", "row 8, column parent", "`BD-1`"),
    "its own parent": ("phuong,X,Tên,X,,,", "PARENT_LOOP", "row 8, column parent", "X under X"),
    "parent not yet there": (
        "phuong,X,Tên,00004,2000-01-01,2001-01-01,",
        "PARENT_NOT_IN_FORCE",
        "row 8, column parent",
        "`00004`",
    ),
    "place without organisation": ("place,X,Tên,,,,", "NO_PARENT", "row 8, column parent", "nothing"),
    "place with predecessors": (
        "place,X,Tên,01,2026-01-01,,BD-1",
        "OF_PLACE",
        "row 8, column predecessors",
        "BD-1",
    ),
    "place twice": ("place,BD-1,Khác,01,,,", "CODE_TWICE", "row 8, column code", "row 6"),
    "organisation twice": ("phuong,00004,Khác,01,2025-07-01,,", "CODE_TWICE", "row 8, column code", "row 4"),
    "case alone": ("so,snv,Sở,01,,,", "CASE_ONLY", "row 8, column code", "`SNV`"),
    "day first": ("phuong,X,Tên,01,01/07/2025,,", "DAY", "row 8, column valid_from", "2025-07-01 if the day"),
    "day as a number": ("phuong,X,Tên,01,45839,,", "DAY", "row 8, column valid_from", "format of a date"),
    "no such day": ("phuong,X,Tên,01,2025-02-30,,", "DAY", "row 8, column valid_from", "2025-02-30"),
    "year slip": ("phuong,X,Tên,01,0205-07-01,,", "DAY", "row 8, column valid_from", "0205-07-01"),
    "with a time": ("phuong,X,Tên,01,2025-07-01 08:00:00,,", "DAY", "row 8, column valid_from", "08:00"),
    "ends before": ("phuong,X,Tên,01,2025-07-01,2025-07-01,", "DAYS", "row 8, column valid_to", "2025-07-01"),
    "overlapping": (
        "so,SNV,Sở Nội vụ mới,01,2025-07-01,2026-01-01,\nso,SNV,Sở Nội vụ khác,01,2025-10-01,,",
        "OVERLAP",
        "row 9, column valid_from",
        "2026-01-01",
    ),
    "a day between": (
        "so,TTTT,Sở A,01,2020-01-01,2025-02-28,\nso,TTTT,Sở B,01,2025-03-01,,",
        "GAP",
        "row 9, column valid_to",
        "Write 2025-03-01",
    ),
    "unknown predecessor": (
        "so,X,Tên,01,2026-01-01,,SNW",
        "UNKNOWN_PREDECESSOR",
        "row 8, column predecessors",
        "`SNV`",
    ),
    "predecessor without a day": ("so,X,Tên,01,,,SNV", "NO_DAY", "row 8, column valid_from", "nothing"),
    "predecessor twice": ("so,X,Tên,01,2026-01-01,,SNV;SNV", "TWICE", "row 8, column predecessors", "SNV"),
    "predecessors by comma": (
        'so,X,Tên,01,2026-01-01,,"SNV,01"',
        "CODE",
        "row 8, column predecessors",
        "`SNV,01`",
    ),
    "follows itself": (
        "so,X,Tên,01,2026-01-01,,X",
        "PREDECESSOR_LATER",
        "row 8, column predecessors",
        "nothing follows itself",
    ),
    "predecessor ended before": (
        "so,A,Sở A,01,2010-01-01,2020-01-01,\nso,X,Tên,01,2026-01-01,,A",
        "PREDECESSOR_END",
        "row 9, column predecessors",
        "2020-01-01",
    ),
    "place left behind": (
        "phuong,X,Tên,01,2026-01-01,,00004",
        "PLACE_WITHOUT_ORGANISATION",
        "organisation 00004",
        "BD-1",
    ),
}


@on_sqlite
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_row_column_and_remedy(fault: str, site: Site, tmp_path: Path) -> None:
    rows, code, where, said = FAULTS[fault]
    faults = faults_of(site, as_csv(tmp_path, CITY + rows + "\n"))
    assert [fault.code for fault in faults] == [code]
    assert faults[0].where.endswith(where)
    assert said in str(faults[0])


@on_sqlite
def test_rings_of_predecessors_and_of_parents_are_refused(site: Site, tmp_path: Path) -> None:
    ring = "so,A,Sở A,B,2020-01-01,,B\nso,B,Sở B,A,2020-01-01,,A\n"
    found = {(fault.code, fault.where[-19:]) for fault in faults_of(site, as_csv(tmp_path, ring))}
    assert {code for code, _ in found} == {"PREDECESSOR_LATER", "PARENT_LOOP"}


@on_sqlite
def test_all_faults_come_at_once_and_none_hides_another(site: Site, tmp_path: Path) -> None:
    text = CITY + "phuong,X,,01,,,\nplace,P,Điểm,X,,,\nphuong,Y,Tên,77,bad,,\nplace,Q,Điểm,88,,,\n"
    found = [(fault.code, fault.where.split(": ")[1]) for fault in faults_of(site, as_csv(tmp_path, text))]
    # P stands on X, whose row is at fault: that is not a second fault
    assert found == [
        ("NAME", "row 8, column name"),
        ("DAY", "row 10, column valid_from"),
        ("UNKNOWN_PARENT", "row 11, column parent"),
    ]


HEADERS = {
    "missing": (("kind", "code", "parent"), {"MISSING_COLUMN"}),
    "unknown": ((*HEADER, "notes"), {"UNKNOWN_COLUMN"}),
    "twice": ((*HEADER, "code"), {"COLUMN_TWICE"}),
    "by case": ((*HEADER, "Code"), {"CASE_ONLY"}),
    "without a name between": (("kind", "", "code", "name"), {"NO_NAME"}),
    "in Vietnamese": (("loại", "mã", "tên"), {"MISSING_COLUMN", "UNKNOWN_COLUMN"}),
}


@on_sqlite
@pytest.mark.parametrize(("header", "codes"), HEADERS.values(), ids=HEADERS.keys())
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_header_in_doubt_is_refused(
    kind: str, header: tuple[str, ...], codes: set[str], site: Site, tmp_path: Path
) -> None:
    if kind == "csv":
        path = tmp_path / "units.csv"
        path.write_text(",".join(header) + "\n" + "a," * (len(header) - 1) + "b\n", encoding="utf-8")
    else:
        path = as_workbook(tmp_path, [["a"] * len(header)], header=header)
    assert {fault.code for fault in faults_of(site, path)} == codes


FILES = {
    "nothing": (None, "NO_FILE"),
    "empty": (b"", "EMPTY_FILE"),
    "header alone": (",".join(HEADER).encode(), "NO_ROWS"),
    "blank rows alone": (",".join(HEADER).encode() + b"\n,,,,,,\n\n", "NO_ROWS"),
    "Windows-1258": (
        "kind,code,name\nso,X,Sở\n".encode("cp1258", errors="replace") + b"\xd0",
        "WRONG_ENCODING",
    ),
    "UTF-16": ("kind,code,name\nso,X,So\n".encode("utf-16"), "WRONG_ENCODING"),
    "old Excel": (b"\xd0\xcf\x11\xe0" + bytes(600), "WRONG_KIND"),
    "open quote": (b'kind,code,name\nso,X,"So\nso,Y,So\n', "RAGGED_ROW"),
    "short row": (b"kind,code,name\nso,X\n", "RAGGED_ROW"),
    "long row": (b"kind,code,name\nso,X,So,Noi vu\n", "RAGGED_ROW"),
}


@on_sqlite
@pytest.mark.parametrize(("content", "code"), FILES.values(), ids=FILES.keys())
def test_a_file_that_is_no_table_is_refused(
    content: bytes | None, code: str, site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "units.csv"
    if content is not None:
        path.write_bytes(content)
    assert [fault.code for fault in faults_of(site, path)] == [code]


def test_what_spreadsheets_do_to_a_good_file_is_understood(site: Site, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["thanh_pho", "01", "  Hà Nội \u00a0", None, dt.date(2008, 8, 1), None, None],
        [None] * 7,
        ["phuong", 4, "Phường\nYên  Hoà", "01", dt.datetime(2025, 7, 1), None, None],  # noqa: DTZ001 - as a workbook has it
        ["place", "P1", unicodedata.normalize("NFD", "Điểm Thuỵ Khuê"), 4, None, None, None, None, None],
    ]
    take_in(site, as_workbook(tmp_path, rows))
    assert organisations(site) == [
        ("01", "Hà Nội", "2008-08-01", ""),
        ("4", "Phường Yên Hoà", "2025-07-01", ""),
    ]
    assert places(site)["P1"][1:] == ("Điểm Thuỵ Khuê", "4")


@on_sqlite
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_separator_with_a_mark_and_other_line_ends_is_read(
    delimiter: str, site: Site, tmp_path: Path
) -> None:
    merged = [*rows_of(CITY), ["so", "M", "Sở mới", "01", "2026-01-01", "", "SNV"]]
    lines = [delimiter.join(cells) for cells in ([*HEADER, "", ""], *([*row, "", ""] for row in merged))]
    path = tmp_path / "units.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode("utf-8"))
    assert take_in(site, path).organisations_new == 5


def test_ten_thousand_rows_are_taken_in_within_seconds(site: Site, tmp_path: Path) -> None:
    wards = "".join(f"xa,{n:05},Xã {n},01,2025-07-01,,\n" for n in range(5_000))
    spots = "".join(f"place,P{n:05},Điểm {n},{n:05},2025-07-01,,\n" for n in range(5_000))
    path = as_csv(tmp_path, f"thanh_pho,01,Hà Nội,,,,\n{wards}{spots}")
    began = time.monotonic()
    imported = take_in(site, path)
    again = take_in(site, path)
    assert (imported.organisations_new, imported.places_new, again.nothing) == (5_001, 5_000, True)
    assert time.monotonic() - began < 20
    assert len({identity for identity, _, _ in places(site).values()}) == 5_000
