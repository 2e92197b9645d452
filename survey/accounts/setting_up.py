"""Setting an account up in one browser: a password, then a telephone whose code shows that it is enrolled.

Nothing of it counts before the code: then password and secret are exchanged together, and whoever was signed
in with the old ones is signed out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from survey.accounts import attempts, links, sessions, tokens, totp
from survey.accounts.models import Account, AccountSetup
from survey.audit.writes import record

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Setup:
    """What is chosen so far: the hash of a password, if any, and the secret to be enrolled."""

    account: int
    name: str
    password: str | None
    secret: str


def begin(connection: Connection, key: bytes, code: str, now: datetime) -> str | None:
    """Use a link up and begin.

    Args:
        connection: of a transaction.
        key: that of the secrets of codes.
        code: what the link carries.
        now: when.

    Returns:
        What the cookie of the browser carries; None when the link cannot be used.
    """
    link = links.look(connection, code, now)
    if link is None or not links.use(connection, code, now):
        return None
    record(connection, now=now, actor=link.name, act="account link used", subject=link.name, detail={})
    token = tokens.new()
    connection.execute(delete(AccountSetup).where(AccountSetup.expires <= now))
    connection.execute(
        insert(AccountSetup).values(
            cookie_hash=tokens.hash_of(token),
            account=link.account,
            expires=now + LASTS,
            totp_secret=totp.seal(key, link.account, totp.new_secret()),
        )
    )
    return token


def begun(connection: Connection, key: bytes, token: str, now: datetime) -> Setup | None:
    """What is under way in the browser with this cookie; None where nothing is, or not any more."""
    found = connection.execute(
        select(AccountSetup.account, Account.name, AccountSetup.password, AccountSetup.totp_secret)
        .join(Account, Account.id == AccountSetup.account)
        .where(AccountSetup.cookie_hash == tokens.hash_of(token), AccountSetup.expires > now)
    ).one_or_none()
    secret = None if found is None else totp.unseal(key, found.account, found.totp_secret)
    return None if found is None or secret is None else Setup(*found[:3], secret)


def choose_password(connection: Connection, token: str, password: str) -> None:
    """Keep the hash of the password that the holder chose."""
    connection.execute(
        update(AccountSetup)
        .where(AccountSetup.cookie_hash == tokens.hash_of(token))
        .values(password=password)
    )


def finish(  # noqa: PLR0913 - what is asked, by whom, when
    connection: Connection, key: bytes, token: str, code: str, *, who: bytes, now: datetime
) -> str | None:
    """Let the new password and telephone count, if the code is the telephone's, and sign in.

    Args:
        connection: of a transaction.
        key: that of the secrets of codes.
        token: from the browser's cookie.
        code: what the telephone shows.
        who: a hash of the account's name; its failed attempts are forgotten.
        now: when.

    Returns:
        What the cookie of the session carries; None when the code is wrong, or nothing is under way.
    """
    setup = begun(connection, key, token, now)
    step = None if setup is None else totp.step_of(setup.secret, code, now)
    if setup is None or setup.password is None or step is None:
        return None
    sealed = totp.seal(key, setup.account, setup.secret)
    connection.execute(
        update(Account)
        .where(Account.id == setup.account)
        .values(password=setup.password, totp_secret=sealed, totp_step=step)
    )
    sessions.end_all(connection, setup.account, "set_up", now)
    attempts.forget(connection, who)
    record(connection, now=now, actor=setup.name, act="account set up", subject=setup.name, detail={})
    return sessions.begin(connection, setup.account, now)
