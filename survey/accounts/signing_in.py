"""Signing in by name, password and code, and what a signed-in holder does with the account.

Names that no account has are answered as wrong passwords are, after the same work. Passwords are checked
between transactions: nobody else waits for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from survey.accounts import attempts, passwords, sessions, tokens, totp
from survey.accounts.models import Account, AccountSession
from survey.audit.writes import record

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from survey.stores import Store


@dataclass(frozen=True)
class Claim:
    """What somebody typed to show who he is.

    Attributes:
        name: of an account, or anything.
        who: a hash of the name, under which attempts are counted.
        password: empty where only a code is asked for.
        code: empty where only the password is.
    """

    name: str
    who: bytes
    password: str = ""
    code: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of it: right with what the session's cookie carries, wrong, or to be tried again later."""

    token: str | None = None
    wait_until: datetime | None = None


_WRONG = Outcome()


@dataclass(frozen=True)
class _Kept:
    """What is kept of an account that somebody claims to be."""

    id: int
    password: str | None
    totp_secret: bytes | None


def sign_in(store: Store, key: bytes, claim: Claim, now: datetime) -> Outcome:
    """Sign in.

    Args:
        store: the main one.
        key: that of the secrets of codes.
        claim: name, password and code.
        now: when.

    Raises:
        BusyError: too many passwords are being checked.
    """
    account, wait = _counted(store, claim, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    right = passwords.is_right(None if account is None else account.password, claim.password)
    step = _step(account, key, claim.code, now)
    if account is None or not right or step is None:
        return _WRONG
    with store.writing() as connection:
        if not _use_up(connection, account, step):
            return _WRONG
        attempts.forget(connection, claim.who)
        record(connection, now=now, actor=claim.name, act="signed in", subject=claim.name, detail={})
        return Outcome(sessions.begin(connection, account.id, now))


def prove(store: Store, key: bytes, claim: Claim, token: str, now: datetime) -> Outcome:
    """Enter a code anew in a session, for what asks for a fresh one.

    Args:
        store: the main one.
        key: that of the secrets of codes.
        claim: the account's name and a code.
        token: of the session; it stays the same.
        now: when.
    """
    account, wait = _counted(store, claim, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    step = _step(account, key, claim.code, now)
    if account is None or step is None:
        return _WRONG
    with store.writing() as connection:
        if not _use_up(connection, account, step):
            return _WRONG
        attempts.forget(connection, claim.who)
        connection.execute(
            update(AccountSession)
            .where(AccountSession.cookie_hash == tokens.hash_of(token))
            .values(proved=now)
        )
        record(connection, now=now, actor=claim.name, act="code entered", subject=claim.name, detail={})
    return Outcome(token)


def change_password(store: Store, claim: Claim, new: str, now: datetime) -> Outcome:
    """Exchange the password; every session ends and this one goes on under another cookie.

    Args:
        store: the main one.
        claim: the account's name and its present password.
        new: the one to come; `passwords.weakness` found nothing in it.
        now: when.

    Raises:
        BusyError: too many passwords are being checked.
    """
    account, wait = _counted(store, claim, now)
    if wait is not None:
        return Outcome(wait_until=wait)
    if account is None or not passwords.is_right(account.password, claim.password):
        return _WRONG
    hashed = passwords.hashed(new)
    with store.writing() as connection:
        same = update(Account).where(Account.id == account.id, Account.password == account.password)
        if connection.execute(same.values(password=hashed)).rowcount != 1:
            return _WRONG  # it was exchanged, or the account disabled, a moment ago
        sessions.end_all(connection, account.id, "password", now)
        attempts.forget(connection, claim.who)
        record(connection, now=now, actor=claim.name, act="password changed", subject=claim.name, detail={})
        return Outcome(sessions.begin(connection, account.id, now))


def sign_out(connection: Connection, name: str, token: str, now: datetime) -> None:
    """End a session at its holder's wish."""
    sessions.end(connection, token, "signed_out", now)
    record(connection, now=now, actor=name, act="signed out", subject=name, detail={})


def sign_out_elsewhere(connection: Connection, account: int, name: str, token: str, now: datetime) -> None:
    """End every session of an account but the one with this token."""
    ended = sessions.end_others(connection, account, token, "elsewhere", now)
    detail = {"sessions": ended}
    record(connection, now=now, actor=name, act="signed out elsewhere", subject=name, detail=detail)


def _counted(store: Store, claim: Claim, now: datetime) -> tuple[_Kept | None, datetime | None]:
    """The account of that name, if any; the attempt is counted, and perhaps one too many."""
    with store.writing() as connection:
        wait = attempts.count(connection, claim.who, now)
    with store.reading() as connection:
        found = connection.execute(
            select(Account.id, Account.password, Account.totp_secret).where(Account.name == claim.name)
        ).one_or_none()
    return None if found is None else _Kept(*found), wait


def _step(account: _Kept | None, key: bytes, code: str, now: datetime) -> int | None:
    """The step of a right code; for nobody a code is worked out all the same."""
    sealed = None if account is None else account.totp_secret
    secret = None if account is None or sealed is None else totp.unseal(key, account.id, sealed)
    step = totp.step_of(secret or totp.new_secret(), code, now)
    return step if secret else None


def _use_up(connection: Connection, account: _Kept, step: int) -> bool:
    """Take a step once: of two requests with one code the second finds it used.

    Password and secret have to be those that were checked, else they were exchanged meanwhile.
    """
    used = connection.execute(
        update(Account)
        .where(
            Account.id == account.id,
            Account.password == account.password,
            Account.totp_secret == account.totp_secret,
            Account.totp_step < step,
        )
        .values(totp_step=step)
    )
    return used.rowcount == 1
