"""The laws of the data hold in both databases: what breaks a named constraint is refused by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, Table, insert
from sqlalchemy.exc import IntegrityError

from survey.stores import Main, Participation
from tests.survey.migrations.models import import_models
from tests.survey.migrations.rows import BESIDE, BREAKS, FURTHER, ROWS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from survey.site import Site

import_models()
TABLES = {table.name: table for table in Main.metadata.sorted_tables}
NOWHERE: dict[type, Any] = {int: 99, str: "zzzzzzzz"}
CONSTRAINTS = {
    str(constraint.name): constraint for table in TABLES.values() for constraint in table.constraints
}


def fill(connection: Connection) -> None:
    """The first row of every table, and a second where others need one to refer to."""
    for table in TABLES.values():
        connection.execute(insert(table).values(ROWS[table.name]))
        if table.name in FURTHER:
            connection.execute(insert(table).values(ROWS[table.name] | BESIDE[table.name]))


def breaking(name: str, constraint: Constraint) -> tuple[Table, dict[str, Any]]:
    """A row that only this constraint refuses, beside those of `fill`."""
    table = constraint.table
    row = ROWS[table.name] | BESIDE[table.name] | FURTHER.get(table.name, {})
    if isinstance(constraint, PrimaryKeyConstraint):
        return table, row | {column.name: ROWS[table.name][column.name] for column in constraint.columns}
    if isinstance(constraint, ForeignKeyConstraint):
        return table, row | {column.name: NOWHERE[column.type.python_type] for column in constraint.columns}
    return table, row | BREAKS[name]


def test_every_constraint_has_a_case_and_every_case_a_constraint() -> None:
    conditions = {name for name in CONSTRAINTS if name.startswith(("ck_", "uq_"))}
    assert conditions == set(BREAKS)
    assert all(name.startswith(("ck_", "uq_", "pk_", "fk_")) for name in CONSTRAINTS)
    assert set(TABLES) == set(ROWS) == set(BESIDE)
    assert list(Participation.metadata.tables) == []


def test_a_valid_row_stands_beside_another(site: Site) -> None:
    with site.stores.main.writing() as connection:
        fill(connection)
        for table in TABLES.values():
            row = ROWS[table.name] | BESIDE[table.name] | FURTHER.get(table.name, {})
            connection.execute(insert(table).values(row))


def test_what_breaks_a_constraint_is_refused_by_it(site: Site) -> None:
    with site.stores.main.writing() as connection:
        fill(connection)
        refused = {name: refusal(connection, name, constraint) for name, constraint in CONSTRAINTS.items()}
    assert {name: found for name, found in refused.items() if not is_by(CONSTRAINTS[name], found)} == {}


def refusal(connection: Connection, name: str, constraint: Constraint) -> str:
    """What the database says to the row that breaks a constraint."""
    table, row = breaking(name, constraint)
    with pytest.raises(IntegrityError) as refused, connection.begin_nested():
        connection.execute(insert(table).values(row))
    return str(refused.value.orig)


def is_by(constraint: Constraint, said: str) -> bool:
    """Whether a refusal is this constraint's; SQLite names columns where PostgreSQL names the constraint."""
    if str(constraint.name) in said:
        return True
    if isinstance(constraint, ForeignKeyConstraint):
        return said == "FOREIGN KEY constraint failed"
    columns = ", ".join(f"{constraint.table.name}.{column.name}" for column in constraint.columns)
    return bool(columns) and said == f"UNIQUE constraint failed: {columns}"
