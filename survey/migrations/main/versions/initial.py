"""The tables as they were at first, and the triggers that keep what must never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.migrations.immutable import keep_columns, keep_rows

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    for make in (_registry, _devices, _waves, _inbox, _answers, _counts, _audit):
        make()
    keep_rows("audit_entry")
    keep_rows("instrument_version")
    keep_columns("wave", ("plan", "plan_hash"))


def _registry() -> None:
    """Organisations and places."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 40", name="ck_organisation_code_length"),
        sa.CheckConstraint("parent IS NULL OR parent <> code", name="ck_organisation_is_not_its_own_parent"),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from", name="ck_organisation_ends_after_it_begins"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("code", "valid_from", name="uq_organisation_code_valid_from"),
    )
    op.create_index("ix_organisation_code", "organisation", ["code"], unique=False)
    op.create_table(
        "lineage",
        sa.Column("predecessor", sa.Integer(), nullable=False),
        sa.Column("successor", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=False),
        sa.CheckConstraint("relation IN ('merged', 'split', 'renamed')", name="ck_lineage_relation"),
        sa.CheckConstraint("predecessor <> successor", name="ck_lineage_does_not_follow_itself"),
        sa.ForeignKeyConstraint(["predecessor"], ["organisation.id"], name="fk_lineage_predecessor"),
        sa.ForeignKeyConstraint(["successor"], ["organisation.id"], name="fk_lineage_successor"),
        sa.PrimaryKeyConstraint("predecessor", "successor", name="pk_lineage"),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("length(id) = 8", name="ck_place_id_length"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="ck_place_ends_after_it_begins"),
        sa.PrimaryKeyConstraint("id", name="pk_place"),
        sa.UniqueConstraint("code", name="uq_place_code"),
    )
    op.create_index("ix_place_organisation", "place", ["organisation"], unique=False)
    op.create_table(
        "visitors",
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.CheckConstraint("visitors >= 0", name="ck_visitors_not_negative"),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_visitors_place"),
        sa.PrimaryKeyConstraint("place", "day", name="pk_visitors"),
    )


def _devices() -> None:
    """Kiosks."""
    op.create_table(
        "pairing",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_pairing_place"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_pairing"),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("paired_on", sa.Date(), nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("offered_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("renewal_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("renewed_on", sa.Date(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_why", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revoked_why IS NULL)", name="ck_device_revoked_has_a_reason"
        ),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_device_place"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.UniqueConstraint("cookie_hash", name="uq_device_cookie_hash"),
        sa.UniqueConstraint("offered_hash", name="uq_device_offered_hash"),
    )
    op.create_index("ix_device_place", "device", ["place"], unique=False)
    op.create_table(
        "superseded_cookie",
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_superseded_cookie_device"),
        sa.PrimaryKeyConstraint("cookie_hash", name="pk_superseded_cookie"),
    )


def _waves() -> None:
    """Instruments and waves."""
    op.create_table(
        "instrument_version",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("published", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name="ck_instrument_version_hash_length"),
        sa.PrimaryKeyConstraint("hash", name="pk_instrument_version"),
    )
    op.create_index("ix_instrument_version_name", "instrument_version", ["name"], unique=False)
    op.create_table(
        "wave",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=False),
        sa.Column("opened", sa.DateTime(), nullable=False),
        sa.Column("closed", sa.DateTime(), nullable=True),
        sa.Column("frozen", sa.String(length=64), nullable=True),
        sa.CheckConstraint("basis IN ('probability', 'all_invited', 'open')", name="ck_wave_basis"),
        sa.CheckConstraint("frozen IS NULL OR closed IS NOT NULL", name="ck_wave_frozen_is_closed"),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name="ck_wave_id_length"),
        sa.CheckConstraint("length(plan_hash) = 64", name="ck_wave_plan_hash_length"),
        sa.CheckConstraint("to_day >= from_day", name="ck_wave_ends_after_it_begins"),
        sa.PrimaryKeyConstraint("id", name="pk_wave"),
    )
    op.create_table(
        "wave_mode",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "mode IN ('web', 'kiosk', 'interviewer', 'telephone', 'paper')", name="ck_wave_mode_mode"
        ),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_wave_mode_wave"),
        sa.PrimaryKeyConstraint("wave", "mode", name="pk_wave_mode"),
    )
    op.create_table(
        "wave_version",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("offered", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["instrument_version.hash"], name="fk_wave_version_hash"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_wave_version_wave"),
        sa.PrimaryKeyConstraint("wave", "hash", name="pk_wave_version"),
    )
    op.create_table(
        "wave_place",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_wave_place_place"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_wave_place_wave"),
        sa.PrimaryKeyConstraint("wave", "place", name="pk_wave_place"),
    )


