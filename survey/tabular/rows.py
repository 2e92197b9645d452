"""A small table that an office keeps by hand: rows as texts by column, every fault of its form at once."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from survey.refusal import Fault, Refusal
from survey.tabular.file_kind import kind_of
from survey.tabular.header import FIRST_ROW, SPACES, checked_header, delimiter_of
from survey.tabular.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MOST_BYTES = 50_000_000
MOST_ROWS = 1_000_000  # as many as a sheet holds
_YEARS = range(1800, 2201)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})( 00:00:00)?")  # a workbook's date may carry a midnight


@dataclass(frozen=True)
class Row:
    """One row below the header; `number` counts as a spreadsheet does. An empty cell is an empty text."""

    path: Path
    number: int
    cells: dict[str, str]

    def fault(self, column: str, code: str, *, expected: str, got: str, remedy: str) -> Fault:
        """A fault of this row, naming row and column."""
        where = f"{self.path}: row {self.number}, column {column}"
        return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)


def read_rows(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV (UTF-8) or the only sheet of an XLSX; rows without any content are left out.

    Texts are in NFC without spaces around; `NA` is an empty cell. Columns may stand in any order; one of
    `optional` that is missing is empty everywhere.

    Raises:
        Refusal: no file, another kind, too large, no rows, a header or rows that do not fit; all at once.
    """
    if path.is_dir() or not path.exists():
        got = "a folder" if path.is_dir() else "nothing"
        raise Refusal([_fault("NO_FILE", path, "a file", got, "Check the path.")])
    kind = kind_of(path)
    if kind == "parquet" or path.stat().st_size > MOST_BYTES:
        expected = f"CSV (UTF-8) or XLSX of at most {MOST_BYTES:,} bytes"
        got = "Parquet" if kind == "parquet" else f"{path.stat().st_size:,} bytes"
        raise Refusal([_fault("WRONG_KIND", path, expected, got, "Save the one table as CSV UTF-8.")])
    names, lines = _csv(path) if kind == "csv" else _workbook(path)
    while names and not names[-1].strip(SPACES):
        names.pop()
    header = checked_header(path, names)
    _refuse_columns(path, header, required, optional)
    rows = _rows(path, header, lines)
    if not rows:
        got, remedy = "the header alone", "Add the rows, or check which sheet was saved."
        raise Refusal([_fault("NO_ROWS", path, "rows below the header", got, remedy)])
    absent = dict.fromkeys((*required, *optional), "")
    return [Row(path, number, absent | cells) for number, cells in rows]


def day_of(cell: str) -> date | None:
    """The day that a cell tells as 2026-07-01; None for anything else."""
    form = _DAY.fullmatch(cell)
    try:
        day = date.fromisoformat(form[1]) if form else None
    except ValueError:
        return None
    return day if day and day.year in _YEARS else None


def _csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = delimiter_of(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            names, *lines = reader
        except csv.Error as error:
            where = f"{path}: line {reader.line_num}"
            expected, remedy = "quotes closed and doubled inside", "Correct the line or save the table again."
            got = str(error)
            raise Refusal(
                [Fault(code="RAGGED_ROW", where=where, expected=expected, got=got, remedy=remedy)]
            ) from error
    return names, lines


def _workbook(path: Path) -> tuple[list[str], list[list[str]]]:
    names, lines = read_workbook(path)
    return [name or "" for name in names], [[cell or "" for cell in line] for line in lines]


def _rows(
    path: Path, header: tuple[str, ...], lines: Iterable[Sequence[str]]
) -> list[tuple[int, dict[str, str]]]:
    rows, faults = [], []
    for number, line in enumerate(lines, FIRST_ROW):
        cells = [_clean(cell) for cell in line]
        if not any(cells):
            continue
        if number > MOST_ROWS + 1:
            remedy = "Divide the table."
            raise Refusal([_fault("TOO_LARGE", path, f"at most {MOST_ROWS:,} rows", "more", remedy)])
        if len(cells) < len(header) or any(cells[len(header) :]):
            where = f"{path}: row {number}"
            expected, got = f"{len(header)} cells", f"{len(cells)}"
            remedy = "Put a text that holds the separator in quotes, or save the table again."
            faults.append(Fault(code="RAGGED_ROW", where=where, expected=expected, got=got, remedy=remedy))
        rows.append((number, dict(zip(header, cells, strict=False))))
    if faults:
        raise Refusal(faults)
    return rows


def _clean(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell).strip(SPACES)
    return "" if text == "NA" else text


def _refuse_columns(
    path: Path, header: tuple[str, ...], required: Sequence[str], optional: Sequence[str]
) -> None:
    known = (*required, *optional)
    faults = list(_missing(path, header, required))
    for name in header:
        if name not in known:
            expected, remedy = f"one of {', '.join(known)}", "Rename the column or take it out."
            faults.append(_fault("UNKNOWN_COLUMN", f"{path}, column {name}", expected, f"`{name}`", remedy))
    if faults:
        raise Refusal(faults)


def _missing(path: Path, header: tuple[str, ...], required: Sequence[str]) -> Iterator[Fault]:
    for name in required:
        if name not in header:
            expected, got = f"a column `{name}`", f"columns {', '.join(header)}"
            remedy = "Add the column; its name stands in the first row."
            yield _fault("MISSING_COLUMN", f"{path}, row 1", expected, got, remedy)


def _fault(code: str, where: object, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=str(where), expected=expected, got=got, remedy=remedy)
