"""Checks of a loaded table: one query counts the offenders of all rules, then those found are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey.refusal import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import duckdb

    from survey.frozen.tables import Table

_SHOWN = 5
_AT_ONCE = 200  # conditions in one query: beyond, planning costs more than scanning again


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule for rows: `offends` is the SQL of a row that breaks it, `shown` that of the value at fault."""

    code: str
    column: str
    offends: str
    shown: str
    expected: str
    remedy: str


def where(table: Table, column: str) -> str:
    """The place of a column in a fault."""
    return f"{table.path}, column {column}"


def run(connection: duckdb.DuckDBPyConnection, table: Table, checks: Sequence[Check]) -> Iterator[Fault]:
    """The faults of all checks, in their order; each names the first rows and the count of all."""
    for start in range(0, len(checks), _AT_ONCE):
        group = checks[start : start + _AT_ONCE]
        counts = ", ".join(f"count(*) FILTER (WHERE {check.offends})" for check in group)
        [found] = connection.table(table.name).aggregate(counts).fetchall()
        for check, count in zip(group, found, strict=True):
            if count:
                yield _fault(connection, table, check, count)


def _fault(connection: duckdb.DuckDBPyConnection, table: Table, check: Check, count: int) -> Fault:
    offenders = connection.table(table.name).filter(check.offends).order("row").limit(_SHOWN)
    rows = offenders.project(f"row, {check.shown}").fetchall()
    return Fault(
        code=check.code,
        where=where(table, check.column),
        expected=check.expected,
        got=f"{listed(value for _, value in rows)} ({count:,} rows: {', '.join(f'{row}' for row, _ in rows)}"
        f"{', ...' if count > len(rows) else ''})",
        remedy=check.remedy,
    )


def listed(values: Iterable[object]) -> str:
    """Values for a message: each once, long ones cut."""
    distinct = dict.fromkeys("nothing" if value is None else f"`{str(value)[:40]}`" for value in values)
    return ", ".join(distinct)
