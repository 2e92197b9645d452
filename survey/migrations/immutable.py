"""Triggers that refuse to change what must never change, on both databases.

They guard against mistakes and against a program that was led astray. Who owns the database can drop them;
that is what the audit chain shows. A step that makes such a table anew loses its triggers and must call for
them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterable

# 23000 is "integrity constraint violation": the program sees the same kind of error on both databases.
_FUNCTION = """
CREATE OR REPLACE FUNCTION longdan_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = '23000';
END $$
"""


def keep_rows(table: str) -> None:
    """Refuse every update, deletion and truncation of a table: rows are only added."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION longdan_refuse()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(_sqlite_trigger(f"keep_{table}_{act.lower()}", f"BEFORE {act} ON {table}", table))


def keep_columns(table: str, columns: Iterable[str]) -> None:
    """Refuse an update of some columns of a table."""
    event = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(
            f"CREATE TRIGGER keep_{table} {event} FOR EACH STATEMENT EXECUTE FUNCTION longdan_refuse()"
        )
        return
    op.execute(_sqlite_trigger(f"keep_{table}", event, table))


def keep_once(table: str, columns: Iterable[str]) -> None:
    """Let columns be set, and refuse to change them afterwards."""
    for column in columns:
        name, event = f"keep_{table}_{column}", f"BEFORE UPDATE OF {column} ON {table}"
        if op.get_bind().dialect.name == "postgresql":
            op.execute(_FUNCTION)
            op.execute(
                f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN"
                f" (OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})"
                " EXECUTE FUNCTION longdan_refuse()"
            )
        else:
            when = f"WHEN OLD.{column} IS NOT NULL AND NEW.{column} IS NOT OLD.{column}"
            op.execute(_sqlite_trigger(name, f"{event} {when}", table))


def keep_undeleted(table: str) -> None:
    """Refuse to delete rows of a table, one or all."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(
            f"CREATE TRIGGER keep_{table}_there BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION longdan_refuse()"
        )
        return
    op.execute(_sqlite_trigger(f"keep_{table}_there", f"BEFORE DELETE ON {table}", table))


def release(table: str) -> None:
    """Take back what `keep_columns` put on a table, to put more on it."""
    on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER keep_{table}{on}")


def _sqlite_trigger(name: str, event: str, table: str) -> str:
    return f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END"
