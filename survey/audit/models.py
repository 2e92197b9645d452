"""The table of the audit chain; rows are added and never changed (triggers refuse it)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.stores import Main

ACTOR_LENGTH, ACT_LENGTH, SUBJECT_LENGTH = 60, 40, 120


class Entry(Main):
    """One act: who did what to what, to the minute. `hash` covers all other fields and `previous`."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="hash_length"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minute: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(ACTOR_LENGTH))
    act: Mapped[str] = mapped_column(String(ACT_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
