"""What is public against the audit chain: a release or a tombstone that was changed, removed or planted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from survey.audit.models import Entry
from survey.publication.models import (
    PublishedAgency,
    PublishedCell,
    PublishedRelease,
    PublishedWording,
    ReleaseWithdrawal,
)
from survey.publication.rows import hash_of
from survey.refusal import Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

RELEASED: Final = "released"  # as the chain calls it
WITHDRAWN: Final = "release withdrawn"

_NOTHING = "nothing"


def release_faults(connection: Connection) -> list[Fault]:
    """Releases that are not what the chain noted, and tombstones that it does not know or that are gone."""
    rows = connection.execute(select(PublishedRelease.__table__)).mappings().all()
    found = {_name(row): _hash(connection, row) for row in rows}
    tombstones = select(PublishedRelease.wave, PublishedRelease.number, ReleaseWithdrawal.reason).join(
        ReleaseWithdrawal, ReleaseWithdrawal.release == PublishedRelease.id
    )
    gone = {f"tombstone of {_name(row)}": row["reason"] for row in connection.execute(tombstones).mappings()}
    released, withdrawn = _noted(connection, RELEASED, "release"), _noted(connection, WITHDRAWN, "reason")
    withdrawn = {f"tombstone of {name}": reason for name, reason in withdrawn.items()}
    has, said = found | gone, released | withdrawn
    return [
        _fault(name, said.get(name, _NOTHING), has.get(name, _NOTHING))
        for name in sorted(has.keys() | said.keys())
        if has.get(name) != said.get(name)
    ]


def _name(row: RowMapping) -> str:
    return f"release {row['number']} of wave {row['wave']}"


def _hash(connection: Connection, row: RowMapping) -> str:
    """The hash of what is there; where the row itself says another, neither is right."""
    agencies, wordings, cells = (
        connection.execute(select(table.__table__).where(table.release == row["id"])).mappings().all()
        for table in (PublishedAgency, PublishedWording, PublishedCell)
    )
    found = hash_of(row, agencies, wordings, cells)
    return found if found == row["hash"] else f"{found}, called {row['hash']}"


def _noted(connection: Connection, act: str, what: str) -> dict[str, str]:
    entries = select(Entry.subject, Entry.detail).where(Entry.act == act).order_by(Entry.number)
    told = ((wave, json.loads(detail)) for wave, detail in connection.execute(entries))
    return {f"release {detail['number']} of wave {wave}": str(detail[what]) for wave, detail in told}


def _fault(where: str, noted: str, found: str) -> Fault:
    return Fault(
        code="RELEASE_CHANGED",
        where=where,
        expected=f"{noted}, as the audit chain noted",
        got=found,
        remedy="Compare with a backup: what is public was changed behind the program.",
    )
