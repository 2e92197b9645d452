"""Sessions: a browser is signed in for 12 hours at most, and only while its account stays as it is.

That half an hour without a page ends one, too, is for the cookie to say: to look at pages writes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, update

from survey.accounts import tokens
from survey.accounts.models import AccountLink, AccountSession, AccountSetup

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from survey.accounts.models import Ending

LASTS = timedelta(hours=12)
IDLE = timedelta(minutes=30)
FRESH = timedelta(minutes=5)  # how long a code counts for acts that ask for one


def begin(connection: Connection, account: int, now: datetime) -> str:
    """Sign a browser in; returns what its cookie carries. A code was entered just now."""
    token = tokens.new()
    connection.execute(delete(AccountSession).where(AccountSession.ends <= now))
    connection.execute(
        insert(AccountSession).values(
            cookie_hash=tokens.hash_of(token), account=account, began=now, ends=now + LASTS, proved=now
        )
    )
    return token


def end(connection: Connection, token: str, why: Ending, now: datetime) -> None:
    """End one session; the first reason stands."""
    connection.execute(
        update(AccountSession)
        .where(AccountSession.cookie_hash == tokens.hash_of(token), AccountSession.ended.is_(None))
        .values(ended=now, why=why)
    )


def end_others(connection: Connection, account: int, token: str, why: Ending, now: datetime) -> int:
    """End the sessions of an account but this one; returns how many there were."""
    return connection.execute(
        update(AccountSession)
        .where(
            AccountSession.account == account,
            AccountSession.cookie_hash != tokens.hash_of(token),
            AccountSession.ended.is_(None),
            AccountSession.ends > now,
        )
        .values(ended=now, why=why)
    ).rowcount


def end_all(connection: Connection, account: int, why: Ending, now: datetime) -> None:
    """End every session of an account, and what would lead to one: links nobody used, and setting up."""
    connection.execute(
        update(AccountSession)
        .where(AccountSession.account == account, AccountSession.ended.is_(None))
        .values(ended=now, why=why)
    )
    connection.execute(delete(AccountLink).where(AccountLink.account == account, AccountLink.used.is_(None)))
    connection.execute(delete(AccountSetup).where(AccountSetup.account == account))
