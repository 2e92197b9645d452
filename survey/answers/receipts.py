"""Receipts: a code that only its holder has, by which a response can be withdrawn until its wave closes.

Inbox and responses know a code by two unrelated hashes: were they equal, a copy from before settling (which
shows the order of arrival) would lead to the response in a copy from after it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, true

from survey.answers import codes, locks
from survey.answers.models import Batch, Inbox, Response, Withdrawal, WithdrawalRequest
from survey.answers.upserts import count_up, insert_new
from survey.waves.models import Wave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from survey.answers.anchor import Anchor
    from survey.stores import Store

WITHDRAWAL_SECONDS: Final = 0.25

_AT_ONCE = 2_000  # rows named in one statement


def code(token: bytes) -> str:
    """The receipt of the response that was sent with this token."""
    return codes.show(_secret(token))


def waiting_hash(secret: bytes) -> bytes:
    """By which the inbox knows a code."""
    return sha256(b"waiting" + secret).digest()


def settled_hash(secret: bytes) -> bytes:
    """By which the responses know a code."""
    return sha256(b"settled" + secret).digest()


def hashes(token: bytes) -> tuple[bytes, bytes]:
    """The waiting and the settled hash of a token's receipt."""
    secret = _secret(token)
    return waiting_hash(secret), settled_hash(secret)


def withdraw(store: Store, code: str, *, pause: Callable[[float], None] = time.sleep) -> None:
    """Delete the response of a receipt if it waits, and ask for its deletion if it has settled.

    Unknown codes, and texts that are no codes, leave the same rows, take the same statements and the same
    time and return the same, so that a demanded code may be a false one. Whoever serves pages does not learn
    either which code was a true one, and needs no right to touch a settled response: the next settling grants
    the request, at the latest closing. What was withdrawn is counted for its place.

    Args:
        store: the main store.
        code: as it was typed.
        pause: waits for what is left of the time that every code takes.
    """
    began = time.monotonic()
    secret = codes.read(code) or secrets.token_bytes(codes.CODE_BYTES)
    with store.writing() as connection:
        _withdraw_waiting(connection, waiting_hash(secret))
        # afterwards: what is being settled meanwhile is not in the inbox any more
        insert_new(connection, WithdrawalRequest, receipt_hash=settled_hash(secret))
    pause(max(0.0, began + WITHDRAWAL_SECONDS - time.monotonic()))


def _withdraw_waiting(connection: Connection, receipt_hash: bytes) -> None:
    batch = select(Batch.wave, Batch.place).join(Inbox, Inbox.batch == Batch.id)
    found = connection.execute(batch.where(Inbox.receipt_hash == receipt_hash)).one_or_none()
    wave, place = found or ("", "")
    locks.collecting(connection, wave)
    is_open = connection.execute(select(Wave.id).where(Wave.id == wave, Wave.closed.is_(None))).one_or_none()
    known = delete(Inbox).where(Inbox.receipt_hash == (receipt_hash if is_open else b""))
    if connection.execute(known).rowcount:
        count_up(connection, Withdrawal, "n", wave=wave, place=place)


def grant_requests(connection: Connection, *, wave: str | None = None, anchor: Anchor | None = None) -> None:
    """Delete the settled responses of open waves whose receipts were handed in, and forget the requests.

    A request for a response of a closed wave came too late, one that names no response was a false code.

    Args:
        connection: of the main store, as its owner.
        wave: the requests of one wave alone; None: all.
        anchor: who does it, for the audit chain; None: it is not noted.
    """
    requests = select(WithdrawalRequest.receipt_hash)
    hashes = connection.scalars(requests).all()
    named = Response.receipt_hash.in_(requests) & (Response.wave == wave if wave is not None else true())
    waves = connection.scalars(select(Response.wave).where(named).distinct().order_by(Response.wave)).all()
    for one in waves:
        locks.collecting(connection, one)
    still_open = connection.scalars(select(Wave.id).where(Wave.id.in_(waves), Wave.closed.is_(None))).all()
    found = select(Response.id, Response.wave, Response.place, Response.receipt_hash).where(named)
    rows = connection.execute(found.with_for_update(of=Response)).all()
    for one in sorted(still_open):
        _withdraw_settled(connection, [(row.id, row.place) for row in rows if row.wave == one], one, anchor)
    _forget(connection, hashes if wave is None else [row.receipt_hash for row in rows])


def _withdraw_settled(
    connection: Connection, found: list[tuple[str, str]], wave: str, anchor: Anchor | None
) -> None:
    if anchor is not None:
        anchor.remove(connection, wave, [name for name, _ in found])
    for name, place in found:
        connection.execute(delete(Response).where(Response.id == name))
        count_up(connection, Withdrawal, "n", wave=wave, place=place)


def _forget(connection: Connection, hashes: Sequence[bytes]) -> None:
    for start in range(0, len(hashes), _AT_ONCE):
        some = hashes[start : start + _AT_ONCE]
        connection.execute(delete(WithdrawalRequest).where(WithdrawalRequest.receipt_hash.in_(some)))


def _secret(token: bytes) -> bytes:
    return hmac.digest(token, b"receipt", "sha256")[: codes.CODE_BYTES]
