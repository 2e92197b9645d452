"""How many people came to a wave's places: counted by the places, day by day, read from CSV or XLSX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.audit.writes import record
from survey.refusal import Fault, Refusal
from survey.registry.unit_file import nearest
from survey.registry.writes import set_visitors
from survey.tabular.rows import day_of, read_rows
from survey.waves.reads import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from survey.tabular.rows import Row
    from survey.waves.reads import WaveView

COLUMNS = ("place", "day", "visitors")
_COUNT = re.compile(r"\d{1,7}")


@dataclass(frozen=True)
class Counted:
    """What a file of visitors held."""

    places: int
    days: int
    visitors: int


def count_visitors(
    connection: Connection, wave: WaveView, path: Path, *, now: datetime, actor: str
) -> Counted:
    """Keep the visitors of a file; a day counted anew replaces the earlier count.

    Args:
        connection: a transaction of the main store.
        wave: whose places and days the file is about.
        path: the columns `place` (its code, or the id of its link), `day`, `visitors`.
        now: in the time zone of the site: no day after it can have been counted.
        actor: who does it.

    Raises:
        Refusal: the wave is frozen, or the file has faults; all at once, nothing is kept then.
    """
    if wave.state == "frozen":
        expected, remedy = "a wave that is not frozen", "A frozen wave stays as it was sealed."
        where = f"wave {wave.id}"
        raise Refusal([Fault(code="FROZEN", where=where, expected=expected, got="frozen", remedy=remedy)])
    today = now.date()
    places = {}
    for place in places_of(connection, wave.id, today):
        places[place.code] = places[place.id] = place.id
    rows = read_rows(path, required=COLUMNS)
    last = min(wave.to_day, today)
    faults = [fault for row in rows for fault in _faults(row, wave, places, last)]
    if not faults:
        faults = list(_twice(rows, places))
    if faults:
        raise Refusal(faults)
    counts = {_key(row, places): int(row.cells["visitors"]) for row in rows}
    set_visitors(connection, counts)
    counted = Counted(
        places=len({place for place, _ in counts}),
        days=len({day for _, day in counts}),
        visitors=sum(counts.values()),
    )
    detail = {"file": path.name, "places": counted.places, "days": counted.days, "visitors": counted.visitors}
    record(connection, now=now, actor=actor, act="visitors counted", subject=wave.id, detail=detail)
    return counted


def _key(row: Row, places: Mapping[str, str]) -> tuple[str, date]:
    day = day_of(row.cells["day"])
    if day is None:
        raise AssertionError("a row without a day has a fault")
    return places[row.cells["place"]], day


def _faults(row: Row, wave: WaveView, places: Mapping[str, str], last: date) -> Iterator[Fault]:
    place, cell, count = (row.cells[column] for column in COLUMNS)
    if place not in places:
        expected, got = f"a place of wave {wave.id}", f"`{place}`" if place else "nothing"
        remedy = nearest(place, wave.plan.places)
        yield row.fault("place", "UNKNOWN_PLACE", expected=expected, got=got, remedy=remedy)
    day = day_of(cell)
    if day is None:
        got, remedy = cell or "nothing", "Write year-month-day."
        yield row.fault("day", "DAY", expected="a day as 2026-07-01", got=got, remedy=remedy)
    elif not wave.from_day <= day <= last:
        expected = f"a day of wave {wave.id} that has come: {wave.from_day} to {last}"
        yield row.fault("day", "DAY", expected=expected, got=str(day), remedy="Leave the row out.")
    if not _COUNT.fullmatch(count):
        expected, got = "a whole number from 0", f"`{count}`" if count else "nothing"
        remedy = "Write the number of people without separators; 0 for a closed day."
        yield row.fault("visitors", "COUNT", expected=expected, got=got, remedy=remedy)


def _twice(rows: list[Row], places: Mapping[str, str]) -> Iterator[Fault]:
    seen: dict[tuple[str, date], Row] = {}
    for row in rows:
        first = seen.setdefault(_key(row, places), row)
        if first is not row:
            got = f"row {first.number} has it too"
            remedy = "Keep one, or give their sum."
            yield row.fault("day", "TWICE", expected="a place and day once", got=got, remedy=remedy)
