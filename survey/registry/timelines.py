"""Organisations over time: what a file adds to what is registered, and every contradiction between them.

History is never rewritten. A changed name, kind or parent is a new row from its day, and the row before it
ends there; so do the organisations that a successor names as its predecessors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from survey.registry.unit_file import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from survey.refusal import Fault
    from survey.registry.unit_file import UnitFile, UnitRow

BEGINNING = date(1900, 1, 1)  # of an organisation whose first day is not told
_VALID_TO = "`valid_to` is the first day on which the row no longer holds."


@dataclass
class Stand:
    """An organisation as it stands from a day on; `id` when it is registered, `told` by a row of the file."""

    code: str
    name: str
    kind: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    id: int | None = None
    told: UnitRow | None = None
    ended: bool = False

    def says(self, row: UnitRow) -> bool:
        """Whether a row of the file says the same."""
        return (self.name, self.kind, self.parent) == (row.name, row.kind, row.parent)

    def end(self, day: date) -> None:
        """Let it end; notes whether that is news."""
        self.ended = self.ended or self.valid_to != day
        self.valid_to = day


class Descent(NamedTuple):
    """One organisation went into another."""

    predecessor: Stand
    successor: Stand


@dataclass
class Timelines:
    """Every organisation by code, in the order of its days; `descents` are those of the file."""

    stands: dict[str, list[Stand]]
    descents: list[Descent] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def before(self, code: str, day: date) -> Stand | None:
        """The last stand of a code that began before a day."""
        earlier = [stand for stand in self.stands.get(code, ()) if stand.valid_from < day]
        return earlier[-1] if earlier else None

    def overlaps(self, code: str, first: date, last: date | None) -> bool:
        """Whether an organisation stands at some time between two days."""
        return any(
            (last is None or stand.valid_from < last) and (stand.valid_to is None or stand.valid_to > first)
            for stand in self.stands.get(code, ())
        )


def merge(registered: Iterable[Stand], file: UnitFile) -> Timelines:
    """What is registered with what a file adds; look at `faults` before using it."""
    lines = Timelines({})
    for stand in registered:
        lines.stands.setdefault(stand.code, []).append(stand)
    for stands in lines.stands.values():
        stands.sort(key=lambda stand: stand.valid_from)
    rows = [row for row in file.rows if not row.is_place]
    for row in sorted(rows, key=lambda row: (row.code, row.valid_from or BEGINNING)):
        lines.faults += _tell(lines.stands.setdefault(row.code, []), row)
    for stands in lines.stands.values():
        lines.faults += _follow(stands)
    for row in rows:
        lines.faults += _descend(lines, row, file.unread)
    for row in rows:
        lines.faults += faults_of_parent(lines, row, file.unread)
    lines.faults += _loops(lines)
    return lines


def _tell(stands: list[Stand], row: UnitRow) -> Iterator[Fault]:
    """Put a row into the timeline of its code."""
    at = _meant(stands, row)
    if at is None:
        day = row.valid_from or BEGINNING
        stands.append(Stand(row.code, row.name, row.kind, row.parent, day, row.valid_to, told=row))
        stands.sort(key=lambda stand: stand.valid_from)
    elif at.told is not None and (at.told.valid_from == row.valid_from or not at.says(row)):
        expected, got = "a code once for each day", f"`{row.code}` in row {at.told.row.number} too"
        remedy = "Keep one of them, or give the later its own `valid_from`."
        yield row.row.fault("code", "CODE_TWICE", expected=expected, got=got, remedy=remedy)
    elif at.says(row):
        at.told = at.told or row
        if row.valid_to is not None:
            at.end(row.valid_to)
    else:
        since = "" if at.valid_from == BEGINNING else f" since {at.valid_from}"
        expected = f"`{at.name}`, {at.kind}, parent {at.parent or 'none'}, as registered{since}"
        got = f"`{row.name}`, {row.kind}, parent {row.parent or 'none'}"
        remedy = "Give the day of the change in `valid_from`; what stood before is kept."
        yield row.row.fault("valid_from", "NO_DAY", expected=expected, got=got, remedy=remedy)


def _meant(stands: list[Stand], row: UnitRow) -> Stand | None:
    """The stand of which a row speaks; None when it tells a new one."""
    if row.valid_from is None:
        return next((stand for stand in reversed(stands) if stand.says(row)), stands[-1] if stands else None)
    exact = next((stand for stand in stands if stand.valid_from == row.valid_from), None)
    if exact is not None or row.predecessors:
        return exact
    earlier = [stand for stand in stands if stand.valid_from < row.valid_from]
    holds = bool(earlier) and (earlier[-1].valid_to is None or earlier[-1].valid_to > row.valid_from)
    return earlier[-1] if holds and earlier[-1].says(row) else None


def _follow(stands: list[Stand]) -> Iterator[Fault]:
    """Each stand of a code ends before the next begins; an open one ends there."""
    for stand, following in pairwise(stands):
        row = following.told or stand.told
        if stand.valid_to is None:
            stand.end(following.valid_from)
        elif row is not None and stand.valid_to > following.valid_from:
            expected = f"an end of the row from {stand.valid_from} by {following.valid_from}"
            remedy = f"Correct the days: {_VALID_TO}"
            got = f"{stand.valid_to}: two rows of `{stand.code}` hold at once"
            yield row.row.fault("valid_from", "OVERLAP", expected=expected, got=got, remedy=remedy)
        elif row is not None and stand.valid_to == following.valid_from - timedelta(days=1):
            expected = f"the end {following.valid_from}, where the next row of `{stand.code}` begins"
            remedy = f"Write {following.valid_from}: {_VALID_TO}"
            yield row.row.fault("valid_to", "GAP", expected=expected, got=str(stand.valid_to), remedy=remedy)


def _descend(lines: Timelines, row: UnitRow, unread: frozenset[str]) -> Iterator[Fault]:
    """Let the predecessors that a row names end where it begins."""
    if not row.predecessors or row.valid_from is None:
        return
    successor = next((s for s in lines.stands[row.code] if s.valid_from == row.valid_from), None)
    for code in row.predecessors:
        stand = lines.before(code, row.valid_from)
        if stand is None:
            if code not in unread:
                yield _no_predecessor(lines, row, code)
            continue
        if stand.valid_to is None:
            stand.end(row.valid_from)
        if stand.valid_to != row.valid_from:
            expected = f"the end of `{code}` on {row.valid_from}, when `{row.code}` follows it"
            remedy = f"Correct one of the days: {_VALID_TO}"
            got = str(stand.valid_to)
            yield row.row.fault("predecessors", "PREDECESSOR_END", expected=expected, got=got, remedy=remedy)
        elif successor is not None:
            lines.descents.append(Descent(stand, successor))


def _no_predecessor(lines: Timelines, row: UnitRow, code: str) -> Fault:
    if code not in lines.stands:
        expected, got = "a code of this file or of the registry", f"`{code}`"
        remedy = nearest(code, lines.stands)
        return row.row.fault("predecessors", "UNKNOWN_PREDECESSOR", expected=expected, got=got, remedy=remedy)
    first = lines.stands[code][0].valid_from
    expected = f"a predecessor that stood before {row.valid_from}"
    remedy = "Correct the days or the codes: nothing follows itself, directly or in a ring."
    got = f"`{code}`, from {first}"
    return row.row.fault("predecessors", "PREDECESSOR_LATER", expected=expected, got=got, remedy=remedy)


def faults_of_parent(lines: Timelines, row: UnitRow, unread: frozenset[str]) -> Iterator[Fault]:
    """Parents that are no organisation, or none while the row holds."""
    if row.parent is None or row.parent in unread:
        return
    first = row.valid_from or BEGINNING
    if row.parent not in lines.stands:
        expected, got = "an organisation of this file or of the registry", f"`{row.parent}`"
        remedy = nearest(row.parent, lines.stands)
        yield row.row.fault("parent", "UNKNOWN_PARENT", expected=expected, got=got, remedy=remedy)
    elif not lines.overlaps(row.parent, first, row.valid_to):
        expected = f"an organisation that stands at some time from {first}"
        got = f"`{row.parent}`, which ended before or begins later"
        remedy = "Name the organisation that stands then."
        yield row.row.fault("parent", "PARENT_NOT_IN_FORCE", expected=expected, got=got, remedy=remedy)


def _loops(lines: Timelines) -> Iterator[Fault]:
    """Organisations that are above themselves, as all stand last."""
    latest = {code: stands[-1] for code, stands in lines.stands.items()}
    for code, stand in latest.items():
        if stand.told is None or stand.parent is None:
            continue
        chain = [code]
        above: str | None = stand.parent
        while above in latest and above not in chain:
            chain.append(above)
            above = latest[above].parent
        if above == code:
            got = " under ".join([*chain, code])
            expected, remedy = "a parent that is not under it", "Correct the parents."
            yield stand.told.row.fault("parent", "PARENT_LOOP", expected=expected, got=got, remedy=remedy)
