"""A file of organisations and places, row by row: every cell is read for itself here.

What the rows mean together, and beside what is registered, is `timelines.py` and `placing.py`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.model import AGENCY_FORM, NAME_FORM
from survey.tabular.rows import day_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from survey.refusal import Fault
    from survey.tabular.rows import Row

REQUIRED = ("kind", "code", "name")
OPTIONAL = ("parent", "valid_from", "valid_to", "predecessors")
PLACE = "place"
LONGEST_CODE = 40
LONGEST_NAME = 200

_CODE = re.compile(AGENCY_FORM)
_KIND = re.compile(NAME_FORM)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True)
class UnitRow:
    """What one row says; empty `valid_from`: from the beginning, `valid_to` is the day after it."""

    row: Row
    kind: str
    code: str
    name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    predecessors: tuple[str, ...]

    @property
    def is_place(self) -> bool:
        """Whether the row makes a place rather than an organisation."""
        return self.kind == PLACE


@dataclass(frozen=True)
class UnitFile:
    """The rows that can be read, the faults of the others, and every code, so that none is missed twice."""

    path: Path
    rows: tuple[UnitRow, ...]
    faults: tuple[Fault, ...]
    unread: frozenset[str]


def read_units(path: Path) -> UnitFile:
    """Read a file of organisations and places from CSV or XLSX.

    Raises:
        Refusal: the file is no such table.
    """
    rows: list[UnitRow] = []
    faults: list[Fault] = []
    unread: set[str] = set()
    for row in read_rows(path, required=REQUIRED, optional=OPTIONAL):
        found = list(_faults(row))
        if found:
            faults += found
            unread.add(row.cells["code"])
        else:
            rows.append(_unit(row))
    return UnitFile(path, tuple(rows), tuple(faults), frozenset(unread))


def nearest(code: str, codes: Iterable[str]) -> str:
    """A remedy for a code that is not there: the one that may be meant, leading zeros above all."""
    known = sorted(codes)
    bare = code.lstrip("0")
    near = [other for other in known if other.lstrip("0") == bare and other != code]
    near = near or difflib.get_close_matches(code, known, n=1)
    if near:
        return f"Write `{near[0]}` if that is meant (a spreadsheet drops leading zeros), or add its row."
    return "Correct the code, or add its row."


def _unit(row: Row) -> UnitRow:
    cells = row.cells
    return UnitRow(
        row=row,
        kind=cells["kind"],
        code=cells["code"],
        name=_spaced(cells["name"]),
        parent=cells["parent"] or None,
        valid_from=day_of(cells["valid_from"]),
        valid_to=day_of(cells["valid_to"]),
        predecessors=_codes(cells["predecessors"]),
    )


def _spaced(name: str) -> str:
    """Line breaks and several spaces in a cell are one space; the spelling stays as registered."""
    return " ".join(name.split())


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in cell.split(";")) if cell else ()


def _faults(row: Row) -> Iterator[Fault]:
    yield from _faults_of_kind(row)
    yield from _faults_of_code(row, "code", row.cells["code"])
    yield from _faults_of_name(row)
    yield from _faults_of_relations(row)
    yield from _faults_of_days(row)


def _faults_of_kind(row: Row) -> Iterator[Fault]:
    kind = row.cells["kind"]
    if not _KIND.fullmatch(kind) or len(kind) > LONGEST_CODE:
        remedy = "Fill it in: merged cells of a sheet leave it empty." if not kind else "Correct it."
        expected = "`place`, or the kind of organisation in small letters (phuong, xa, so, trung_tam)"
        yield row.fault("kind", "KIND", expected=expected, got=_shown(kind), remedy=remedy)


def _faults_of_code(row: Row, column: str, code: str) -> Iterator[Fault]:
    if not _CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        expected = f"a code of letters and digits, joined by . _ or -, at most {LONGEST_CODE}"
        yield row.fault(column, "CODE", expected=expected, got=_shown(code), remedy="Correct the code.")


def _faults_of_name(row: Row) -> Iterator[Fault]:
    name = _spaced(row.cells["name"])
    odd = sorted({f"U+{ord(letter):04X}" for letter in name if not letter.isprintable()})
    if not name or len(name) > LONGEST_NAME:
        got = f"{len(name)} characters" if name else "nothing"
        expected = f"a name of 1 to {LONGEST_NAME} characters"
        yield row.fault("name", "NAME", expected=expected, got=got, remedy="Write the registered name.")
    elif odd:
        expected, got = "letters that can be seen", f"{name!a} with {', '.join(odd)}"
        yield row.fault("name", "NAME", expected=expected, got=got, remedy="Type the name anew.")
    if "Ð" in name or "ð" in name:
        expected, got = "Đ (U+0110)", f"{name} with Ð (U+00D0)"
        remedy = "Type the letter anew on a Vietnamese keyboard: it only looks the same."
        yield row.fault("name", "WRONG_LETTER", expected=expected, got=got, remedy=remedy)


def _faults_of_relations(row: Row) -> Iterator[Fault]:
    cells = row.cells
    is_place = cells["kind"] == PLACE
    if cells["parent"]:
        yield from _faults_of_code(row, "parent", cells["parent"])
    elif is_place:
        expected, remedy = "the organisation of the place", "Fill in the code of the organisation."
        yield row.fault("parent", "NO_PARENT", expected=expected, got="nothing", remedy=remedy)
    codes = _codes(cells["predecessors"])
    for code in codes:
        yield from _faults_of_code(row, "predecessors", code)
    if len(set(codes)) < len(codes):
        expected, got = "each predecessor once", cells["predecessors"]
        yield row.fault("predecessors", "TWICE", expected=expected, got=got, remedy="Name each once.")
    if codes and is_place:
        expected, remedy = "none for a place", "Give the place another parent in a row from that day."
        yield row.fault("predecessors", "OF_PLACE", expected=expected, got=", ".join(codes), remedy=remedy)
    elif codes and not cells["valid_from"]:
        expected, remedy = "the day of the change beside predecessors", "Fill in the day in `valid_from`."
        yield row.fault("valid_from", "NO_DAY", expected=expected, got="nothing", remedy=remedy)


def _faults_of_days(row: Row) -> Iterator[Fault]:
    days = {column: row.cells[column] for column in ("valid_from", "valid_to")}
    for column, cell in days.items():
        if cell and day_of(cell) is None:
            yield row.fault(column, "DAY", expected="a day as 2025-07-01", got=cell, remedy=_remedy(cell))
    first, last = day_of(days["valid_from"]), day_of(days["valid_to"])
    if first and last and last <= first:
        expected = f"a day after valid_from {first}: the first on which it no longer stands"
        yield row.fault("valid_to", "DAYS", expected=expected, got=str(last), remedy="Correct the days.")


def _remedy(cell: str) -> str:
    form = _DAY_FIRST.fullmatch(cell)
    if form:
        return f"Write year-month-day; {form[3]}-{int(form[2]):02}-{int(form[1]):02} if the day came first."
    if cell.isdigit():
        return "Give the column of the sheet the format of a date."
    return "Write year-month-day."


def _shown(cell: str) -> str:
    return f"`{cell[:60]}`" if cell else "nothing"
