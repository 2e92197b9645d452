"""A small table is read as texts, whatever holds it, and what is no small table is refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.refusal import Refusal
from survey.tabular import rows
from survey.tabular.rows import day_of, read_rows

if TYPE_CHECKING:
    from pathlib import Path


def refused(path: Path) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        read_rows(path, required=("a",), optional=("b",))
    return [fault.code for fault in refusal.value.faults]


def test_cells_are_texts_by_column_and_rows_keep_their_number(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('b,a\n x ,"1\n2"\n,\nNA,3\n', encoding="utf-8")
    found = read_rows(path, required=("a",), optional=("b", "c"))
    assert [(row.number, row.cells) for row in found] == [
        (2, {"a": "1\n2", "b": "x", "c": ""}),
        (4, {"a": "3", "b": "", "c": ""}),
    ]
    fault = found[1].fault("b", "CODE", expected="x", got="y", remedy="z")
    assert fault.where == f"{path}: row 4, column b"


def test_a_workbook_gives_what_a_csv_would(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["a", "b", None], [4, 0.5, None], [None, None, None], [True, " x ", None]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = read_rows(tmp_path / "t.xlsx", required=("a", "b"))
    assert [(row.number, row.cells) for row in found] == [
        (2, {"a": "4", "b": "0.5"}),
        (4, {"a": "1", "b": "x"}),
    ]


def test_several_sheets_and_parquet_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.create_sheet("other").append(["a"])
    book.save(tmp_path / "t.xlsx")
    assert refused(tmp_path / "t.xlsx") == ["SEVERAL_SHEETS"]
    with duckdb.connect() as connection:
        connection.query("SELECT 1 AS a").write_parquet(str(tmp_path / "t.parquet"))
    assert refused(tmp_path / "t.parquet") == ["WRONG_KIND"]
    assert refused(tmp_path) == ["NO_FILE"]


def test_a_table_beyond_what_an_office_keeps_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a\n" + "1\n" * 5, encoding="utf-8")
    monkeypatch.setattr(rows, "MOST_ROWS", 5)
    assert len(read_rows(path, required=("a",))) == 5
    monkeypatch.setattr(rows, "MOST_ROWS", 4)
    assert refused(path) == ["TOO_LARGE"]
    monkeypatch.setattr(rows, "MOST_BYTES", 11)
    assert refused(path) == ["WRONG_KIND"]


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2200, 12, 31)))
def test_a_day_is_told_in_one_form(day: date) -> None:
    assert day_of(day.isoformat()) == day_of(f"{day} 00:00:00") == day
    for other in (day.strftime("%d/%m/%Y"), day.strftime("%Y%m%d"), f"{day}T00:00:00", f"{day} 00:01:00", ""):
        assert day_of(other) is None
