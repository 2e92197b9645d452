"""The same answers from CSV, Parquet and XLSX, told by content; every other file is refused by its name."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest

from tests.survey.frozen.small import COLUMNS, ROWS, UNITS, Files, rows_of
from tests.survey.frozen.test_faults_of_data import refused

if TYPE_CHECKING:
    from pathlib import Path

ALL = "received, staff, staff__missing, times, times__missing, extra__1, extra__2, why, why__missing"


def as_parquet(folder: Path) -> bytes:
    place = folder / "made.parquet"
    types = {"staff": "DOUBLE", "extra__1": "BOOLEAN", "extra__2": "TINYINT"}
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {types.get(name, 'VARCHAR')}" for name in COLUMNS)
        connection.execute(f"CREATE TABLE made ({columns})")
        marks = ", ".join("?" * len(COLUMNS))
        rows = [[cell or None for cell in row] for row in ROWS]
        connection.executemany(f"INSERT INTO made VALUES ({marks})", rows)  # noqa: S608 - question marks alone
        connection.table("made").write_parquet(str(place))
    raw = place.read_bytes()
    place.unlink()
    return raw


def as_workbook(_: Path) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    for row in ROWS:
        sheet.append([int(cell) if len(cell) == 1 and cell.isdigit() else cell or None for cell in row])
    sheet["H4"].data_type = "s"  # "=1+1" as a text, not as a formula
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv(_: Path) -> bytes:
    return Files(_).text().encode("utf-8")


def with_mark(folder: Path) -> bytes:
    return b"\xef\xbb\xbf" + as_csv(folder).replace(b"\n", b"\r\n")


def with_semicolons(folder: Path) -> bytes:
    return as_csv(folder).replace(b",", b";")


def with_tabs(folder: Path) -> bytes:
    return as_csv(folder).replace(b",", b"\t")


@pytest.mark.parametrize("write", [as_csv, with_mark, with_semicolons, with_tabs, as_parquet, as_workbook])
@pytest.mark.parametrize("suffix", [".csv", ".dat"])
def test_every_kind_gives_the_same_answers(write: object, suffix: str, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    expected = rows_of(Files(tmp_path / "one").freeze(), ALL)
    wave = Files(tmp_path / "other", data=write(tmp_path), suffix=suffix).freeze()
    assert rows_of(wave, ALL) == expected
    assert ("comment", "=1+1") in rows_of(wave, "item, text", "comments")


WRONG = {
    "empty": (b"", "EMPTY_FILE", "0 bytes"),
    "a mark alone": (b"\xef\xbb\xbf\r\n", "EMPTY_FILE", "5 bytes"),
    "a header alone": (",".join(COLUMNS).encode() + b"\n", "NO_ROWS", "header"),
    "UTF-16": ("id,unit\n1,2\n".encode("utf-16"), "WRONG_ENCODING", "UTF-16"),
    "UTF-16 without its mark": ("id,unit\n1,2\n".encode("utf-16-le"), "WRONG_ENCODING", "zero byte"),
    "Windows-1258": ("id,unit\n1,Hà\n".encode("cp1258"), "WRONG_ENCODING", "0xE0"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, "WRONG_KIND", ".xls"),
    "SPSS": (b"$FL2@(#) SPSS DATA FILE", "WRONG_KIND", ".sav"),
    "Stata": (b"<stata_dta><header>", "WRONG_KIND", ".dta"),
    "gzip": (b"\x1f\x8b\x08\x00aaaa", "WRONG_KIND", "gzip"),
    "a web page": (b"\n<!DOCTYPE html><html></html>", "WRONG_KIND", "HTML"),
    "JSON": (b'[{"id": 1}]', "WRONG_KIND", "JSON"),
    "a column twice": (b"id,unit,unit\n1,2,3\n", "COLUMN_TWICE", "2 times: columns 2, 3"),
    "names that differ in case only": (b"id,unit,Unit\n1,2,3\n", "CASE_ONLY", "Unit, unit"),
    "a column without a name": (b"id,unit,\n1,2,3\n", "NO_NAME", "empty"),
    "ragged rows": (b"id,unit\n1\n1,2\n1,2,3\n", "RAGGED_ROW", "lines 2"),
    "a quote that never ends": (b'id,unit\n1,"2\n1,2\n', "RAGGED_ROW", "quote"),
    "a damaged archive": (b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaa", "TRUNCATED", "damaged"),
}


@pytest.mark.parametrize(("data", "code", "got"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_named(data: bytes, code: str, got: str, tmp_path: Path) -> None:
    fault = refused(Files(tmp_path, data=data))[0]
    assert (fault.code, got in fault.got, str(tmp_path) in fault.where) == (code, True, True), fault


def test_two_names_that_differ_in_composition_are_one(tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, data="e\u0302,\u00ea\n1,2\n"))
    assert fault.code == "COLUMN_TWICE"


@pytest.mark.parametrize("cut", [slice(0, -5), slice(0, 40)])
def test_a_parquet_file_cut_off_is_named(cut: slice, tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, data=as_parquet(tmp_path)[cut]))
    assert (fault.code, "cut off" in fault.got) == ("TRUNCATED", True)


def test_a_hollow_parquet_file_is_named(tmp_path: Path) -> None:
    raw = as_parquet(tmp_path)
    [fault] = refused(Files(tmp_path, data=raw[:12] + b"\0" * 900 + raw[-8:]))
    assert fault.code == "UNREADABLE"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    files = Files(tmp_path)
    paths = files.write()
    paths["data"].unlink()
    paths["data"].mkdir()
    files.write = lambda: paths  # type: ignore[method-assign]  # the folder stands where the file was
    [fault] = refused(files)
    assert (fault.code, fault.got) == ("NO_FILE", "a folder")


def bomb(unpacked: int) -> bytes:
    """A workbook whose sheet unpacks to that many bytes of nothing."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(unpacked >> 20):
                entry.write(bytes(1 << 20))
    return file.getvalue()


def test_a_workbook_that_would_explode_is_refused(tmp_path: Path) -> None:
    [fault] = refused(Files(tmp_path, data=bomb(100 << 20)))
    assert (fault.code, "unpacked" in fault.expected) == ("TOO_LARGE", True)


def test_a_workbook_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    raw = bytearray(bomb(100 << 20))
    directory = raw.rindex(b"PK\x01\x02")
    assert struct.unpack_from("<I", raw, directory + 24) == (100 << 20,)
    struct.pack_into("<I", raw, directory + 24, 1000)
    [fault] = refused(Files(tmp_path, data=bytes(raw)))
    assert fault.code == "TOO_LARGE"


def test_an_archive_of_another_kind_is_named(tmp_path: Path) -> None:
    for entry, name in (("word/document.xml", "Word"), ("content.xml", "OpenDocument"), ("a.txt", "ZIP")):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(entry, "x")
        [fault] = refused(Files(tmp_path, data=file.getvalue()))
        assert (fault.code, name in fault.got) == ("WRONG_KIND", True)


def test_a_workbook_with_two_sheets_of_content_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("more")):
        sheet.append(["id", "unit"])
    file = io.BytesIO()
    book.save(file)
    [fault] = refused(Files(tmp_path, data=file.getvalue()))
    assert (fault.code, "Sheet, more" in fault.got) == ("SEVERAL_SHEETS", True)


def test_a_path_with_signs_of_a_pattern_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "năm [2026]"
    folder.mkdir()
    assert len(rows_of(Files(folder, suffix=" [1].csv", units=UNITS).freeze(), "response")) == 4
