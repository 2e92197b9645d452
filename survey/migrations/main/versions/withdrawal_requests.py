"""Who withdraws a settled response leaves a request; the web role cannot touch responses any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; the rights are given again after every upgrade."""
    op.create_table(
        "withdrawal_request",
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("receipt_hash", name="pk_withdrawal_request"),
    )
