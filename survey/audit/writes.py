"""The audit chain grows: every act of a staff account or a command, in the transaction of the act itself."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from survey.audit.models import ACT_LENGTH, ACTOR_LENGTH, SUBJECT_LENGTH, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

FIRST_PREVIOUS = "0" * 64

# Any number will do that no other lock of ours has; on PostgreSQL it makes two writers wait for each other.
_TURN = 0x10_6DA


def record(  # noqa: PLR0913 - an entry has that many fields
    connection: Connection,
    *,
    now: datetime,
    actor: str,
    act: str,
    subject: str,
    detail: Mapping[str, Any],
) -> str:
    """Add one act to the chain.

    Args:
        connection: the transaction of the act: both are kept or neither. On SQLite it must hold the write
            lock already, as `Store.writing` does.
        now: when, with a time zone; kept to the minute.
        actor: who: the name of an account, or `command` for the command line.
        act: what, a word such as `init` or `open`.
        subject: on what: a wave, a place, a purpose.
        detail: anything else that JSON can say; never about a respondent.

    Returns:
        The new head, 64 hexadecimal digits.

    Raises:
        ValueError: a text is longer than its column, or `now` has no time zone.
    """
    take_turn(connection)
    newest = connection.execute(
        select(Entry.number, Entry.hash).order_by(Entry.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (newest.number + 1, newest.hash) if newest else (1, FIRST_PREVIOUS)
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone")
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    texts = {
        "actor": _text("actor", actor, ACTOR_LENGTH),
        "act": _text("act", act, ACT_LENGTH),
        "subject": _text("subject", subject, SUBJECT_LENGTH),
    }
    row = {"number": number, "minute": minute, **texts, "detail": canonical(detail), "previous": previous}
    head = hash_of(row)
    connection.execute(insert(Entry).values(**row, hash=head))
    return head


def take_turn(connection: Connection) -> None:
    """Nobody else adds an act before the transaction ends: for who reads an entry to write the next one."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))


def hash_of(row: Mapping[Any, Any]) -> str:
    """SHA-256 over the canonical JSON of all fields of an entry but its hash; the minute in UTC."""
    fields = {name: value for name, value in row.items() if name != "hash"}
    fields["minute"] = row["minute"].astimezone(UTC).isoformat()
    return hashlib.sha256(canonical(fields).encode("utf-8")).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON in one form only: keys sorted, no spaces, NFC."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return unicodedata.normalize("NFC", text)


def _text(name: str, value: str, limit: int) -> str:
    text = unicodedata.normalize("NFC", value)
    if len(text) > limit:
        raise ValueError(f"the {name} of an audit entry has at most {limit} characters, not {len(text)}")
    return text
