"""Tables of the registry."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.stores import Main

PLACE_ID_LENGTH = 8


class Organisation(Main):
    """An organisation as it was between two days; a rename or a move of parent is a new row."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_begins"),
        CheckConstraint("length(code) BETWEEN 1 AND 40", name="code_length"),
        CheckConstraint("parent IS NULL OR parent <> code", name="is_not_its_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent: Mapped[str | None] = mapped_column(String(40))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Lineage(Main):
    """Which organisation went into which: merged, split, renamed."""

    __tablename__ = "lineage"
    __table_args__ = (
        CheckConstraint("predecessor <> successor", name="does_not_follow_itself"),
        CheckConstraint("relation IN ('merged', 'split', 'renamed')", name="relation"),
    )

    predecessor: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    successor: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(String(10))


class Place(Main):
    """A service point; its id is the 8 random base32 letters of its links."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(f"length(id) = {PLACE_ID_LENGTH}", name="id_length"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ends_after_it_begins"),
    )

    id: Mapped[str] = mapped_column(String(PLACE_ID_LENGTH), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(40), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Pairing(Main):
    """A one-time link by which a device becomes the kiosk of a place; only the code's hash is kept."""

    __tablename__ = "pairing"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.id"))
    expires: Mapped[datetime]


class Device(Main):
    """A kiosk. Its cookie is renewed daily; a superseded one that comes back revokes the device.

    `offered_hash` is that of the cookie which is to follow: it takes over when it first comes back, so that a
    reply lost on the way locks nobody out. `renewal_key` makes it from the one before it.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("(revoked_on IS NULL) = (revoked_why IS NULL)", name="revoked_has_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.id"), index=True)
    paired_on: Mapped[date]
    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    offered_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    renewal_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    renewed_on: Mapped[date]
    seen: Mapped[datetime]
    revoked_on: Mapped[date | None]
    revoked_why: Mapped[str | None] = mapped_column(String(40))


class SupersededCookie(Main):
    """A device's cookie of an earlier day, by its hash."""

    __tablename__ = "superseded_cookie"

    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    device: Mapped[int] = mapped_column(ForeignKey("device.id"))


class Visitors(Main):
    """How many people came to a place on a day, as the place counts them."""

    __tablename__ = "visitors"
    __table_args__ = (CheckConstraint("visitors >= 0", name="not_negative"),)

    place: Mapped[str] = mapped_column(ForeignKey("place.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    visitors: Mapped[int]