def _inbox() -> None:
    """What waits to be settled or sent."""
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_batch_place"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_batch_wave"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_table(
        "inbox",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name="fk_inbox_batch"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_inbox"),
        sa.UniqueConstraint("receipt_hash", name="uq_inbox_receipt_hash"),
    )
    op.create_index("ix_inbox_batch", "inbox", ["batch"], unique=False)
    op.create_table(
        "sent",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_sent_wave"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sent"),
    )
    op.create_index("ix_sent_wave", "sent", ["wave"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_draft_wave"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_expires", "draft", ["expires"], unique=False)


def _answers() -> None:
    """What was said."""
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("instrument", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("received", sa.String(length=40), nullable=False),
        sa.Column("decides", sa.String(length=40), nullable=False),
        sa.Column("helps", sa.String(length=40), nullable=False),
        sa.Column("procedure", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("consent", sa.String(length=64), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("interviewer", sa.String(length=40), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("draw_class", sa.String(length=40), nullable=True),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("draw_class IS NULL OR day IS NULL", name="ck_response_drawn_has_no_day"),
        sa.CheckConstraint("length(id) = 32", name="ck_response_id_length"),
        sa.CheckConstraint("seconds IS NULL OR seconds BETWEEN 0 AND 7", name="ck_response_seconds_band"),
        sa.ForeignKeyConstraint(["instrument"], ["instrument_version.hash"], name="fk_response_instrument"),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_response_place"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_response_wave"),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.UniqueConstraint("receipt_hash", name="uq_response_receipt_hash"),
    )
    op.create_index("ix_response_wave", "response", ["wave"], unique=False)
    op.create_table(
        "answer",
        sa.Column("response", sa.String(length=32), nullable=False),
        sa.Column("variable", sa.String(length=120), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("missing", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "missing IS NULL OR missing IN ('dont_know', 'refused', 'not_applicable', "
            "'off_route', 'not_reached', 'blank')",
            name="ck_answer_missing",
        ),
        sa.CheckConstraint(
            "(code IS NOT NULL AND number IS NULL AND missing IS NULL) OR (code IS NULL AND "
            "number IS NOT NULL AND missing IS NULL) OR (code IS NULL AND number IS NULL AND "
            "missing IS NOT NULL)",
            name="ck_answer_exactly_one",
        ),
        sa.ForeignKeyConstraint(["response"], ["response.id"], name="fk_answer_response", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("response", "variable", name="pk_answer"),
    )
    op.create_table(
        "comment",
        sa.Column("response", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 10000", name="ck_comment_text_length"),
        sa.ForeignKeyConstraint(
            ["response"], ["response.id"], name="fk_comment_response", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response", "item", name="pk_comment"),
    )


def _counts() -> None:
    """How many came when, and how many withdrew."""
    op.create_table(
        "arrival",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="ck_arrival_hour"),
        sa.CheckConstraint("responses >= 0", name="ck_arrival_not_negative"),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_arrival_place"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_arrival_wave"),
        sa.PrimaryKeyConstraint("wave", "place", "day", "hour", name="pk_arrival"),
    )
    op.create_table(
        "withdrawal",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name="ck_withdrawal_not_negative"),
        sa.ForeignKeyConstraint(["place"], ["place.id"], name="fk_withdrawal_place"),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name="fk_withdrawal_wave"),
        sa.PrimaryKeyConstraint("wave", "place", name="pk_withdrawal"),
    )


def _audit() -> None:
    """The audit chain."""
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="ck_audit_entry_hash_length"),
        sa.CheckConstraint("number >= 1", name="ck_audit_entry_counts_from_one"),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
        sa.UniqueConstraint("hash", name="uq_audit_entry_hash"),
    )
