"""Visitors by place and day: kept, counted anew, and every slip of the file told."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import openpyxl
import pytest
from sqlalchemy import select, update

from survey.audit.models import Entry
from survey.refusal import Refusal
from survey.registry.models import Place, Visitors
from survey.waves import reads
from survey.waves.models import Wave
from survey.waves.visitors import Counted, count_visitors
from tests.survey.registry.unit_files import places
from tests.survey.waves.places import NOW, open_wave

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site

HANOI = timezone(timedelta(hours=7))
LATER = datetime(2026, 7, 20, 0, 30, tzinfo=HANOI)


def counted(site: Site, path: Path) -> Counted:
    with site.stores.main.writing() as connection:
        wave = reads.known_wave(connection, "w", LATER.date())
        return count_visitors(connection, wave, path, now=LATER, actor="command")


def kept(site: Site) -> list[tuple[str, str, int]]:
    query = select(Place.code, Visitors.day, Visitors.visitors).join(Place, Place.id == Visitors.place)
    with site.stores.main.reading() as connection:
        return sorted((code, str(day), n) for code, day, n in connection.execute(query))


def table(folder: Path, rows: str) -> Path:
    path = folder / "visitors.csv"
    path.write_text(f"place,day,visitors\n{rows}", encoding="utf-8")
    return path


def test_a_count_is_kept_and_a_later_one_replaces_it(city: Site, tmp_path: Path) -> None:
    open_wave(city, "w")
    identity = places(city)["NH-1"][0]
    rows = f"BD-1,2026-07-01,120\nBD-1,2026-07-02,0\n{identity},2026-07-20,9999999\n"
    assert counted(city, table(tmp_path, rows)) == Counted(places=2, days=3, visitors=10_000_119)
    counted(city, table(tmp_path, "BD-1,2026-07-02,80\n"))
    assert kept(city) == [
        ("BD-1", "2026-07-01", 120),
        ("BD-1", "2026-07-02", 80),
        ("NH-1", "2026-07-20", 9_999_999),
    ]
    with city.stores.main.reading() as connection:
        acts = list(connection.scalars(select(Entry.act).order_by(Entry.number)))
    assert acts[-2:] == ["visitors counted", "visitors counted"]


def test_a_workbook_is_read_alike(city: Site, tmp_path: Path) -> None:
    open_wave(city, "w")
    book = openpyxl.Workbook()
    for row in (["visitors", "place", "day"], [12, "BD-1", date(2026, 7, 3)], [7.0, "NH-1", "2026-07-03"]):
        book.active.append(row)
    book.save(tmp_path / "visitors.xlsx")
    counted(city, tmp_path / "visitors.xlsx")
    assert kept(city) == [("BD-1", "2026-07-03", 12), ("NH-1", "2026-07-03", 7)]


FAULTS = {
    "another place": ("BD-2,2026-07-01,1", "UNKNOWN_PLACE", "place", "`BD-1`"),
    "no place": (",2026-07-01,1", "UNKNOWN_PLACE", "place", "nothing"),
    "before the wave": ("BD-1,2026-06-30,1", "DAY", "day", "2026-07-01 to 2026-07-20"),
    "not yet come": ("BD-1,2026-07-21,1", "DAY", "day", "2026-07-01 to 2026-07-20"),
    "day first": ("BD-1,01/07/2026,1", "DAY", "day", "01/07/2026"),
    "negative": ("BD-1,2026-07-01,-1", "COUNT", "visitors", "`-1`"),
    "half": ("BD-1,2026-07-01,1.5", "COUNT", "visitors", "`1.5`"),
    "grouped": ("BD-1,2026-07-01,1.200", "COUNT", "visitors", "separators"),
    "words": ("BD-1,2026-07-01,nghỉ", "COUNT", "visitors", "0 for a closed day"),
    "none": ("BD-1,2026-07-01,", "COUNT", "visitors", "nothing"),
    "too many": ("BD-1,2026-07-01,12345678", "COUNT", "visitors", "`12345678`"),
    "twice": ("BD-1,2026-07-05,2", "TWICE", "day", "row 2"),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_slip_names_row_and_column_and_nothing_is_kept(fault: str, city: Site, tmp_path: Path) -> None:
    row, code, column, said = FAULTS[fault]
    open_wave(city, "w")
    path = table(tmp_path, f"BD-1,2026-07-05,1\n{row}\n")
    with pytest.raises(Refusal) as refusal:
        counted(city, path)
    [found] = refusal.value.faults
    assert (found.code, found.where) == (code, f"{path}: row 3, column {column}")
    assert said in str(found)
    assert kept(city) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_place_by_code_and_link_is_one(city: Site, tmp_path: Path) -> None:
    open_wave(city, "w")
    rows = f"BD-1,2026-07-05,1\n{places(city)['BD-1'][0]},2026-07-05,2\n"
    with pytest.raises(Refusal, match="TWICE"):
        counted(city, table(tmp_path, rows))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_frozen_wave_stays_as_it_is(city: Site, tmp_path: Path) -> None:
    open_wave(city, "w")
    with city.stores.main.writing() as connection:
        connection.execute(update(Wave).values(closed=NOW, frozen="0" * 64))
    with pytest.raises(Refusal, match="FROZEN"):
        counted(city, table(tmp_path, "BD-1,2026-07-05,1\n"))
