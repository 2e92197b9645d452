"""The audit chain as it stands: its head, and whether it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from survey.audit.models import Entry
from survey.audit.writes import FIRST_PREVIOUS, hash_of
from survey.refusal import Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

_BACKUP = "Compare with a backup and with heads noted elsewhere; the database was changed behind the program."
_AT_ONCE = 1000


def head(connection: Connection) -> str:
    """The hash of the newest entry; 64 zeros while there is none."""
    newest = connection.scalar(select(Entry.hash).order_by(Entry.number.desc()).limit(1))
    return newest or FIRST_PREVIOUS


def length(connection: Connection) -> int:
    """How many entries the chain has."""
    return connection.scalar(select(func.count()).select_from(Entry)) or 0


def verify_chain(connection: Connection, head: str | None = None) -> list[Fault]:
    """Find what was done to the chain behind the program's back.

    A chain that was rewritten whole, or lost its end, is whole in itself: only a head that was noted
    elsewhere (on a printed sheet, in a manifest, on a released page) shows it.

    Args:
        connection: of the main store.
        head: a head noted earlier; the chain may have grown since.

    Returns:
        A fault for each entry that is changed, missing or out of place, naming its number; one when no entry
        has the noted head.
    """
    faults: list[Fault] = []
    number, previous, met = 0, FIRST_PREVIOUS, head in {None, FIRST_PREVIOUS}
    chain = select(Entry.__table__).order_by(Entry.number).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(chain).mappings():
        faults += _faults_of(row, number, previous)
        number, previous = row["number"], row["hash"]
        met = met or previous == head
    if not met:
        expected = f"an entry with the head {head}"
        got = f"none among {number}: the chain was shortened or rewritten after that head was noted"
        faults.append(_fault("CHAIN_HEAD", "audit chain", expected, got))
    return faults


def _faults_of(row: RowMapping, number: int, previous: str) -> list[Fault]:
    """What is wrong with an entry that follows the one of that number and hash."""
    where = f"audit entry {row['number']}"
    faults = []
    if row["number"] != number + 1:
        missing = f"{number + 1}" if row["number"] == number + 2 else f"{number + 1} to {row['number'] - 1}"
        faults.append(_fault("CHAIN_GAP", f"audit entry {missing}", "to be there", "removed"))
    elif row["previous"] != previous:
        got = f"{row['previous']}: an entry was inserted, exchanged or rewritten here"
        faults.append(_fault("CHAIN_LINK", where, f"the previous hash {previous}", got))
    calculated = hash_of(row)
    if row["hash"] != calculated:
        expected = f"the hash {calculated} of its fields"
        faults.append(_fault("CHAIN_ENTRY", where, expected, f"{row['hash']}: changed"))
    return faults


def _fault(code: str, where: str, expected: str, got: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=_BACKUP)
