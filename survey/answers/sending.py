"""Sending: one response into the inbox, exactly once, in one transaction."""

from __future__ import annotations

import contextlib
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import exists, func, insert, select

from survey import keys
from survey.answers import drafts, locks, receipts
from survey.answers.codes import CODE_BYTES
from survey.answers.models import Arrival, Batch, ConsentText, Inbox, Sent
from survey.answers.sealing import seal, size_of
from survey.answers.sent_response import cleaned, to_content
from survey.answers.upserts import count_up, insert_new
from survey.answers.values import check
from survey.refusal import Fault, Refusal
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
        Refusal: the wave is closed, does not collect there, or an answer is none of the instrument's.
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
        if connection.execute(select(exists().where(Sent.token_hash == token_hash))).scalar_one():
            return
        instrument = _checked(connection, kept)
        locks.batches_of(connection, [(kept.wave, kept.place)])
        if not insert_new(connection, Sent, token_hash=token_hash, wave=kept.wave):
            return  # the same token was sent twice at once
        batch, key = _open_batch(connection, home, kept, local.date())
        waiting, settled = _receipt(token, kept)
        content = to_content(kept) | {"receipt": settled.hex() if settled else None}
        sealed = seal(key, content, size=size_of(instrument), bound_to=token_hash)
        row = {"token_hash": token_hash, "batch": batch, "receipt_hash": waiting, "sealed": sealed}
        connection.execute(insert(Inbox).values(**row))
        key_of_count = {"wave": kept.wave, "place": kept.place, "day": local.date(), "hour": local.hour}
        count_up(connection, Arrival, "responses", **key_of_count)


def _checked(connection: Connection, response: SentResponse) -> Instrument:
    """The version that was asked.

    Raises:
        Refusal: every fault.
    """
    wave = response.wave
    found = connection.execute(
        select(
            Wave.closed.is_(None).label("open"),
            exists()
            .where(WaveVersion.wave == wave, WaveVersion.hash == response.instrument)
            .label("version"),
            exists().where(WavePlace.wave == wave, WavePlace.place == response.place).label("place"),
            exists().where(WaveMode.wave == wave, WaveMode.mode == response.mode).label("mode"),
            exists().where(ConsentText.hash == response.consent).label("consent"),
        ).where(Wave.id == wave)
    ).one_or_none()
    if found is None or not found[0]:
        remedy = "Thank the person and say that the survey has ended."
        got = "none such" if found is None else "closed"
        raise Refusal([_fault("WAVE_CLOSED", f"wave {wave[:40]}", "an open wave", got, remedy)])
    remedy = "Begin the interview again from the link of the place."
    faults = [
        _fault("NOT_IN_WAVE", f"wave {wave}: {name}", f"a {name} of the wave", value[:64], remedy)
        for (name, value), is_there in zip(
            (("version", response.instrument), ("place", response.place), ("mode", response.mode)),
            found[1:4],
            strict=True,
        )
        if not is_there
    ]
    if not found.consent:
        expected = "a consent whose text is kept"
        faults.append(_fault("NO_CONSENT", f"wave {wave}: consent", expected, response.consent[:64], remedy))
    if faults:
        raise Refusal(faults)
    instrument = published_instrument(connection, response.instrument)
    faults = check(instrument, response.values, response.comments)
    if faults:
        raise Refusal(faults)
    return instrument


def _open_batch(connection: Connection, home: Home, response: SentResponse, today: date) -> tuple[str, bytes]:
    """The batch of the place that still takes answers, and its key; a new one when there is none."""
    waiting = func.count(Inbox.batch)
    found = connection.execute(
        select(Batch.id)
        .join(Inbox, Inbox.batch == Batch.id, isouter=True)
        .where(Batch.wave == response.wave, Batch.place == response.place)
        .group_by(Batch.id)
        .having(waiting < BATCH_MOST)
        .order_by(waiting.desc())
    )
    for batch in found.scalars():
        # were a key lost from the disk, what comes now must not be lost with it
        with contextlib.suppress(Refusal):
            return batch, keys.batch_read(home, batch)
    batch = secrets.token_hex(16)
    locks.making_a_key(connection)
    key = keys.batch_create(home, batch)
    row = {"id": batch, "wave": response.wave, "place": response.place, "day": today}
    connection.execute(insert(Batch).values(**row))
    return batch, key


def _receipt(token: bytes, response: SentResponse) -> tuple[bytes, bytes | None]:
    """Waiting and settled hash; what has no receipt has a filler while it waits, to look like the others."""
    if response.wants_receipt and response.mode == "web":
        return receipts.hashes(token)
    return secrets.token_bytes(_HASH_BYTES), None


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
