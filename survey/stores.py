"""The two stores: `main` holds what was said, `participation` who takes part; they share nothing.

SQLite by default, one file each, PostgreSQL by one line of the settings. Writers on SQLite take turns by a
lock of the process, because its own waiting is unfair; `synchronous=FULL`, so that what was acknowledged
survives a power cut; `secure_delete`, so that what is gone is not left in free pages.

Moments are kept in UTC: a `Mapped[datetime]` takes and gives aware datetimes on both databases.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    URL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.config import Home

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

StoreName = Literal["main", "participation"]
STORES: tuple[StoreName, ...] = ("main", "participation")
Role = Literal["owner", "web"]

# What is raised when a disk is full or a server gone: no mistake of the program, and worth trying again.
UNAVAILABLE = (OperationalError, InterfaceError, InternalError, OSError)
REFUSES_SECONDS = 60


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in the program, UTC without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a datetime without a zone is a mistake of the caller."""
        del dialect  # both databases keep it alike
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        del dialect  # as above
        return None if value is None else value.replace(tzinfo=UTC)


class Main(DeclarativeBase):
    """The tables of the main store."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: Moment}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Participation(DeclarativeBase):
    """The tables of the participation store."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {datetime: Moment}  # noqa: RUF012 - as above


@dataclass
class Writing:
    """When a transaction last failed for want of a disk or a server (monotonic); None since one went well."""

    failed: float | None = None


@dataclass(frozen=True)
class Store:
    """One database, the lock by which its writers take turns, and how their writing goes."""

    name: StoreName
    engine: Engine
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _writing: Writing = field(default_factory=Writing, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file of SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state and changes nothing."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of the block or nothing of it."""
        try:
            with self._transaction() as connection:
                yield connection
        except UNAVAILABLE:
            self._writing.failed = time.monotonic()
            raise
        self._writing.failed = None

    @property
    def refuses(self) -> bool:
        """Whether the latest transaction could not be written; after a minute it is worth another try."""
        failed = self._writing.failed
        return failed is not None and time.monotonic() - failed < REFUSES_SECONDS

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._turn, self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()


@dataclass(frozen=True)
class Stores:
    """Both stores of a site."""

    main: Store
    participation: Store

    def __iter__(self) -> Iterator[Store]:
        """First `main`, then `participation`."""
        yield from (self.main, self.participation)

    def close(self) -> None:
        """Give every connection back; a store opens again when it is used."""
        for store in self:
            store.engine.dispose()


def open_stores(home: Home, *, role: Role = "owner") -> Stores:
    """Open both stores; the web role of PostgreSQL may insert into the inbox and cannot read answers.

    Raises:
        Refusal: the settings name a PostgreSQL database and its driver is not installed.
    """
    return Stores(main=_open(home, "main", role), participation=_open(home, "participation", role))


def sqlite_file(home: Home, name: StoreName) -> Path:
    """Where a store lies that is a file of SQLite."""
    return home.path / f"{name}.db"


def web_role(owner: str) -> str:
    """The role of PostgreSQL under which pages are served, beside the owner of the main database."""
    return f"{owner}_web"


def postgresql_engine(address: str, home: Home, *, user: str | None = None) -> Engine:
    """An engine for a database of PostgreSQL; passwords come from `keys/pgpass` where `init` wrote one.

    Raises:
        Refusal: the driver is not installed.
    """
    url = make_url(address).set(drivername="postgresql+psycopg")
    known = {"passfile": str(home.passwords)} if home.passwords.exists() else {}
    try:
        return create_engine(url.set(username=user or url.username), pool_pre_ping=True, connect_args=known)
    except ModuleNotFoundError as error:
        fault = Fault(
            code="POSTGRESQL",
            where="database",
            expected="the driver of PostgreSQL",
            got=str(error),
            remedy="Run `pip install 'longdan[postgres]'`.",
        )
        raise Refusal([fault]) from error


def _open(home: Home, name: StoreName, role: Role) -> Store:
    address = home.settings.address(name)
    if address:
        owner = make_url(address).username or ""
        user = web_role(owner) if role == "web" and name == "main" else owner
        return Store(name, postgresql_engine(address, home, user=user))
    # opened for reading and writing only: a store that is missing is refused, never made by the way
    query = {"mode": "rw", "uri": "true"}
    url = URL.create("sqlite", database=sqlite_file(home, name).as_uri(), query=query)
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    return Store(name, engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # transactions are begun by `writing`, not by the driver behind its back
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")
