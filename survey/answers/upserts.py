"""Inserts that meet a row of the same key, for both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from survey.stores import Main


def insert_new(connection: Connection, table: type[Main], **row: Any) -> bool:
    """Insert a row unless its key is there; returns whether it was new."""
    statement = _insert(connection, table).values(**row).on_conflict_do_nothing()
    # without the option the count of an INSERT is gone with its cursor
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def count_up(connection: Connection, table: type[Main], counter: str, *, by: int = 1, **key: Any) -> None:
    """Add to the counter of a row, which begins at nothing."""
    columns = table.__table__.c
    statement = (
        _insert(connection, table)
        .values(**key, **{counter: by})
        .on_conflict_do_update(index_elements=list(key), set_={counter: columns[counter] + by})
    )
    connection.execute(statement)


def _insert(connection: Connection, table: type[Main]) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
