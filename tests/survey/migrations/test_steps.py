"""A site of the first schema comes up step by step: its rows, its triggers and its rights are all there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, func, insert, inspect, select, text

from survey import migrations
from survey.migrations import schema
from survey.stores import Main
from tests.survey.migrations.models import import_models
from tests.survey.migrations.rows import BESIDE, FURTHER, HASH, ROWS

if TYPE_CHECKING:
    from survey.site import Site
    from survey.stores import Store

import_models()
TABLES = Main.metadata.sorted_tables
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
RIGHTS = """
SELECT table_name || ' ' || privilege_type
FROM information_schema.role_table_grants WHERE grantee LIKE '%_web'
UNION SELECT table_name || '.' || column_name || ' ' || privilege_type
FROM information_schema.role_column_grants WHERE grantee LIKE '%_web'
"""


def names(store: Store, question: str) -> set[str]:
    with store.reading() as connection:
        return set(connection.scalars(text(question)))


def back_to_the_first_step(store: Store) -> None:
    """Make the tables anew as they were at first, with a row in each."""
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "main"))
    with store.writing() as connection:
        found = MetaData()
        found.reflect(bind=connection)
        found.drop_all(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        there = set(inspect(connection).get_table_names())
        for table in TABLES:
            if table.name in there:
                connection.execute(insert(table).values(ROWS[table.name]))
            if table.name in there & FURTHER.keys():
                connection.execute(insert(table).values(ROWS[table.name] | BESIDE[table.name]))


def counts(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as connection:
        there = inspect(connection).get_table_names()
        tables = [table for table in TABLES if table.name in there]
        return {table.name: connection.scalar(select(func.count()).select_from(table)) for table in tables}


def test_a_site_of_the_first_schema_comes_up_with_everything(site: Site, database: str) -> None:
    store = site.stores.main
    questions = [TRIGGERS[database]] + [RIGHTS] * (database == "postgresql")
    fresh = [names(store, question) for question in questions]
    assert all(fresh)
    back_to_the_first_step(store)
    assert names(store, TRIGGERS[database]) < fresh[0]
    before = counts(store)
    assert all(before.values())
    assert migrations.upgrade(site.stores) == ["main"]
    migrations.check(site.stores)
    assert [names(store, question) for question in questions] == fresh
    after = counts(store)
    assert {name: after[name] for name in before} == before
    assert {name for name in after if after[name]} - before.keys() == {"consent_text"}
    with store.reading() as connection:
        assert connection.execute(text("SELECT hash, text FROM consent_text")).all() == [(HASH, "")]
