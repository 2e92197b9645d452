"""Places of a file beside those registered: one row a place, as it stands; its links stay when it changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from survey.refusal import Fault
from survey.registry.timelines import BEGINNING, faults_of_parent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from survey.registry.timelines import Timelines
    from survey.registry.unit_file import UnitFile, UnitRow

_SHOWN = 5


@dataclass
class Spot:
    """A place as it stands; `id` when it is registered, `told` by a row of the file."""

    code: str
    name: str
    organisation: str
    valid_from: date
    valid_to: date | None
    id: str | None = None
    told: UnitRow | None = None
    changed: bool = False


@dataclass
class Placing:
    """Every place by code."""

    spots: dict[str, Spot]
    faults: list[Fault] = field(default_factory=list)


def put(registered: Iterable[Spot], file: UnitFile, lines: Timelines) -> Placing:
    """What is registered with what a file adds; look at `faults` before using it."""
    placing = Placing({spot.code: spot for spot in registered})
    rows = [row for row in file.rows if row.is_place]
    for row in rows:
        placing.faults += faults_of_parent(lines, row, file.unread)
        placing.faults += _put(placing.spots, row)
    placing.faults += _homeless(placing, lines, file.path)
    return placing


def _put(spots: dict[str, Spot], row: UnitRow) -> Iterator[Fault]:
    spot = spots.get(row.code)
    if spot is None:
        day = row.valid_from or BEGINNING
        spots[row.code] = Spot(row.code, row.name, row.parent or "", day, row.valid_to, told=row)
        return
    if spot.told is not None:
        got = f"`{row.code}` in row {spot.told.row.number} too"
        remedy = "Give each place a code of its own."
        yield row.row.fault("code", "CODE_TWICE", expected="a place once", got=got, remedy=remedy)
        return
    spot.told = row
    if (spot.name, spot.organisation) != (row.name, row.parent):
        if row.valid_from is None or row.valid_from <= spot.valid_from:
            since = "" if spot.valid_from == BEGINNING else f" since {spot.valid_from}"
            expected = f"`{spot.name}` of {spot.organisation}, as registered{since}"
            got, remedy = f"`{row.name}` of {row.parent}", "Give the day of the change in `valid_from`."
            yield row.row.fault("valid_from", "NO_DAY", expected=expected, got=got, remedy=remedy)
            return
        spot.name, spot.organisation, spot.valid_from = row.name, row.parent or "", row.valid_from
        spot.changed = True
    if row.valid_to is not None and row.valid_to != spot.valid_to:
        spot.valid_to, spot.changed = row.valid_to, True


def _homeless(placing: Placing, lines: Timelines, path: Path) -> Iterator[Fault]:
    """Places that outlive their organisation: somebody must receive people there."""
    left: dict[tuple[str, date], list[str]] = {}
    for spot in placing.spots.values():
        stands = lines.stands.get(spot.organisation)
        end = stands[-1].valid_to if stands else None
        if end is not None and (spot.valid_to is None or spot.valid_to > end):
            left.setdefault((spot.organisation, end), []).append(spot.code)
    for (organisation, end), codes in left.items():
        shown = ", ".join(codes[:_SHOWN]) + (
            f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
        )
        yield Fault(
            code="PLACE_WITHOUT_ORGANISATION",
            where=f"{path}: organisation {organisation}",
            expected=f"another organisation for its places from {end} on: {shown}",
            got=f"`{organisation}` ends then",
            remedy="Add a row for each place with its new parent from that day, or end the place.",
        )
