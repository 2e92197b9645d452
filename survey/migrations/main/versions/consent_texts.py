"""Consent texts are kept under their hashes, and every response names one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.migrations.immutable import keep_rows

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table and let the responses refer to it."""
    op.create_table(
        "consent_text",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name="ck_consent_text_hash_length"),
        sa.PrimaryKeyConstraint("hash", name="pk_consent_text"),
    )
    # responses of before have the hash alone
    op.execute("INSERT INTO consent_text (hash, text) SELECT DISTINCT consent, '' FROM response")
    keep_rows("consent_text")
    with op.batch_alter_table("response") as response:
        response.create_foreign_key("fk_response_consent", "consent_text", ["consent"], ["hash"])
