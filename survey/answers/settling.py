"""Settling: batches that hold enough answers are opened, shuffled, kept, and their keys destroyed.

A response gets a fresh random id and goes in by the order of the ids, together with those of all batches
opened at once, so that neither place in the table nor transaction tells when it came. A crash between any two
steps loses nothing: rows move in one transaction, and a key is destroyed only after its batch is gone.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select

from questionnaires.model import Missing
from survey import keys
from survey.answers import locks
from survey.answers.bulk import columns_of, insert_rows
from survey.answers.models import Answer, Batch, Comment, Inbox, Response
from survey.answers.quality import band_of, flags_of
from survey.answers.receipts import grant_requests
from survey.answers.sealing import unseal
from survey.answers.sent_response import of_content
from survey.refusal import Fault, Refusal
from survey.waves.reads import instrument as published_instrument

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Connection

    from survey.answers.anchor import Anchor
    from survey.answers.values import Value
    from survey.config import Home
    from survey.stores import Store

BATCH_LEAST: Final = 20
_AT_ONCE: Final = 2_000  # responses in one transaction: half a second for which others wait to send


@dataclass(frozen=True)
class Settled:
    """What settling did.

    Attributes:
        responses: how many were settled, by wave.
        waiting: how many still wait for others of their place.
        faults: one for each batch of which no key opens some answers.
        lost: how many of those were given up.
    """

    responses: dict[str, int]
    waiting: int
    faults: tuple[Fault, ...]
    lost: int


@dataclass(frozen=True)
class _Waiting:
    """A batch that may be opened, and how many answers it holds."""

    id: str
    wave: str
    place: str
    day: date
    count: int


def settle(  # noqa: PLR0913 - what the two commands that settle say apart
    store: Store,
    home: Home,
    *,
    wave: str | None = None,
    least: int = BATCH_LEAST,
    give_up: bool = False,
    anchor: Anchor | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Settled:
    """Open every batch that holds enough answers; before, grant what was withdrawn.

    Args:
        store: the main store, as its owner.
        home: where the batches' keys lie.
        wave: one wave alone, which is closed: its withdrawals were granted when it was; None: all.
        least: how many answers are enough. Below 20 it is meant for a closed wave: such a rest joins its
            place's last settled day, and has no day where there is none.
        give_up: whether answers that no key opens are dropped and counted, instead of staying.
        anchor: who settles and when, for the audit chain; None: nothing is noted there.
        step: told of each step.
    """
    destroy_left_keys(store, home)
    step("keys sorted out")
    if wave is None:
        with store.writing() as connection:
            grant_requests(connection, anchor=anchor)
        step("withdrawals granted")
    run = _Run(store, home, wave, least, give_up, anchor, step)
    while group := run.next_group():
        run.move(group)
        step(f"{sum(run.settled.values()):,} answers settled")
    tidy(store)
    return Settled(dict(run.settled), _waiting(store, wave), tuple(run.unreadable), run.lost)


def destroy_left_keys(store: Store, home: Home) -> None:
    """Destroy the keys whose batch is gone, or never came to be because of a crash."""
    with store.writing() as connection:
        locks.sorting_keys_out(connection)
        alive = set(connection.scalars(select(Batch.id)))
        for batch in keys.batches(home):
            if batch not in alive:
                keys.batch_destroy(home, batch)


def tidy(store: Store) -> None:
    """On SQLite, bring the write-ahead log into the file and empty it: it holds pages as they once were."""
    if store.is_sqlite:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass
class _Run:
    """One run over the batches, and what it has come to."""

    store: Store
    home: Home
    wave: str | None
    least: int
    give_up: bool
    anchor: Anchor | None
    step: Callable[[str], None]
    settled: Counter[str] = field(default_factory=Counter)
    unreadable: list[Fault] = field(default_factory=list)
    lost: int = 0
    _seen: set[str] = field(default_factory=set)

    def next_group(self) -> list[_Waiting]:
        """Some batches that may be opened together, at least one while there are any that were not tried."""
        count = func.count(Inbox.token_hash)
        query = (
            select(Batch.id, Batch.wave, Batch.place, Batch.day, count)
            .join(Inbox, Inbox.batch == Batch.id, isouter=True)
            .group_by(Batch.id)
            .having(count >= self.least)
            .order_by(Batch.id)
        )
        if self.wave is not None:
            query = query.where(Batch.wave == self.wave)
        with self.store.reading() as connection:
            found = [_Waiting(*row) for row in connection.execute(query)]
        taken: list[_Waiting] = []
        total = 0
        for batch in found:
            if batch.id in self._seen:
                continue
            total += batch.count
            if taken and total > _AT_ONCE:
                break
            taken.append(batch)
        self._seen.update(batch.id for batch in taken)
        return taken

    def move(self, group: list[_Waiting]) -> None:
        """Move the answers of a group from the inbox to the responses; then destroy its keys."""
        rows = _Rows()
        gone: list[str] = []
        moved: Counter[str] = Counter()
        lost = 0
        with self.store.writing() as connection:
            locks.batches_of(connection, [(batch.wave, batch.place) for batch in group])
            for batch in group:
                contents, faults = _contents(connection, self.home, batch)
                self.unreadable += [_unreadable(batch, faults)] if faults else []
                if (faults and not self.give_up) or len(contents) + len(faults) < self.least:
                    continue  # it stays: unreadable, or some were withdrawn meanwhile
                gone.append(batch.id)
                moved[batch.wave] += len(contents)
                lost += len(faults)
                rows.add(connection, contents, _day(connection, batch, len(contents)))
            self.step("opened")
            rows.insert(connection)
            if self.anchor is not None:
                for wave, names in sorted(rows.by_wave().items()):
                    self.anchor.add(connection, wave, names)
            self.step("inserted")
            connection.execute(delete(Inbox).where(Inbox.batch.in_(gone)))
            connection.execute(delete(Batch).where(Batch.id.in_(gone)))
            self.step("moved")
        self.step("committed")
        for batch_id in gone:
            keys.batch_destroy(self.home, batch_id)
            self.step("key destroyed")
        self.settled += moved
        self.lost += lost


class _Rows:
    """Responses to be, with all that belongs to each, under fresh ids."""

    def __init__(self) -> None:
        self._responses: list[tuple[Any, ...]] = []
        self._answers: dict[str, list[tuple[Any, ...]]] = {}
        self._comments: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, connection: Connection, contents: list[dict[str, Any]], day: date | None) -> None:
        """Add the opened answers of a batch."""
        instruments = {
            version: published_instrument(connection, version)
            for version in {content["instrument"] for content in contents}
        }
        for content in contents:
            fresh = secrets.token_hex(16)
            receipt = content.pop("receipt")
            response = of_content(content)
            instrument = instruments[response.instrument]
            known = {
                "id": fresh,
                "seconds": band_of(response.seconds),
                "flags": flags_of(instrument, response),
                "day": day,
                "draw_class": None,
                "receipt_hash": None if receipt is None else bytes.fromhex(receipt),
            }
            row = (
                known[column] if column in known else getattr(response, column)
                for column in columns_of(Response)
            )
            self._responses.append(tuple(row))
            self._answers[fresh] = [_answer(fresh, *value) for value in response.values.items()]
            self._comments[fresh] = [(fresh, *text) for text in response.comments.items()]

    def by_wave(self) -> dict[str, list[str]]:
        """The ids of the responses by wave."""
        id_at, wave_at = (columns_of(Response).index(name) for name in ("id", "wave"))
        names: dict[str, list[str]] = {}
        for row in self._responses:
            names.setdefault(row[wave_at], []).append(row[id_at])
        return names

    def insert(self, connection: Connection) -> None:
        """Insert everything in the order of the ids."""
        self._responses.sort()
        names = [row[0] for row in self._responses]
        insert_rows(connection, Response, self._responses)
        insert_rows(connection, Answer, [row for name in names for row in self._answers[name]])
        insert_rows(connection, Comment, [row for name in names for row in self._comments[name]])


def _answer(response: str, variable: str, value: Value) -> tuple[Any, ...]:
    if isinstance(value, Missing):
        return response, variable, None, None, value.value
    if isinstance(value, float):
        return response, variable, None, value, None
    return response, variable, value, None, None


def _contents(
    connection: Connection, home: Home, batch: _Waiting
) -> tuple[list[dict[str, Any]], list[Fault]]:
    """What the batch's rows say, and a fault for each that no key opens."""
    sealed = select(Inbox.token_hash, Inbox.sealed).where(Inbox.batch == batch.id).with_for_update()
    rows = connection.execute(sealed).all()
    try:
        key = keys.batch_read(home, batch.id)
    except Refusal as refusal:
        return [], list(refusal.faults) * len(rows)
    contents: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for token_hash, one in rows:
        try:
            contents.append(unseal(key, one, bound_to=token_hash))
        except Refusal as refusal:
            faults += refusal.faults
    return contents, faults


def _day(connection: Connection, batch: _Waiting, count: int) -> date | None:
    """The day of a batch's responses: its first; a rest of few joins its place's last."""
    if count >= BATCH_LEAST:
        return batch.day
    last = select(func.max(Response.day)).where(Response.wave == batch.wave, Response.place == batch.place)
    return connection.scalar(last)


def _waiting(store: Store, wave: str | None) -> int:
    query = select(func.count()).select_from(Inbox).join(Batch, Batch.id == Inbox.batch)
    if wave is not None:
        query = query.where(Batch.wave == wave)
    with store.reading() as connection:
        return connection.scalar(query) or 0


def _unreadable(batch: _Waiting, faults: list[Fault]) -> Fault:
    return Fault(
        code="UNREADABLE",
        where=f"wave {batch.wave}, place {batch.place}, batch {batch.id}: {faults[0].where}",
        expected=f"{batch.count:,} answers that the batch's key opens",
        got=f"{len(faults):,} that it does not: {faults[0].got}",
        remedy="Put the key's file back if it was moved; else `longdan close WAVE --give-up-unreadable`.",
    )
