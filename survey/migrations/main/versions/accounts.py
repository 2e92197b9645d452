"""Accounts of the staff: links that set them up, sessions, attempts to get in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.migrations.immutable import keep_columns

revision = "0004"
down_revision = "0003"

_IS_A_HASH = "password IS NULL OR substr(password, 1, 10) = '$argon2id$'"


def upgrade() -> None:
    """Make the tables; the name of an account stays, for the audit chain says who by it."""
    for make in (_accounts, _links, _setups, _sessions, _attempts):
        make()
    keep_columns("account", ("name",))


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=True),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("disabled", sa.DateTime(), nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 2 AND 40", name="ck_account_name_length"),
        sa.CheckConstraint("name = lower(name)", name="ck_account_name_is_lower_case"),
        sa.CheckConstraint(
            "role IN ('researcher', 'agency', 'department', 'operator')", name="ck_account_role"
        ),
        sa.CheckConstraint(
            "(role = 'agency') = (agency IS NOT NULL)", name="ck_account_agency_has_its_organisation"
        ),
        sa.CheckConstraint(
            "agency IS NULL OR length(agency) BETWEEN 1 AND 40", name="ck_account_agency_length"
        ),
        sa.CheckConstraint("(password IS NULL) = (totp_secret IS NULL)", name="ck_account_set_up_whole"),
        sa.CheckConstraint(_IS_A_HASH, name="ck_account_password_is_a_hash"),
        sa.CheckConstraint("disabled IS NULL OR password IS NULL", name="ck_account_disabled_cannot_sign_in"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )


def _links() -> None:
    op.create_table(
        "account_link",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("made", sa.DateTime(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("used", sa.DateTime(), nullable=True),
        sa.Column("seen", sa.DateTime(), nullable=True),
        sa.CheckConstraint("expires > made", name="ck_account_link_expires_after_it_was_made"),
        sa.CheckConstraint("used IS NULL OR used < expires", name="ck_account_link_used_in_time"),
        sa.CheckConstraint("seen IS NULL OR used IS NOT NULL", name="ck_account_link_seen_was_used"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_account_link_account"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_account_link"),
    )
    op.create_index("ix_account_link_account", "account_link", ["account"], unique=False)


def _setups() -> None:
    op.create_table(
        "account_setup",
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("expires", sa.DateTime(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(_IS_A_HASH, name="ck_account_setup_password_is_a_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_account_setup_account"),
        sa.PrimaryKeyConstraint("cookie_hash", name="pk_account_setup"),
    )
    op.create_index("ix_account_setup_account", "account_setup", ["account"], unique=False)


def _sessions() -> None:
    op.create_table(
        "account_session",
        sa.Column("cookie_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
        sa.Column("proved", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("why", sa.String(length=12), nullable=True),
        sa.CheckConstraint("ends > began", name="ck_account_session_ends_after_it_began"),
        sa.CheckConstraint("proved >= began", name="ck_account_session_proved_within"),
        sa.CheckConstraint("(ended IS NULL) = (why IS NULL)", name="ck_account_session_ended_has_a_reason"),
        sa.CheckConstraint(
            "why IN ('signed_out', 'elsewhere', 'password', 'set_up', 'role', 'disabled', 'key')",
            name="ck_account_session_why",
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_account_session_account"),
        sa.PrimaryKeyConstraint("cookie_hash", name="pk_account_session"),
    )
    op.create_index("ix_account_session_account", "account_session", ["account"], unique=False)


def _attempts() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name="ck_sign_in_attempt_not_negative"),
        sa.PrimaryKeyConstraint("name_hash", name="pk_sign_in_attempt"),
    )
