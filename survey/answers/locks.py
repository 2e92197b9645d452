"""Locks between transactions: on PostgreSQL by name until the end of the transaction.

On SQLite a transaction of `Store.writing` excludes every other already. Locks of one transaction are taken in
the order of the functions below, and places in sorted order, so that nobody waits in a circle.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from sqlalchemy import func, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection


def collecting(connection: Connection, wave: str) -> None:
    """Nobody closes the wave meanwhile; others may go on collecting."""
    _hold(connection, f"wave {wave}", shared=True)


def closing(connection: Connection, wave: str) -> None:
    """Nobody sends to the wave or withdraws from it meanwhile."""
    _hold(connection, f"wave {wave}", shared=False)


def batches_of(connection: Connection, places: Iterable[tuple[str, str]]) -> None:
    """Nobody else touches the batches of these places; each is a wave and a place."""
    for wave, place in sorted(set(places)):
        _hold(connection, f"batches {wave} {place}", shared=False)


def making_a_key(connection: Connection) -> None:
    """Nobody takes the key for one that was left behind before its batch is there."""
    _hold(connection, "batch keys", shared=True)


def sorting_keys_out(connection: Connection) -> None:
    """Nobody makes a batch meanwhile."""
    _hold(connection, "batch keys", shared=False)


def _hold(connection: Connection, name: str, *, shared: bool) -> None:
    if connection.dialect.name != "postgresql":
        return
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    connection.execute(select(lock(number)))
