"""The roles and databases of PostgreSQL that a site needs, made where they are missing.

The main store has an owner and a web role, the participation store an owner of its own, so that what opens
one store does not open the other.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from survey.refusal import Fault, Refusal
from survey.stores import postgresql_engine, web_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

    from survey.config import Home


@dataclass
class Made:
    """What was made, so that it can be taken back when the rest fails."""

    admin: str
    home: Home
    databases: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    def undo(self) -> None:
        """Drop the databases and roles that were made."""
        with _commanding(postgresql_engine(self.admin, self.home)) as connection:
            for kind, names in (("DATABASE", self.databases), ("ROLE", self.roles)):
                for name in names:
                    connection.execute(text(f"DROP {kind} IF EXISTS {_quoted(connection, name)}"))


def unreachable(home: Home) -> list[Fault]:
    """The databases that a role of the site cannot open, with what PostgreSQL says."""
    faults = []
    for url, roles in _wanted(home):
        for role in roles:
            engine = postgresql_engine(url.render_as_string(), home, user=role)
            try:
                with engine.connect():
                    pass
            except OperationalError as error:
                faults.append(_fault(f"{url.database} as {role}", "a connection", error))
            finally:
                engine.dispose()
    return faults


def make(home: Home, admin: str) -> Made:
    """Make the databases and roles of a site that are not there.

    A role that is made gets a password of 256 random bits in `keys/pgpass`; one that exists keeps its own.

    Args:
        home: the site, its settings naming the databases.
        admin: the address of a role that may make roles and databases; empty: `postgres` on the same server.

    Returns:
        What was made.

    Raises:
        Refusal: the administrator cannot be reached or may not do it; what was made is taken back.
    """
    wanted = _wanted(home)
    address = admin or wanted[0][0].set(username="postgres", database="postgres").render_as_string()
    made = Made(address, home)
    try:
        with _commanding(postgresql_engine(address, home)) as connection:
            for url, roles in wanted:
                for role in roles:
                    _make_role(connection, role, made)
                _make_database(connection, str(url.database), roles, made)
        for url, roles in wanted:
            inside = make_url(address).set(database=url.database).render_as_string(hide_password=False)
            with _commanding(postgresql_engine(inside, home)) as connection:
                owner = _quoted(connection, roles[0])
                connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
                connection.execute(text(f"GRANT ALL ON SCHEMA public TO {owner}"))
    except DBAPIError as error:
        with contextlib.suppress(DBAPIError):
            made.undo()
        where = make_url(address).render_as_string()
        raise Refusal([_fault(where, "a role that may make roles and databases", error)]) from error
    return made


def _wanted(home: Home) -> list[tuple[URL, list[str]]]:
    """Each database with the roles that open it, the owner first."""
    main = make_url(home.settings.address("main"))
    other = make_url(home.settings.address("participation"))
    owner = main.username or ""
    return [(main, [owner, web_role(owner)]), (other, [other.username or ""])]


def _make_role(connection: Connection, role: str, made: Made) -> None:
    exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    if exists:
        return
    password = secrets.token_hex(32)
    connection.execute(text(f"CREATE ROLE {_quoted(connection, role)} LOGIN PASSWORD '{password}'"))
    made.roles.append(role)
    _note_password(made.home, role, password)


def _note_password(home: Home, role: str, password: str) -> None:
    with os.fdopen(os.open(home.passwords, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(f"*:*:*:{role}:{password}\n".encode())


def _make_database(connection: Connection, name: str, roles: list[str], made: Made) -> None:
    quoted, owner = _quoted(connection, name), _quoted(connection, roles[0])
    exists = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
    if not exists:
        # sorted by code points, as SQLite does: the same order on both, whatever the machine speaks
        how = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        connection.execute(text(f"CREATE DATABASE {quoted} OWNER {owner} {how}"))
        made.databases.append(name)
    connection.execute(text(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC"))
    for role in roles:
        connection.execute(text(f"GRANT CONNECT ON DATABASE {quoted} TO {_quoted(connection, role)}"))


@contextlib.contextmanager
def _commanding(engine: Engine) -> Iterator[Connection]:
    """A connection without a transaction, as databases are made and dropped."""
    try:
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _fault(where: str, expected: str, error: DBAPIError) -> Fault:
    return Fault(
        code="POSTGRESQL",
        where=where,
        expected=expected,
        got=" ".join(str(error.orig).split()),
        remedy="Name one with `longdan init --admin ADDRESS`, or make roles and databases by hand:"
        " docs/running.md says how.",
    )
