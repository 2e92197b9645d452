"""The two stores: `main` holds what was said, `participation` who takes part; they share nothing.

SQLite by default, one file each, PostgreSQL by one line of the settings. Writers on SQLite take turns by a
lock of the process, because its own waiting is unfair; `synchronous=FULL`, so that what was acknowledged
survives a power cut; `secure_delete`, so that what is gone is not left in free pages.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.config import Home

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

StoreName = Literal["main", "participation"]


class Main(DeclarativeBase):
    """The tables of the main store."""

    metadata = MetaData(naming_convention=_NAMES)


class Participation(DeclarativeBase):
    """The tables of the participation store."""

    metadata = MetaData(naming_convention=_NAMES)


@dataclass(frozen=True)
class Store:
    """One database and the lock by which its writers take turns."""

    engine: Engine
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file of SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state and changes nothing."""
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of the block or nothing of it."""
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


def open_stores(home: Home, *, role: Literal["owner", "web"] = "owner") -> Stores:
    """Open both stores; the web role of PostgreSQL may insert into the inbox and cannot read answers."""
    settings = home.settings
    return Stores(
        main=_open(settings.database, home, "main", role),
        participation=_open(settings.participation_database, home, "participation", role),
    )


def _open(address: str, home: Home, name: StoreName, role: str) -> Store:
    if not address:
        engine = create_engine(f"sqlite:///{home.path / name}.db", connect_args={"timeout": 30})
        event.listen(engine, "connect", _prepare_sqlite)
        return Store(engine)
    url = make_url(address).set(drivername="postgresql+psycopg")
    if role == "web" and name == "main":
        url = url.set(username=f"{url.username}_web")
    return Store(create_engine(url, pool_pre_ping=True))


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
