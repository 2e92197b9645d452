"""Inserts that meet a row of the same key, for both databases; each statement is put together once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection, Executable

    from survey.stores import Main


def insert_new(connection: Connection, table: type[Main], **row: Any) -> bool:
    """Insert a row unless its key is there; returns whether it was new."""
    return connection.execute(_unless_there(connection.dialect.name, table), row).rowcount == 1


def put(connection: Connection, table: type[Main], **row: Any) -> None:
    """Insert a row, or write it over the one of its key."""
    connection.execute(_putting(connection.dialect.name, table, tuple(row)), row)


def count_up(connection: Connection, table: type[Main], counter: str, *, by: int = 1, **key: Any) -> None:
    """Add to the counter of a row, which begins at nothing."""
    statement = _counting(connection.dialect.name, table, counter, tuple(key))
    connection.execute(statement, {**key, counter: by})


@cache
def _unless_there(dialect: str, table: type[Main]) -> Executable:
    # without the option the count of an INSERT is gone with its cursor
    return _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _putting(dialect: str, table: type[Main], columns: tuple[str, ...]) -> Executable:
    statement = _insert(dialect, table)
    key = [column.name for column in table.metadata.tables[table.__tablename__].primary_key]
    fresh = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=fresh)


@cache
def _counting(dialect: str, table: type[Main], counter: str, key: tuple[str, ...]) -> Executable:
    statement = _insert(dialect, table)
    added = table.__table__.c[counter] + statement.excluded[counter]
    return statement.on_conflict_do_update(index_elements=key, set_={counter: added})


def _insert(dialect: str, table: type[Main]) -> postgresql.Insert | sqlite.Insert:
    into = table.metadata.tables[table.__tablename__]
    return postgresql.insert(into) if dialect == "postgresql" else sqlite.insert(into)
