"""Who is signed in, why somebody no longer is, and which accounts there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import func, select

from survey.accounts import tokens
from survey.accounts.models import Account, AccountLink, AccountSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from survey.accounts.models import AccountRole, Ending

State = Literal["set up", "not set up", "disabled"]


@dataclass(frozen=True)
class Holder:
    """Who is signed in, by which session.

    Attributes:
        account: its number.
        name: as the audit chain names it.
        role: what it may do.
        agency: the code of the organisation of the role `agency`, else None.
        began: when this browser signed in.
        ends: when it is signed out at the latest.
        proved: when a code was last entered there.
        links_used: when links of the account were used, as long as the holder has not said to know.
    """

    account: int
    name: str
    role: AccountRole
    agency: str | None
    began: datetime
    ends: datetime
    proved: datetime
    links_used: tuple[datetime, ...]


@dataclass(frozen=True)
class AccountView:
    """An account as an operator sees it; `sessions` is how many browsers are signed in."""

    name: str
    role: str
    agency: str | None
    state: State
    sessions: int


def holder(connection: Connection, token: str, now: datetime) -> Holder | None:
    """Who is signed in by this cookie; None where nobody is, or not any more."""
    found = connection.execute(
        select(
            Account.id,
            Account.name,
            Account.role,
            Account.agency,
            AccountSession.began,
            AccountSession.ends,
            AccountSession.proved,
        )
        .join(Account, Account.id == AccountSession.account)
        .where(
            AccountSession.cookie_hash == tokens.hash_of(token),
            AccountSession.ended.is_(None),
            AccountSession.ends > now,
            Account.disabled.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    unseen = connection.scalars(
        select(AccountLink.used)
        .where(AccountLink.account == found.id, AccountLink.used.is_not(None), AccountLink.seen.is_(None))
        .order_by(AccountLink.used)
    )
    number, name, role, agency, began, ends, proved = found
    used = tuple(moment for moment in unseen if moment is not None)
    return Holder(number, name, cast("AccountRole", role), agency, began, ends, proved, used)


def why_ended(connection: Connection, token: str) -> tuple[Ending, datetime] | None:
    """Why and when the session of this cookie was ended; None where it was not, or is long gone."""
    found = connection.execute(
        select(AccountSession.why, AccountSession.ended).where(
            AccountSession.cookie_hash == tokens.hash_of(token), AccountSession.ended.is_not(None)
        )
    ).one_or_none()
    return None if found is None else (cast("Ending", found.why), found.ended)


def sessions(connection: Connection, account: int, now: datetime) -> list[datetime]:
    """When the browsers signed in that still are, the latest first."""
    began = select(AccountSession.began).where(
        AccountSession.account == account, AccountSession.ended.is_(None), AccountSession.ends > now
    )
    return list(connection.scalars(began.order_by(AccountSession.began.desc())))


def accounts(connection: Connection, now: datetime) -> list[AccountView]:
    """Every account there ever was, by name."""
    live = (
        select(AccountSession.account, func.count().label("n"))
        .where(AccountSession.ended.is_(None), AccountSession.ends > now)
        .group_by(AccountSession.account)
        .subquery()
    )
    query = (
        select(Account.name, Account.role, Account.agency, Account.password, Account.disabled, live.c.n)
        .join(live, live.c.account == Account.id, isouter=True)
        .order_by(Account.name)
    )
    return [
        AccountView(
            name=row.name,
            role=row.role,
            agency=row.agency,
            state="disabled" if row.disabled else "set up" if row.password else "not set up",
            sessions=row.n or 0,
        )
        for row in connection.execute(query)
    ]
