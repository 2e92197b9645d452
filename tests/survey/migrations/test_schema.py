"""The schema is that of the models, is refused when it is another, and changes whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Inspector, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from survey import migrations
from survey.migrations import schema
from survey.migrations.rights import WEB_RIGHTS
from survey.refusal import Refusal
from survey.stores import Main, Participation, open_stores
from tests.survey.migrations.models import import_models
from tests.survey.migrations.rows import ROWS
from tests.survey.migrations.test_constraints import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.site import Site
    from survey.stores import Store

import_models()
HEAD = schema.scripts("main").get_current_head()
METADATA = {"main": Main.metadata, "participation": Participation.metadata}
NEXT_STEP = '''"""A step that is planted."""

from alembic import op

revision = "planted"
down_revision = "{before}"


def upgrade():
    op.execute("CREATE TABLE planted (x integer)")
    {then}
'''


def description(inspector: Inspector, schema_name: str | None) -> dict[str, Any]:
    """Everything that the database knows of the tables of a schema, but the version."""
    return {
        table: {
            "columns": [
                {**column, "type": str(column["type"])}
                for column in inspector.get_columns(table, schema=schema_name)
            ],
            "key": inspector.get_pk_constraint(table, schema=schema_name),
            "references": [
                {**key, "referred_schema": None}
                for key in by_name(inspector.get_foreign_keys(table, schema=schema_name))
            ],
            "unique": by_name(inspector.get_unique_constraints(table, schema=schema_name)),
            "checks": by_name(inspector.get_check_constraints(table, schema=schema_name)),
            "indexes": by_name(inspector.get_indexes(table, schema=schema_name)),
        }
        for table in inspector.get_table_names(schema=schema_name)
        if table != "alembic_version"
    }


def by_name(found: Sequence[Any]) -> list[Any]:
    """Constraints in an order of their own, since a database gives them in the order of making."""
    return sorted(found, key=lambda one: str(one["name"]))


def as_the_models_make_it(store: Store) -> dict[str, Any]:
    """The same description of tables that were made from the models, not by migrations."""
    if store.is_sqlite:
        engine: Engine = create_engine("sqlite://")
        METADATA[store.name].create_all(engine)
        return description(inspect(engine), None)
    with store.engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA models"))
        moved = connection.execution_options(schema_translate_map={None: "models"})
        METADATA[store.name].create_all(moved)
        return without_schema(description(inspect(moved), "models"))


def without_schema(described: dict[str, Any]) -> dict[str, Any]:
    """Without the schema's name in what fills in numbers."""
    for table in described.values():
        for column in table["columns"]:
            column["default"] = column["default"] and column["default"].replace("models.", "")
    return described


def test_migrations_lead_to_exactly_the_models(site: Site) -> None:
    for store in site.stores:
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA[store.name]) == []
        assert description(inspect(store.engine), None) == as_the_models_make_it(store)


def test_a_store_of_this_program_is_accepted(site: Site) -> None:
    assert migrations.schema_faults(site.stores) == []
    assert migrations.upgrade(site.stores) == []


@pytest.mark.parametrize("name", ["main", "participation"])
def test_an_unknown_schema_is_refused_and_left_alone(site: Site, name: str) -> None:
    store = getattr(site.stores, name)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (migrations.check, migrations.upgrade):
        with pytest.raises(Refusal) as refused:
            act(site.stores)
        (fault,) = refused.value.faults
        assert (fault.code, fault.got) == ("SCHEMA_UNKNOWN", "schema 9999, unknown")
        assert "later" in fault.remedy


def test_an_empty_store_is_refused_with_what_to_run(site: Site) -> None:
    with site.stores.participation.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(Refusal, match="Run `longdan upgrade`") as refused:
        migrations.check(site.stores)
    assert [fault.code for fault in refused.value.faults] == ["SCHEMA_OLD"]
    assert migrations.upgrade(site.stores) == ["participation"]
    migrations.check(site.stores)


def test_tables_of_another_program_are_refused(site: Site) -> None:
    with site.stores.main.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(Refusal) as refused:
        migrations.upgrade(site.stores)
    assert [fault.got for fault in refused.value.faults] == ["tables without a version"]


def plant(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, then: str) -> None:
    """Give the main store a further step."""
    step = NEXT_STEP.format(before=HEAD, then=then)
    shutil.copytree(Path(schema.__file__).parent, tmp_path / "steps")
    (tmp_path / "steps" / "main" / "versions" / "next.py").write_text(step, encoding="utf-8")
    monkeypatch.setattr(schema, "_FOLDER", tmp_path / "steps")
    assert [fault.code for fault in migrations.schema_faults(site.stores)] == ["SCHEMA_OLD"]


