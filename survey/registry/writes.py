"""What changes the registry: a file of organisations and places, counts of visitors."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, tuple_, update

from survey.audit.writes import record
from survey.refusal import Refusal
from survey.registry.models import PLACE_ID_LENGTH, Lineage, Organisation, Place, Visitors
from survey.registry.placing import Placing, Spot, put
from survey.registry.reads import PLACE_LETTERS
from survey.registry.timelines import Descent, Stand, Timelines, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from survey.refusal import Fault
    from survey.registry.unit_file import UnitFile, UnitRow
    from survey.stores import Main

_AT_ONCE = 5_000


@dataclass(frozen=True)
class Imported:
    """What an import changed; all zero when the registry said the same already."""

    organisations_new: int
    organisations_ended: int
    places_new: int
    places_changed: int

    @property
    def nothing(self) -> bool:
        """Whether the registry stayed as it was."""
        return not any(asdict(self).values())


def import_units(connection: Connection, file: UnitFile, *, now: datetime, actor: str) -> Imported:
    """Take organisations and places of a file into the registry; what is there already changes nothing.

    Raises:
        Refusal: every fault of the file, by itself and beside the registry; nothing is written then.
    """
    lines = merge(_registered_organisations(connection), file)
    placing = put(_registered_places(connection), file, lines)
    faults = [*file.faults, *lines.faults, *placing.faults]
    faults += _case_faults(lines.stands, (row for row in file.rows if not row.is_place))
    faults += _case_faults(placing.spots, (row for row in file.rows if row.is_place))
    if faults:
        raise Refusal(faults)
    imported = Imported(
        organisations_new=_insert_organisations(connection, lines),
        organisations_ended=_end_organisations(connection, lines),
        places_new=_insert_places(connection, placing),
        places_changed=_change_places(connection, placing),
    )
    _keep_lineage(connection, lines)
    if not imported.nothing:
        detail = {"file": file.path.name, **asdict(imported)}
        record(connection, now=now, actor=actor, act="units imported", subject="registry", detail=detail)
    return imported


def set_visitors(connection: Connection, counts: Mapping[tuple[str, date], int]) -> None:
    """Keep the visitors of places by day; a day counted anew replaces the earlier count."""
    keys = list(counts)
    for first in range(0, len(keys), _AT_ONCE):
        some = keys[first : first + _AT_ONCE]
        connection.execute(delete(Visitors).where(tuple_(Visitors.place, Visitors.day).in_(some)))
        rows = [{"place": place, "day": day, "visitors": counts[place, day]} for place, day in some]
        connection.execute(insert(Visitors), rows)


def _registered_organisations(connection: Connection) -> list[Stand]:
    columns = (
        Organisation.code,
        Organisation.name,
        Organisation.kind,
        Organisation.parent,
        Organisation.valid_from,
        Organisation.valid_to,
        Organisation.id,
    )
    return [Stand(*row) for row in connection.execute(select(*columns))]


def _registered_places(connection: Connection) -> list[Spot]:
    columns = (Place.code, Place.name, Place.organisation, Place.valid_from, Place.valid_to, Place.id)
    return [Spot(*row) for row in connection.execute(select(*columns))]


def _case_faults(codes: Iterable[str], rows: Iterable[UnitRow]) -> Iterator[Fault]:
    """Codes that differ from another in case alone: one of them is a slip."""
    spelled: dict[str, set[str]] = {}
    for code in codes:
        spelled.setdefault(code.casefold(), set()).add(code)
    for folded, row in {row.code.casefold(): row for row in rows}.items():
        others = sorted(spelled.get(folded, set()) - {row.code})
        if others:
            got, remedy = f"`{row.code}` beside `{'`, `'.join(others)}`", "Write the code in one way."
            expected = "codes that differ in more than case"
            yield row.row.fault("code", "CASE_ONLY", expected=expected, got=got, remedy=remedy)


def _insert_organisations(connection: Connection, lines: Timelines) -> int:
    new = [stand for stands in lines.stands.values() for stand in stands if stand.id is None]
    columns = ("code", "name", "kind", "parent", "valid_from", "valid_to")
    _insert(connection, Organisation, [{name: getattr(stand, name) for name in columns} for stand in new])
    return len(new)


def _end_organisations(connection: Connection, lines: Timelines) -> int:
    ended = [one for stands in lines.stands.values() for one in stands if one.id is not None and one.ended]
    if ended:
        _update(connection, Organisation, ("valid_to",), ended)
    return len(ended)


def _insert_places(connection: Connection, placing: Placing) -> int:
    taken = {spot.id for spot in placing.spots.values()}
    new = [spot for spot in placing.spots.values() if spot.id is None]
    for spot in new:
        while spot.id is None or spot.id in taken:
            spot.id = "".join(secrets.choice(PLACE_LETTERS) for _ in range(PLACE_ID_LENGTH))
        taken.add(spot.id)
    columns = ("id", "code", "name", "organisation", "valid_from", "valid_to")
    _insert(connection, Place, [{name: getattr(spot, name) for name in columns} for spot in new])
    return len(new)


def _change_places(connection: Connection, placing: Placing) -> int:
    changed = [spot for spot in placing.spots.values() if spot.changed]
    if changed:
        _update(connection, Place, ("name", "organisation", "valid_from", "valid_to"), changed)
    return len(changed)


def _keep_lineage(connection: Connection, lines: Timelines) -> None:
    """Which organisation went into which; the relation follows from how many met and parted."""
    stands = {(one.code, one.valid_from): one for one in _registered_organisations(connection)}
    known = {
        (predecessor, successor): relation
        for predecessor, successor, relation in connection.execute(
            select(Lineage.predecessor, Lineage.successor, Lineage.relation)
        )
    }
    pairs = set(known)
    for descent in (*lines.descents, *_renamings(lines)):
        before, after = (stands[one.code, one.valid_from].id or 0 for one in descent)
        pairs.add((before, after))
    into = Counter(after for _, after in pairs)
    out = Counter(before for before, _ in pairs)
    relations = {
        (before, after): "merged" if into[after] > 1 else "split" if out[before] > 1 else "renamed"
        for before, after in pairs
    }
    other = [pair for pair, relation in known.items() if relations[pair] != relation]
    for before, after in other:
        gone = delete(Lineage).where(Lineage.predecessor == before, Lineage.successor == after)
        connection.execute(gone)
    _insert(
        connection,
        Lineage,
        [
            {"predecessor": before, "successor": after, "relation": relation}
            for (before, after), relation in relations.items()
            if known.get((before, after)) != relation
        ],
    )


def _renamings(lines: Timelines) -> Iterator[Descent]:
    """Stands of one code of which the next begins where the one before ends."""
    for stands in lines.stands.values():
        for stand, following in pairwise(stands):
            if stand.valid_to == following.valid_from:
                yield Descent(stand, following)


def _insert(connection: Connection, table: type[Main], rows: list[dict[str, object]]) -> None:
    for first in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(table), rows[first : first + _AT_ONCE])


def _update(
    connection: Connection,
    table: type[Organisation | Place],
    columns: tuple[str, ...],
    rows: Sequence[Stand | Spot],
) -> None:
    """Give rows of a table, found by their id, what the objects say."""
    by_id = update(table).where(table.id == bindparam("which"))
    new: dict[str, object] = {name: bindparam(f"new_{name}") for name in columns}
    values = [{"which": row.id} | {f"new_{name}": getattr(row, name) for name in columns} for row in rows]
    connection.execute(by_id.values(new), values)
