"""Tables of waves. Published instruments and what is sealed of a wave never change: triggers refuse it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.stores import Main

WAVE_ID = r"[a-z0-9][a-z0-9-]{0,39}"


class InstrumentVersion(Main):
    """An instrument as published, named by the hash of its canonical form."""

    __tablename__ = "instrument_version"
    __table_args__ = (CheckConstraint("length(hash) = 64", name="hash_length"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    form: Mapped[str] = mapped_column(Text)
    published: Mapped[datetime]


class Wave(Main):
    """One round of collection. Its state follows from facts: days, closing time, the frozen folder."""

    __tablename__ = "wave"
    __table_args__ = (
        CheckConstraint("length(id) BETWEEN 1 AND 40", name="id_length"),
        CheckConstraint("to_day >= from_day", name="ends_after_it_begins"),
        CheckConstraint("basis IN ('probability', 'all_invited', 'open')", name="basis"),
        CheckConstraint("length(plan_hash) = 64", name="plan_hash_length"),
        CheckConstraint("frozen IS NULL OR closed IS NOT NULL", name="frozen_is_closed"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(60))
    pinned: Mapped[bool]
    from_day: Mapped[date]
    to_day: Mapped[date]
    basis: Mapped[str] = mapped_column(String(12))
    plan: Mapped[str] = mapped_column(Text)
    plan_hash: Mapped[str] = mapped_column(String(64))
    opened: Mapped[datetime]
    closed: Mapped[datetime | None]
    frozen: Mapped[str | None] = mapped_column(String(64))


class WaveMode(Main):
    """A mode in which a wave collects."""

    __tablename__ = "wave_mode"
    __table_args__ = (
        CheckConstraint("mode IN ('web', 'kiosk', 'interviewer', 'telephone', 'paper')", name="mode"),
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(12), primary_key=True)


class WaveVersion(Main):
    """A version that a wave offers to those who start from then on."""

    __tablename__ = "wave_version"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(ForeignKey("instrument_version.hash"), primary_key=True)
    offered: Mapped[datetime]


class WavePlace(Main):
    """A place where a wave collects."""

    __tablename__ = "wave_place"

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.id"), primary_key=True)
