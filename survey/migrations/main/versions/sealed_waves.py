"""What is sealed of a wave stays: beside its plan its days, basis, modes, places, and that it is closed."""

from __future__ import annotations

from survey.migrations.immutable import keep_columns, keep_once, keep_rows, keep_undeleted, release

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Put the triggers on the waves and on what belongs to them."""
    release("wave")
    sealed = ("id", "instrument", "pinned", "from_day", "to_day", "basis", "plan", "plan_hash", "opened")
    keep_columns("wave", sealed)
    keep_once("wave", ("closed", "frozen"))
    keep_undeleted("wave")
    for table in ("wave_mode", "wave_place", "wave_version"):
        keep_rows(table)
