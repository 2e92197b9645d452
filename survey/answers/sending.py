"""Sending: one response into the inbox, exactly once, in one transaction."""

from __future__ import annotations

import contextlib
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, exists, func, insert, select

from survey import keys
from survey.answers import drafts, locks, receipts
from survey.answers.codes import CODE_BYTES
from survey.answers.models import Arrival, Batch, ConsentText, Inbox, Sent
from survey.answers.sealing import seal, size_of
from survey.answers.sent_response import cleaned, to_content
from survey.answers.upserts import count_up, insert_new
from survey.answers.values import check
from survey.refusal import Fault, Refusal
from survey.waves.ending import counted, takes
from survey.waves.models import Wave, WaveMode, WavePlace, WaveVersion
from survey.waves.reads import instrument as published_instrument

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection

    from questionnaires.model import Instrument
    from survey.answers.sent_response import SentResponse
    from survey.config import Home
    from survey.stores import Store

BATCH_MOST: Final = 256

_HASH_BYTES = 32

# Put together once: for each of them that takes longer than running it.
_USED = select(exists().where(Sent.token_hash == bindparam("token_hash")))
_INTO_INBOX = insert(Inbox.metadata.tables[Inbox.__tablename__])
_ASKED = select(
    Wave.closed.is_(None).label("open"),
    Wave.from_day,
    Wave.to_day,
    exists().where(WaveVersion.wave == Wave.id, WaveVersion.hash == bindparam("instrument")).label("version"),
    exists().where(WavePlace.wave == Wave.id, WavePlace.place == bindparam("place")).label("place"),
    exists().where(WaveMode.wave == Wave.id, WaveMode.mode == bindparam("mode")).label("mode"),
    exists().where(ConsentText.hash == bindparam("consent")).label("consent"),
).where(Wave.id == bindparam("wave"))
_WAITING = func.count(Inbox.batch)
_WITH_ROOM = (
    select(Batch.id, _WAITING)
    .join(Inbox, Inbox.batch == Batch.id, isouter=True)
    .where(Batch.wave == bindparam("wave"), Batch.place == bindparam("place"))
    .group_by(Batch.id)
    .having(bindparam("most") > _WAITING)
    .order_by(_WAITING.desc())
)


class Asked(NamedTuple):
    """The version that was asked, and the days of the wave."""

    instrument: Instrument
    first: date
    last: date


class OpenBatch(NamedTuple):
    """A batch that takes answers: its key, and for how many it has room."""

    id: str
    key: bytes
    room: int


class InboxRow(NamedTuple):
    """The columns of the inbox, in its order."""

    token_hash: bytes
    batch: str
    receipt_hash: bytes
    sealed: bytes


def send(  # noqa: PLR0913 - two of them only say where things lie
    store: Store,
    home: Home,
    token: bytes,
    response: SentResponse,
    now: datetime,
    *,
    draft: bytes | None = None,
) -> None:
    """Keep a response; with a token that was used before, do nothing.

    Args:
        store: the main store.
        home: where the batches' keys lie.
        token: at least 80 random bits, made when the interview began.
        response: what was answered.
        now: when, with a time zone.
        draft: the secret of the draft that ends with it.

    Raises:
        Refusal: the wave is closed or over, does not collect there, or an answer is none of the instrument's.
        ValueError: the token is too short.
    """
    if len(token) < CODE_BYTES:
        raise ValueError(f"a token has at least {CODE_BYTES} bytes, not {len(token)}")
    token_hash = sha256(token).digest()
    kept = cleaned(response)
    local = now.astimezone(home.settings.zone)
    with store.writing() as connection:
        locks.collecting(connection, kept.wave)
        if draft is not None:
            drafts.drop(connection, draft)
        if was_sent(connection, token):
            return
        asked = asked_of(connection, kept)
        faults = faults_of(asked, kept, local)
        if faults:
            raise Refusal(faults)
        at = counted(asked.last, local)
        locks.batches_of(connection, [(kept.wave, kept.place)])
        if not insert_new(connection, Sent, token_hash=token_hash, wave=kept.wave):
            return  # the same token was sent twice at once
        batch = open_batch(connection, home, kept, at.date())
        row = inbox_row(token, kept, batch, size=size_of(asked.instrument))
        connection.execute(_INTO_INBOX, row._asdict())
        key: dict[str, Any] = {"wave": kept.wave, "place": kept.place, "day": at.date()}
        count_up(connection, Arrival, "responses", **key, hour=at.hour)


