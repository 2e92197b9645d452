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

from sqlalchemy import delete, select

from survey.answers import codes, locks
from survey.answers.models import Batch, Inbox, Response, Withdrawal
from survey.answers.upserts import count_up
from survey.waves.models import Wave

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from survey.stores import Store

WITHDRAWAL_SECONDS: Final = 0.25


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
    """Delete the response of a receipt, waiting or settled, of a wave that is not closed.

    Unknown codes, and texts that are no codes, take the same statements and the same time and return the
    same, so that a demanded code may be a false one. What was withdrawn is counted for its place.

    Args:
        store: the main store.
        code: as it was typed.
        pause: waits for what is left of the time that every code takes.
    """
    began = time.monotonic()
    secret = codes.read(code) or secrets.token_bytes(codes.CODE_BYTES)
    with store.writing() as connection:
        _withdraw(connection, waiting_hash(secret), settled_hash(secret))
    pause(max(0.0, began + WITHDRAWAL_SECONDS - time.monotonic()))


def _withdraw(connection: Connection, waiting: bytes, settled: bytes) -> None:
    # the inbox first: what is being settled meanwhile is found among the responses afterwards
    batch = select(Batch.wave, Batch.place).join(Inbox, Inbox.batch == Batch.id)
    in_inbox = connection.execute(batch.where(Inbox.receipt_hash == waiting)).one_or_none()
    response = select(Response.wave, Response.place).where(Response.receipt_hash == settled)
    found = in_inbox or connection.execute(response).one_or_none()
    wave, place = found or ("", "")
    locks.collecting(connection, wave)
    is_open = connection.execute(select(Wave.id).where(Wave.id == wave, Wave.closed.is_(None))).one_or_none()
    if is_open is None:
        waiting = settled = b""
    deleted = connection.execute(delete(Inbox).where(Inbox.receipt_hash == waiting)).rowcount
    deleted += connection.execute(delete(Response).where(Response.receipt_hash == settled)).rowcount
    if deleted:
        count_up(connection, Withdrawal, "n", wave=wave, place=place)


def _secret(token: bytes) -> bytes:
    return hmac.digest(token, b"receipt", "sha256")[: codes.CODE_BYTES]
