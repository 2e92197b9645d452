"""How often: 5 attempts under a name in a quarter of an hour, whether an account has it or not.

Right and wrong ones count until the right one forgets them; so it holds in every process of a site and after
a restart, and says nothing about which names there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from survey.accounts.models import SignInAttempt

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

MOST = 5
WINDOW = timedelta(minutes=15)


def count(connection: Connection, who: bytes, now: datetime) -> datetime | None:
    """Count an attempt, before it is looked at: of many at once none is free.

    Args:
        connection: of a transaction of its own, which is committed.
        who: a hash of the name that was typed.
        now: when.

    Returns:
        None; after too many the moment from which one may try again.
    """
    connection.execute(delete(SignInAttempt).where(SignInAttempt.until <= now))
    into = SignInAttempt.metadata.tables[SignInAttempt.__tablename__]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"name_hash": who, "attempts": 0, "until": now + WINDOW}
    connection.execute(insert(into).values(row).on_conflict_do_nothing())
    counted = connection.execute(
        update(SignInAttempt)
        .where(SignInAttempt.name_hash == who)
        .values(attempts=SignInAttempt.attempts + 1)
        .returning(SignInAttempt.attempts, SignInAttempt.until)
    ).one()
    return counted.until if counted.attempts > MOST else None


def forget(connection: Connection, who: bytes) -> None:
    """The right one came."""
    connection.execute(delete(SignInAttempt).where(SignInAttempt.name_hash == who))
