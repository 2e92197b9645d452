"""Inserting many rows at once, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, insert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from survey.stores import Main


def columns_of(table: type[Main]) -> tuple[str, ...]:
    """The columns of a table in the order in which a row has them."""
    return tuple(table.__table__.columns.keys())


def insert_rows(connection: Connection, table: type[Main], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert whole rows by the driver's fastest way: COPY on PostgreSQL, one prepared statement on SQLite."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        into = f"{quote(table.__tablename__)} ({', '.join(quote(name) for name in columns_of(table))})"
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    days = [place for place, column in enumerate(table.__table__.columns) if isinstance(column.type, Date)]
    statement = str(insert(table).compile(dialect=connection.dialect))
    connection.exec_driver_sql(statement, [_as_text(row, days) for row in rows] if days else list(rows))


def _as_text(row: tuple[Any, ...], days: list[int]) -> tuple[Any, ...]:
    """The row with its days as SQLite keeps them."""
    cells = list(row)
    for place in days:
        cells[place] = None if cells[place] is None else cells[place].isoformat()
    return tuple(cells)
