"""Files of organisations and places as an office makes them, and what the registry keeps of them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import openpyxl
from sqlalchemy import select

from survey.registry.models import Lineage, Organisation, Place
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units

if TYPE_CHECKING:
    from pathlib import Path

    from survey.registry.writes import Imported
    from survey.site import Site

HEADER = ("kind", "code", "name", "parent", "valid_from", "valid_to", "predecessors")
NOW = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
TODAY = date(2026, 7, 1)

CITY = """\
thanh_pho,01,Hà Nội,,2008-08-01,,
so,SNV,Sở Nội vụ,01,2008-08-01,,
phuong,00004,Phường Ba Đình,01,2025-07-01,,
phuong,00008,Phường Ngọc Hà,01,2025-07-01,,
place,BD-1,Điểm phục vụ số 1,00004,2025-07-01,,
place,NH-1,Điểm phục vụ Ngọc Hà,00008,2025-07-01,,
"""


def rows_of(text: str) -> list[list[str]]:
    """The cells of rows written as CSV."""
    return list(csv.reader(text.splitlines()))


def as_csv(folder: Path, text: str, *, name: str = "units.csv") -> Path:
    """A CSV with the header of the contract."""
    path = folder / name
    path.write_text(",".join(HEADER) + "\n" + text, encoding="utf-8")
    return path


def as_workbook(folder: Path, rows: list[list[object]], *, header: tuple[str, ...] = HEADER) -> Path:
    """An XLSX with the cells as they come: texts, numbers, dates."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    path = folder / "units.xlsx"
    book.save(path)
    return path


def take_in(site: Site, path: Path) -> Imported:
    """Import a file as the command does."""
    with site.stores.main.writing() as connection:
        return import_units(connection, read_units(path), now=NOW, actor="command")


def organisations(site: Site) -> list[tuple[str, str, str, str]]:
    """Code, name, first and last day of what is registered; an open end is empty."""
    query = select(Organisation.code, Organisation.name, Organisation.valid_from, Organisation.valid_to)
    with site.stores.main.reading() as connection:
        rows = connection.execute(query.order_by(Organisation.code, Organisation.valid_from)).all()
    return [(code, name, str(first), str(last or "")) for code, name, first, last in rows]


def places(site: Site) -> dict[str, tuple[str, str, str]]:
    """Id, name and organisation of every place by code."""
    query = select(Place.code, Place.id, Place.name, Place.organisation)
    with site.stores.main.reading() as connection:
        return {code: tuple(rest) for code, *rest in connection.execute(query).all()}


def lineage(site: Site) -> set[tuple[str, str, str]]:
    """Which organisation went into which, as `code from day`, and how."""
    with site.stores.main.reading() as connection:
        rows = connection.execute(select(Organisation.id, Organisation.code, Organisation.valid_from)).all()
        names = {one: f"{code} from {day}" for one, code, day in rows}
        found = connection.execute(select(Lineage.predecessor, Lineage.successor, Lineage.relation)).all()
    return {(names[before], names[after], relation) for before, after, relation in found}
