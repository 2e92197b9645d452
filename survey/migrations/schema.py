"""The schema of both stores: bring it up to this program, and refuse to work on any other."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from survey.migrations.rights import grant
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from survey.stores import Store, StoreName, Stores

_FOLDER = Path(__file__).parent
_ANOTHER = "Name another database, or drop what is in this one if nobody needs it."


def upgrade(stores: Stores) -> list[str]:
    """Bring both stores to the schema of this program; a failed step leaves the schema that was there.

    Args:
        stores: opened as their owner.

    Returns:
        The names of the stores that changed.

    Raises:
        Refusal: a store cannot be reached, or its schema is of a program that this one does not know; both
            are looked at before either is touched.
    """
    faults = [fault for store in stores for fault in _faults(store) if fault.code != "SCHEMA_OLD"]
    if faults:
        raise Refusal(faults)
    return [store.name for store in stores if _upgrade(store)]


def check(stores: Stores) -> None:
    """Refuse to work on a schema that is not this program's.

    Raises:
        Refusal: what each store has instead, and what to run.
    """
    faults = schema_faults(stores)
    if faults:
        raise Refusal(faults)


def schema_faults(stores: Stores) -> list[Fault]:
    """What is wrong with the schema of either store; empty when both are this program's."""
    return [fault for store in stores for fault in _faults(store)]


def refuse_used(stores: Stores) -> None:
    """Refuse to make a site in stores that hold something.

    Raises:
        Refusal: each store that is not empty, or cannot be opened.
    """
    faults = [
        _fault(store, "OCCUPIED", "an empty database", f"schema {found}", _ANOTHER)
        for store in stores
        for found in [_revision(store)]
        if found is not None
    ]
    faults += [fault for fault in schema_faults(stores) if fault.code != "SCHEMA_OLD"]
    if faults:
        raise Refusal(faults)


def scripts(name: StoreName) -> ScriptDirectory:
    """The steps of a store."""
    return ScriptDirectory(str(_FOLDER / name))


@cache
def _steps(folder: Path) -> tuple[frozenset[str], str | None]:
    """The steps in a folder and the last of them, read once: they are those of the program that runs."""
    steps = ScriptDirectory(str(folder))
    return frozenset(step.revision for step in steps.walk_revisions()), steps.get_current_head()


def _upgrade(store: Store) -> bool:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / store.name).replace("%", "%%"))
    with _changing(store) as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        grant(connection, store.name)
        return before != scripts(store.name).get_current_head()


@contextmanager
def _changing(store: Store) -> Iterator[Connection]:
    """A transaction that may make tables anew.

    SQLite would delete what refers to a table when the table is dropped to be made anew, so its foreign keys
    rest meanwhile and are checked before the end.
    """
    if not store.is_sqlite:
        with store.writing() as connection:
            yield connection
        return
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            _refuse_broken_keys(connection)
        except BaseException:
            connection.rollback()
            raise
        else:
            connection.commit()
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.rollback()


def _refuse_broken_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"a step of the migration breaks foreign keys: {broken[:5]}")


def _revision(store: Store) -> str | None:
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _faults(store: Store) -> list[Fault]:
    try:
        found = _revision(store)
        with store.reading() as connection:
            occupied = found is None and bool(inspect(connection).get_table_names())
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        remedy = "Run `longdan init` for a new site; else see docs/running.md: where the stores lie."
        return [_fault(store, "STORE", "a store that can be opened", reason, remedy)]
    known, wanted = _steps(_FOLDER / store.name)
    if found == wanted:
        return []
    if occupied:
        return [_fault(store, "SCHEMA_UNKNOWN", f"schema {wanted}", "tables without a version", _ANOTHER)]
    if found is None or found in known:
        got = "none" if found is None else f"schema {found}, older"
        return [_fault(store, "SCHEMA_OLD", f"schema {wanted}", got, "Run `longdan upgrade`.")]
    remedy = "Install the version of longdan that made it, or a later one; this one is older than the store."
    return [_fault(store, "SCHEMA_UNKNOWN", f"schema {wanted}", f"schema {found}, unknown", remedy)]


def _fault(store: Store, code: str, expected: str, got: str, remedy: str) -> Fault:
    where = f"{store.name}.db" if store.is_sqlite else store.engine.url.render_as_string()
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
