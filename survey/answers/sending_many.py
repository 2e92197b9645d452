"""The bulk form of sending: responses that come together, kept as if each had been sent for itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from survey.answers import locks
from survey.answers.bulk import insert_rows
from survey.answers.codes import CODE_BYTES
from survey.answers.models import Arrival, Inbox, Sent
from survey.answers.sealing import size_of
from survey.answers.sending import asked_of, faults_of, inbox_row, new_batch, open_batch
from survey.answers.sent_response import cleaned
from survey.answers.upserts import count_up
from survey.refusal import Fault, Refusal
from survey.waves.ending import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from survey.answers.sending import Asked, InboxRow, OpenBatch
    from survey.answers.sent_response import SentResponse
    from survey.config import Home
    from survey.stores import Store

_AT_ONCE = 500  # tokens in one question to the database


@dataclass(frozen=True)
class Sending:
    """A response, the token of its interview (at least 80 random bits) and when it was sent."""

    token: bytes
    response: SentResponse
    now: datetime


def send_many(store: Store, home: Home, sendings: Iterable[Sending]) -> int:
    """Keep responses in one transaction, all of them or none.

    Checks, seals, batches, counts and receipts are those of `sending.send`; a token that was used before, or
    stands here twice, counts once.

    Args:
        store: the main store.
        home: where the batches' keys lie.
        sendings: in the order of their time; nobody else may be sending with these tokens now.

    Returns:
        How many were new.

    Raises:
        Refusal: what `send` would refuse, for every response, with its number in the order given.
        ValueError: a token is too short.
    """
    given = [replace(one, response=cleaned(one.response)) for one in sendings]
    if any(len(one.token) < CODE_BYTES for one in given):
        raise ValueError(f"a token has at least {CODE_BYTES} bytes")
    with store.writing() as connection:
        for wave in sorted({one.response.wave for one in given}):
            locks.collecting(connection, wave)
        new, sizes = _checked(connection, home, _new(connection, given))
        locks.batches_of(connection, [(one.response.wave, one.response.place) for one in new])
        rows = _rows(connection, home, new, sizes)
        insert_rows(
            connection,
            Sent,
            [(row.token_hash, one.response.wave) for row, one in zip(rows, new, strict=True)],
        )
        insert_rows(connection, Inbox, rows)
        _count(connection, new)
    return len(new)


def _new(connection: Connection, given: Sequence[Sending]) -> list[tuple[int, Sending]]:
    """Those whose token was not used before, each with its number, the first of each token."""
    first: dict[bytes, tuple[int, Sending]] = {}
    for number, one in enumerate(given, 1):
        first.setdefault(sha256(one.token).digest(), (number, one))
    hashes = list(first)
    for start in range(0, len(hashes), _AT_ONCE):
        used = select(Sent.token_hash).where(Sent.token_hash.in_(hashes[start : start + _AT_ONCE]))
        for token_hash in connection.scalars(used):
            del first[token_hash]
    return list(first.values())


def _checked(
    connection: Connection, home: Home, new: Sequence[tuple[int, Sending]]
) -> tuple[list[Sending], dict[str, int]]:
    """Those that are new, each at the moment at which it counts, and the padded bytes by instrument.

    Raises:
        Refusal: every fault of every response.
    """
    asked: dict[tuple[str, ...], Asked | Refusal] = {}
    faults: list[Fault] = []
    kept: list[Sending] = []
    for number, one in new:
        response = one.response
        key = (response.wave, response.instrument, response.place, response.mode, response.consent)
        if key not in asked:
            asked[key] = _asked(connection, response)
        found, local = asked[key], one.now.astimezone(home.settings.zone)
        own = found.faults if isinstance(found, Refusal) else faults_of(found, response, local)
        faults += [replace(fault, where=f"response {number}: {fault.where}") for fault in own]
        if not isinstance(found, Refusal):
            kept.append(replace(one, now=counted(found.last, local)))
    if faults:
        raise Refusal(faults)
    found_all = [(key[1], found) for key, found in asked.items() if not isinstance(found, Refusal)]
    return kept, {version: size_of(found.instrument) for version, found in found_all}


def _asked(connection: Connection, response: SentResponse) -> Asked | Refusal:
    try:
        return asked_of(connection, response)
    except Refusal as refusal:
        return refusal


def _rows(
    connection: Connection, home: Home, new: Sequence[Sending], sizes: dict[str, int]
) -> list[InboxRow]:
    batches: dict[tuple[str, str], OpenBatch] = {}
    rows = []
    for one in new:
        response = one.response
        key = (response.wave, response.place)
        day = one.now.date()
        batch = batches.get(key) or open_batch(connection, home, response, day)
        if batch.room == 0:
            batch = new_batch(connection, home, response, day)
        batches[key] = batch._replace(room=batch.room - 1)
        rows.append(inbox_row(one.token, response, batch, size=sizes[response.instrument]))
    return rows


def _count(connection: Connection, new: Sequence[Sending]) -> None:
    came = Counter((one.response.wave, one.response.place, one.now.date(), one.now.hour) for one in new)
    for (wave, place, day, hour), responses in sorted(came.items()):
        count_up(connection, Arrival, "responses", by=responses, wave=wave, place=place, day=day, hour=hour)