def test_an_older_schema_is_brought_up(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plant(site, monkeypatch, tmp_path, "pass")
    assert migrations.upgrade(site.stores) == ["main"]
    assert migrations.schema_faults(site.stores) == []
    assert "planted" in inspect(site.stores.main.engine).get_table_names()


def test_a_step_that_fails_leaves_the_schema_that_was_there(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(site, monkeypatch, tmp_path, 'op.execute("SELECT nonsense FROM nowhere")')
    before = description(inspect(site.stores.main.engine), None)
    with pytest.raises(DBAPIError):
        migrations.upgrade(site.stores)
    assert description(inspect(site.stores.main.engine), None) == before
    assert [fault.got for fault in migrations.schema_faults(site.stores)] == [f"schema {HEAD}, older"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_step_that_breaks_references_is_taken_back(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with site.stores.main.writing() as connection:
        fill(connection)
    plant(site, monkeypatch, tmp_path, "op.execute(\"DELETE FROM place WHERE id = 'aaaaaaaa'\")")
    with pytest.raises(RuntimeError, match="breaks foreign keys"):
        migrations.upgrade(site.stores)
    with site.stores.main.writing() as connection:
        assert connection.scalar(text("SELECT count(*) FROM place")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_store_that_is_missing_is_refused_and_not_made(site: Site) -> None:
    site.stores.close()
    (site.home.path / "main.db").unlink()
    with pytest.raises(Refusal) as refused:
        migrations.check(open_stores(site.home))
    assert [(fault.code, fault.where) for fault in refused.value.faults] == [("STORE", "main.db")]
    assert not (site.home.path / "main.db").exists()


CHANGES = (
    "UPDATE audit_entry SET actor = 'x'",
    "UPDATE audit_entry SET number = number + 1",
    "DELETE FROM audit_entry",
    "UPDATE instrument_version SET name = 'x'",
    "DELETE FROM instrument_version",
    "UPDATE consent_text SET text = 'y'",
    "DELETE FROM consent_text",
    "UPDATE account SET name = 'x'",
    "UPDATE wave SET plan = 'x'",
    "UPDATE wave SET plan_hash = plan_hash",
    "UPDATE wave SET id = 'x'",
    "UPDATE wave SET instrument = 'x'",
    "UPDATE wave SET pinned = pinned",
    "UPDATE wave SET from_day = '2026-01-01'",
    "UPDATE wave SET to_day = '2027-01-01'",
    "UPDATE wave SET basis = 'probability'",
    "UPDATE wave SET opened = opened",
    "DELETE FROM wave",
    "UPDATE wave_mode SET mode = 'kiosk'",
    "DELETE FROM wave_mode",
    "UPDATE wave_place SET place = 'bbbbbbbb'",
    "DELETE FROM wave_place",
    "UPDATE wave_version SET offered = offered",
    "DELETE FROM wave_version",
    "UPDATE published_release SET standard = NULL",
    "DELETE FROM published_release",
    "UPDATE published_agency SET name = 'x'",
    "DELETE FROM published_agency",
    "UPDATE published_wording SET text = 'y'",
    "DELETE FROM published_wording",
    "UPDATE published_cell SET value = 510",
    "DELETE FROM published_cell",
    "UPDATE release_withdrawal SET reason = 'y'",
    "DELETE FROM release_withdrawal",
)
KEPT = (
    "audit_entry",
    "consent_text",
    "instrument_version",
    "wave",
    "wave_place",
    "published_release",
    "published_cell",
    "release_withdrawal",
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_must_never_change_is_refused(site: Site, change: str) -> None:
    with site.stores.main.writing() as connection:
        fill(connection)
    with site.stores.main.writing() as connection, pytest.raises(IntegrityError, match="is never changed"):
        connection.execute(text(change))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", KEPT)
def test_what_must_never_change_cannot_be_truncated(site: Site, table: str) -> None:
    with site.stores.main.writing() as connection, pytest.raises(IntegrityError, match="is never changed"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


def test_a_wave_can_be_closed_and_frozen_and_that_stays(site: Site) -> None:
    close, freeze = text("UPDATE wave SET closed = opened"), text("UPDATE wave SET frozen = plan_hash")
    with site.stores.main.writing() as connection:
        fill(connection)
        for act in (close, close, freeze, freeze):
            connection.execute(act)
    for change in (
        "UPDATE wave SET closed = NULL",
        "UPDATE wave SET closed = '2026-01-01 00:00:00'",
        "UPDATE wave SET frozen = NULL",
    ):
        with (
            pytest.raises(IntegrityError, match="is never changed"),
            site.stores.main.writing() as connection,
        ):
            connection.execute(text(change))


def test_the_rights_of_the_web_role_name_every_table() -> None:
    assert set(WEB_RIGHTS) == {*ROWS, "alembic_version"}
