"""No table yet: the store of who takes part has its own line of steps from the start."""

from __future__ import annotations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing but the version."""
