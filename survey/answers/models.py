"""Tables of answers. Nothing here tells when a settled answer came, or from whom."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.stores import Main

SECONDS_BANDS = 8
COMMENT_LIMIT = 10_000
MISSING = "('dont_know', 'refused', 'not_applicable', 'off_route', 'not_reached', 'blank')"


class Batch(Main):
    """Answers of one place that wait together; the key that opens them lies in the home, not here."""

    __tablename__ = "batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    place: Mapped[str] = mapped_column(ForeignKey("place.id"))
    day: Mapped[date]


class Inbox(Main):
    """One sent response, padded and sealed under its batch's key."""

    __tablename__ = "inbox"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    batch: Mapped[str] = mapped_column(ForeignKey("batch.id"), index=True)
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Sent(Main):
    """A token that was used; keeps a repeated sending from counting twice after settling."""

    __tablename__ = "sent"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), index=True)


class ConsentText(Main):
    """A consent as it was shown, under the SHA-256 of its text."""

    __tablename__ = "consent_text"
    __table_args__ = (CheckConstraint("length(hash) = 64", name="hash_length"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Response(Main):
    """One settled response under a fresh random id."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("length(id) = 32", name="id_length"),
        CheckConstraint(f"seconds IS NULL OR seconds BETWEEN 0 AND {SECONDS_BANDS - 1}", name="seconds_band"),
        CheckConstraint("draw_class IS NULL OR day IS NULL", name="drawn_has_no_day"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), index=True)
    instrument: Mapped[str] = mapped_column(ForeignKey("instrument_version.hash"))
    place: Mapped[str] = mapped_column(ForeignKey("place.id"))
    received: Mapped[str] = mapped_column(String(40))
    decides: Mapped[str] = mapped_column(String(40))
    helps: Mapped[str] = mapped_column(String(40))
    procedure: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str | None] = mapped_column(String(40))
    mode: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(5))
    consent: Mapped[str] = mapped_column(ForeignKey("consent_text.hash"))
    repeat: Mapped[bool]
    interviewer: Mapped[str | None] = mapped_column(String(40))
    seconds: Mapped[int | None]
    flags: Mapped[str] = mapped_column(String(200))
    day: Mapped[date | None]
    draw_class: Mapped[str | None] = mapped_column(String(40))
    receipt_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)


class Answer(Main):
    """The code, the number or the missing reason of one variable; exactly one of the three."""

    __tablename__ = "answer"
    __table_args__ = (
        CheckConstraint(
            "(code IS NOT NULL AND number IS NULL AND missing IS NULL)"
            " OR (code IS NULL AND number IS NOT NULL AND missing IS NULL)"
            " OR (code IS NULL AND number IS NULL AND missing IS NOT NULL)",
            name="exactly_one",
        ),
        CheckConstraint(f"missing IS NULL OR missing IN {MISSING}", name="missing"),
    )

    response: Mapped[str] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    variable: Mapped[str] = mapped_column(String(120), primary_key=True)
    code: Mapped[int | None]
    number: Mapped[float | None]
    missing: Mapped[str | None] = mapped_column(String(16))


class Comment(Main):
    """What a person wrote, apart from the answers, so that retention can take it away earlier."""

    __tablename__ = "comment"
    __table_args__ = (CheckConstraint(f"length(text) BETWEEN 1 AND {COMMENT_LIMIT}", name="text_length"),)

    response: Mapped[str] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Draft(Main):
    """Pages that are not sent yet, padded and sealed with a key that only the respondent's browser has."""

    __tablename__ = "draft"

    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"))
    expires: Mapped[date] = mapped_column(index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Arrival(Main):
    """How many responses a place sent in an hour of a day; without ids, never exported by the hour."""

    __tablename__ = "arrival"
    __table_args__ = (
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("responses >= 0", name="not_negative"),
    )

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    responses: Mapped[int]


class WithdrawalRequest(Main):
    """A receipt that was handed in, true or false; settling deletes the settled response that it names."""

    __tablename__ = "withdrawal_request"

    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class Withdrawal(Main):
    """How many responses were withdrawn at a place."""

    __tablename__ = "withdrawal"
    __table_args__ = (CheckConstraint("n >= 0", name="not_negative"),)

    wave: Mapped[str] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.id"), primary_key=True)
    n: Mapped[int]