def was_sent(connection: Connection, token: bytes) -> bool:
    """Whether a response with this token was received."""
    return bool(connection.execute(_USED, {"token_hash": sha256(token).digest()}).scalar_one())


def asked_of(connection: Connection, response: SentResponse) -> Asked:
    """The version that was asked, where the wave takes such a response.

    Raises:
        Refusal: the wave is closed, or does not collect there and so; every fault.
    """
    wave = response.wave
    names = {"instrument", "place", "mode", "consent"}
    found = connection.execute(
        _ASKED, {"wave": wave, **{name: getattr(response, name) for name in names}}
    ).one_or_none()
    if found is None or not found.open:
        raise Refusal([_closed(wave, "an open wave", "none such" if found is None else "closed")])
    remedy = "Begin the interview again from the link of the place."
    values = {"version": response.instrument, "place": response.place, "mode": response.mode}
    faults = [
        _fault("NOT_IN_WAVE", f"wave {wave}: {name}", f"a {name} of the wave", value[:64], remedy)
        for name, value in values.items()
        if not getattr(found, name)
    ]
    if not found.consent:
        expected = "a consent whose text is kept"
        faults.append(_fault("NO_CONSENT", f"wave {wave}: consent", expected, response.consent[:64], remedy))
    if faults:
        raise Refusal(faults)
    return Asked(published_instrument(connection, response.instrument), found.from_day, found.to_day)


def faults_of(asked: Asked, response: SentResponse, local: datetime) -> list[Fault]:
    """What is wrong with a response that is sent now: too early, too late, or its answers."""
    begun = local - timedelta(seconds=response.seconds or 0)
    faults = check(asked.instrument, response.values, response.comments)
    if not takes(asked.first, asked.last, begun, local):
        expected = f"an interview begun from {asked.first} to {asked.last} and sent within an hour after"
        got = f"begun {begun:%Y-%m-%d %H:%M}, sent {local:%Y-%m-%d %H:%M}"
        faults.append(_closed(response.wave, expected, got))
    return faults


def open_batch(connection: Connection, home: Home, response: SentResponse, today: date) -> OpenBatch:
    """The batch of the place that still takes answers; a new one when there is none."""
    asked = {"wave": response.wave, "place": response.place, "most": BATCH_MOST}
    found = connection.execute(_WITH_ROOM, asked)
    for batch, count in found:
        # were a key lost from the disk, what comes now must not be lost with it
        with contextlib.suppress(Refusal):
            return OpenBatch(batch, keys.batch_read(home, batch), BATCH_MOST - count)
    return new_batch(connection, home, response, today)


def new_batch(connection: Connection, home: Home, response: SentResponse, today: date) -> OpenBatch:
    """A new batch of the response's place, whose first day is today."""
    batch = secrets.token_hex(16)
    locks.making_a_key(connection)
    key = keys.batch_create(home, batch)
    row = {"id": batch, "wave": response.wave, "place": response.place, "day": today}
    connection.execute(insert(Batch), row)
    return OpenBatch(batch, key, BATCH_MOST)


def inbox_row(token: bytes, response: SentResponse, batch: OpenBatch, *, size: int) -> InboxRow:
    """What the inbox keeps of a response.

    Args:
        token: of its interview.
        response: with its texts cleaned.
        batch: where it waits.
        size: bytes to which it is padded (`size_of` its instrument).
    """
    token_hash = sha256(token).digest()
    waiting, settled = _receipt(token, response)
    content = to_content(response) | {"receipt": settled.hex() if settled else None}
    sealed = seal(batch.key, content, size=size, bound_to=token_hash)
    return InboxRow(token_hash, batch.id, waiting, sealed)


def _receipt(token: bytes, response: SentResponse) -> tuple[bytes, bytes | None]:
    """Waiting and settled hash; what has no receipt has a filler while it waits, to look like the others."""
    if response.wants_receipt and response.mode == "web":
        return receipts.hashes(token)
    return secrets.token_bytes(_HASH_BYTES), None


def _closed(wave: str, expected: str, got: str) -> Fault:
    remedy = "Thank the person and say that the survey has ended."
    return _fault("WAVE_CLOSED", f"wave {wave[:40]}", expected, got, remedy)


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
