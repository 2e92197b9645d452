"""What an operator does with accounts: add, change the role, make a new link, disable, enable.

Each verb takes a connection of a transaction and writes its act into the audit chain. Passwords and secrets
are nobody's but the holder's: an operator makes a link, by which the holder sets the account up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from survey.accounts import links, sessions
from survey.accounts.models import ROLES, Account
from survey.audit.writes import record
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Row

RESERVED = ("command", "worker")  # as the audit chain names acts of no person
_NAME = re.compile(r"[a-z][a-z0-9.-]{1,39}")
_LIST = "`longdan account list` names them."


def add(  # noqa: PLR0913 - an account has that many parts
    connection: Connection, name: str, role: str, agency: str | None, *, now: datetime, actor: str
) -> str:
    """Add an account.

    Args:
        connection: of the main store, as its owner.
        name: 2 to 40 small letters, digits, dots and hyphens; never given to another person.
        role: one of `ROLES`.
        agency: the code of the organisation of the role `agency`, else None.
        now: when.
        actor: who adds it.

    Returns:
        The code of its first link, good for 24 hours.

    Raises:
        Refusal: every part that is wrong; the name is taken.
    """
    faults = [*_name_faults(connection, name), *_role_faults(name, role, agency)]
    if faults:
        raise Refusal(faults)
    made = insert(Account).values(name=name, role=role, agency=agency, totp_step=0, made=now)
    account = connection.execute(made.returning(Account.id)).scalar_one()
    code = links.new(connection, account, links.FIRST, now)
    detail = {"role": role, "agency": agency}
    record(connection, now=now, actor=actor, act="account added", subject=name, detail=detail)
    return code


def new_link(connection: Connection, name: str, *, now: datetime, actor: str) -> str:
    """The code of a link by which the holder chooses a password and enrols a telephone anew, in 15 minutes.

    Until then everything stays as it is.

    Raises:
        Refusal: there is no such account, or it is disabled.
    """
    account = _named(connection, name)
    if account.disabled is not None:
        remedy = f"Run `longdan account enable {name}`."
        raise Refusal([_fault("ACCOUNT_DISABLED", name, "an account that may sign in", "disabled", remedy)])
    code = links.new(connection, account.id, links.LATER, now)
    record(connection, now=now, actor=actor, act="account link made", subject=name, detail={})
    return code


def change_role(  # noqa: PLR0913 - as above
    connection: Connection, name: str, role: str, agency: str | None, *, now: datetime, actor: str
) -> None:
    """Give an account another role or organisation; its sessions end.

    Raises:
        Refusal: there is no such account, or the role does not fit.
    """
    account = _named(connection, name)
    faults = [*_role_faults(name, role, agency)]
    if faults:
        raise Refusal(faults)
    connection.execute(update(Account).where(Account.id == account.id).values(role=role, agency=agency))
    sessions.end_all(connection, account.id, "role", now)
    detail = {"role": role, "agency": agency, "before": account.role}
    record(connection, now=now, actor=actor, act="account role changed", subject=name, detail=detail)


def disable(connection: Connection, name: str, *, now: datetime, actor: str) -> None:
    """Shut an account out at once: sessions and links end, password and secret are erased.

    Raises:
        Refusal: there is no such account, or it is disabled already.
    """
    account = _named(connection, name)
    if account.disabled is not None:
        remedy = "Nothing is left to do."
        raise Refusal([_fault("ACCOUNT_DISABLED", name, "an account that may sign in", "disabled", remedy)])
    nothing: dict[str, Any] = {"password": None, "totp_secret": None}
    connection.execute(update(Account).where(Account.id == account.id).values(disabled=now, **nothing))
    sessions.end_all(connection, account.id, "disabled", now)
    record(connection, now=now, actor=actor, act="account disabled", subject=name, detail={})


def enable(connection: Connection, name: str, *, now: datetime, actor: str) -> str:
    """Let an account in again.

    Returns:
        The code of a link, good for 15 minutes: it has to be set up anew.

    Raises:
        Refusal: there is no such account, or it is not disabled.
    """
    account = _named(connection, name)
    if account.disabled is None:
        remedy = f"For a new link run `longdan account link {name}`."
        raise Refusal([_fault("ACCOUNT_ENABLED", name, "a disabled account", "one that is not", remedy)])
    connection.execute(update(Account).where(Account.id == account.id).values(disabled=None))
    code = links.new(connection, account.id, links.LATER, now)
    record(connection, now=now, actor=actor, act="account enabled", subject=name, detail={})
    return code


def void_secrets(connection: Connection, now: datetime) -> None:
    """The key of the secrets is destroyed: nobody stays signed in, and every account needs a new link."""
    nothing: dict[str, Any] = {"password": None, "totp_secret": None}
    connection.execute(update(Account).values(**nothing))
    for account in connection.scalars(select(Account.id)).all():
        sessions.end_all(connection, account, "key", now)


def _named(connection: Connection, name: str) -> Row[Any]:
    found = connection.execute(select(Account).where(Account.name == name).with_for_update()).one_or_none()
    if found is None:
        raise Refusal([_fault("UNKNOWN_ACCOUNT", name, "the name of an account", "none of that name", _LIST)])
    return found


def _name_faults(connection: Connection, name: str) -> Iterator[Fault]:
    if not _NAME.fullmatch(name):
        expected = "2 to 40 small letters a to z, digits, dots and hyphens, a letter first"
        yield _fault("ACCOUNT_NAME", name, expected, name, "Choose another, such as tran.lan.")
    elif name in RESERVED:
        expected = "a name that the audit chain has not taken for acts of no person"
        yield _fault("ACCOUNT_NAME", name, expected, name, "Choose another, such as tran.lan.")
    elif connection.scalar(select(Account.id).where(Account.name == name)) is not None:
        remedy = f"Choose another; for a new link of this one run `longdan account link {name}`."
        yield _fault("ACCOUNT_EXISTS", name, "a name that no account ever had", "one that is taken", remedy)


def _role_faults(name: str, role: str, agency: str | None) -> Iterator[Fault]:
    if role not in ROLES:
        yield _fault("ACCOUNT_ROLE", name, f"a role ({', '.join(ROLES)})", role, "Name one with `--role`.")
    elif role == "agency" and not agency:
        remedy = "Name it with `--agency CODE`."
        yield _fault("ACCOUNT_AGENCY", name, "the code of the agency", "none", remedy)
    elif role != "agency" and agency is not None:
        remedy = "Leave `--agency` out."
        yield _fault("ACCOUNT_AGENCY", name, f"no agency for the role {role}", agency, remedy)


def _fault(code: str, name: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=f"account {name}", expected=expected, got=got, remedy=remedy)
