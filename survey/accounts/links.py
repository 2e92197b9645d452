"""Links that set an account up, once: the first lasts a day, later ones a quarter of an hour.

Whoever has the link takes the account over. So an account has one open link at most, only its hash is kept,
and that it was used is told to the holder until the holder has said to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from survey.accounts import tokens
from survey.accounts.models import Account, AccountLink

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

FIRST = timedelta(hours=24)
LATER = timedelta(minutes=15)
_KEPT = timedelta(days=90)  # a used one, so that who comes late is told when it was used


@dataclass(frozen=True)
class LinkView:
    """A link that there is: whose, until when, and when it was used, if it was."""

    account: int
    name: str
    expires: datetime
    used: datetime | None


def address(site_url: str, code: str) -> str:
    """The link as a person opens it."""
    return f"{site_url}/sign-in/link/{code}"


def new(connection: Connection, account: int, lasts: timedelta, now: datetime) -> str:
    """The code of a new link; an earlier one that nobody used ends with it."""
    code = tokens.new()
    connection.execute(delete(AccountLink).where(AccountLink.account == account, AccountLink.used.is_(None)))
    connection.execute(delete(AccountLink).where(AccountLink.expires < now - _KEPT))
    connection.execute(
        insert(AccountLink).values(
            code_hash=tokens.hash_of(code), account=account, made=now, expires=now + lasts
        )
    )
    return code


def look(connection: Connection, code: str, now: datetime) -> LinkView | None:
    """The link of a code; None where there is none or it grew too old unused."""
    found = connection.execute(
        select(AccountLink.account, Account.name, AccountLink.expires, AccountLink.used)
        .join(Account, Account.id == AccountLink.account)
        .where(AccountLink.code_hash == tokens.hash_of(code))
    ).one_or_none()
    if found is None or (found.used is None and found.expires <= now):
        return None
    return LinkView(found.account, found.name, found.expires, found.used)


def use(connection: Connection, code: str, now: datetime) -> bool:
    """Use a link up; False when it cannot be, or somebody was faster."""
    used = connection.execute(
        update(AccountLink)
        .where(
            AccountLink.code_hash == tokens.hash_of(code),
            AccountLink.used.is_(None),
            AccountLink.expires > now,
        )
        .values(used=now)
    )
    return used.rowcount == 1


def see(connection: Connection, account: int, now: datetime) -> bool:
    """The holder knows of every use so far; False when there was nothing to know."""
    seen = connection.execute(
        update(AccountLink)
        .where(AccountLink.account == account, AccountLink.used.is_not(None), AccountLink.seen.is_(None))
        .values(seen=now)
    )
    return seen.rowcount > 0
