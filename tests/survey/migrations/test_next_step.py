"""The tool that drafts the next step of a schema finds what the models have more, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, Table

from survey.stores import Main, Moment
from tools import migration

if TYPE_CHECKING:
    import pytest


def test_nothing_is_due() -> None:
    assert migration.code("main").strip() == "pass"
    assert migration.code("participation").strip() == "pass"


def test_a_table_that_is_new_is_drafted(monkeypatch: pytest.MonkeyPatch) -> None:
    more = MetaData(naming_convention=Main.metadata.naming_convention)
    for table in Main.metadata.tables.values():
        table.to_metadata(more)
    Table(
        "planted", more, Column("number", Integer, primary_key=True), Column("seen", Moment, nullable=False)
    )
    monkeypatch.setitem(migration.METADATA, "main", more)
    drafted = migration.code("main")
    assert "op.create_table('planted'" in drafted
    assert "sa.Column('seen', sa.DateTime(), nullable=False)" in drafted
    assert "drop" not in drafted
