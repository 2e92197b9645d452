"""A wave that was changed behind the program, or never opened by it, is named by `longdan verify`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, text, update

from survey.cli.main import longdan
from survey.waves import plan as plans
from survey.waves.models import Wave, WavePlace
from survey.waves.sealed import seal_faults
from tests.survey.answers.collecting import collecting

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from survey.site import Site


@pytest.fixture
def opened(site: Site) -> Site:
    collecting(site.stores.main, places=2)
    with site.stores.main.reading() as connection:
        assert seal_faults(connection) == []
    return site


def another_plan(connection: Connection) -> None:
    """Another standard, with a hash that fits."""
    said = json.loads(str(connection.scalar(select(Wave.plan))))
    plan = json.dumps(said | {"standard": 60.0}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    connection.execute(update(Wave).values(plan=plan, plan_hash=plans.plan_hash(plan)))


def another_text(connection: Connection) -> None:
    connection.execute(update(Wave).values(plan=Wave.plan + " "))


def another_hash(connection: Connection) -> None:
    connection.execute(update(Wave).values(plan_hash="0" * 64))


def a_longer_wave(connection: Connection) -> None:
    connection.execute(text("UPDATE wave SET to_day = '2026-12-31'"))


def another_basis(connection: Connection) -> None:
    connection.execute(update(Wave).values(basis="probability"))


def one_place_less(connection: Connection) -> None:
    connection.execute(text("DELETE FROM wave_place WHERE place = 'placeaaa'"))


def another_mode(connection: Connection) -> None:
    connection.execute(text("UPDATE wave_mode SET mode = 'kiosk'"))


CHANGES = (
    another_plan,
    another_text,
    another_hash,
    a_longer_wave,
    another_basis,
    one_place_less,
    another_mode,
)


def without_triggers(connection: Connection) -> None:
    """As who owns the database can."""
    names = {
        "wave": ["keep_wave", "keep_wave_there"],
        "wave_mode": ["keep_wave_mode"],
        "wave_place": ["keep_wave_place"],
    }
    for table, triggers in names.items():
        for name in triggers:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
            elif table == "wave":
                connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {name}_{act}"))


@pytest.mark.parametrize("change", CHANGES, ids=lambda act: act.__name__)
def test_a_wave_that_was_changed_is_named(opened: Site, change: Callable[[Connection], None]) -> None:
    with opened.stores.main.writing() as connection:
        without_triggers(connection)
        change(connection)
    with opened.stores.main.reading() as connection:
        (fault,) = seal_faults(connection)
    assert (fault.code, fault.where) == ("PLAN_CHANGED", "wave 2026-q1")
    done = CliRunner().invoke(longdan, ["verify", "--home", str(opened.home.path)])
    assert done.exit_code == 1
    assert "wave 2026-q1: PLAN_CHANGED" in done.stderr


def test_a_place_that_was_added_is_named(opened: Site) -> None:
    """No trigger can refuse it, since opening does the same."""
    with opened.stores.main.writing() as connection:
        connection.execute(
            text("INSERT INTO place (id, code, name, organisation, valid_from)"
                 " VALUES ('zzzzzzzz', 'p9999', 'Nơi khác', '001', '2025-07-01')")
        )  # fmt: skip
        connection.execute(insert(WavePlace).values(wave="2026-q1", place="zzzzzzzz"))
        assert "places" in seal_faults(connection)[0].got


def test_a_wave_that_the_program_did_not_open_is_named(opened: Site) -> None:
    with opened.stores.main.writing() as connection:
        row = dict(connection.execute(select(Wave.__table__)).mappings().one())
        connection.execute(insert(Wave).values(row | {"id": "planted"}))
        (fault,) = seal_faults(connection)
    assert fault.where == "wave planted"
    assert "(none)" in fault.expected
