"""Drafts: pages that are not sent yet, which only the respondent's browser or code can open.

Row id and key are derived apart from one secret (HKDF, RFC 5869), so that no row leads to its key. The
secret stands in a cookie or on the respondent's paper, never in an address or a log.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select

from survey.answers import codes
from survey.answers.models import Draft
from survey.answers.sealing import seal, size_of, unseal
from survey.answers.upserts import put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from questionnaires.model import Instrument

_FURTHER: Final = 8192  # what a draft may hold beside the answers
_READ = select(Draft.sealed).where(Draft.id == bindparam("row"), Draft.expires >= bindparam("today"))
_READ_TO_CHANGE = _READ.with_for_update()
_DROP = delete(Draft).where(Draft.id == bindparam("row"))


def new() -> bytes:
    """A secret of 80 bits for a new draft; `codes.show` writes it for a person, `codes.read` reads it."""
    return secrets.token_bytes(codes.CODE_BYTES)


def write(  # noqa: PLR0913 - what a draft is
    connection: Connection,
    secret: bytes,
    *,
    wave: str,
    instrument: Instrument,
    content: Mapping[str, Any],
    today: date,
    days: int,
) -> None:
    """Keep the pages so far in place of those kept before.

    Args:
        connection: of the main store.
        secret: from `new`.
        wave: the wave's id.
        instrument: the version that is being asked; the draft is padded to the most that it can take.
        content: what JSON can say.
        today: the day, in the site's time zone.
        days: how long an untouched draft is kept.

    Raises:
        ValueError: the secret has fewer than 80 bits, or the content is longer than answers can be.
    """
    row, key = _derived(secret)
    size = size_of(instrument, further=_FURTHER)
    sealed = seal(key, content, size=size, bound_to=row)
    put(connection, Draft, id=row, wave=wave, expires=today + timedelta(days=days), sealed=sealed)


def read(
    connection: Connection, secret: bytes, *, today: date, to_change: bool = False
) -> dict[str, Any] | None:
    """The pages kept under this secret; None where there are none, or none any more.

    Args:
        connection: of the main store.
        secret: from `new`.
        today: the day, in the site's time zone.
        to_change: whether they are written afterwards; who wants the same waits for this transaction, so that
            two tabs do not undo each other's pages.
    """
    row, key = _derived(secret)
    sealed = connection.scalar(_READ_TO_CHANGE if to_change else _READ, {"row": row, "today": today})
    return None if sealed is None else unseal(key, sealed, bound_to=row)


def drop(connection: Connection, secret: bytes) -> None:
    """Forget a draft: it was sent, or the respondent stopped."""
    row, _ = _derived(secret)
    connection.execute(_DROP, {"row": row})


def expire(connection: Connection, today: date) -> int:
    """Forget what is older than it may be; returns how many."""
    return connection.execute(delete(Draft).where(Draft.expires < today)).rowcount


def _derived(secret: bytes) -> tuple[bytes, bytes]:
    if len(secret) < codes.CODE_BYTES:
        raise ValueError(f"a draft's secret has at least {codes.CODE_BYTES} bytes, not {len(secret)}")
    return _derive(secret, b"draft row"), _derive(secret, b"draft key")


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
