"""On PostgreSQL the role that serves pages takes answers in and cannot read what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from survey.stores import Main, open_stores, postgresql_engine
from tests.survey.migrations.rows import BESIDE, ROWS
from tests.survey.migrations.test_constraints import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from survey.stores import Store

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

REFUSED = (
    "SELECT * FROM response",
    "SELECT id FROM response",
    "SELECT receipt_hash FROM response",
    "DELETE FROM response",
    "SELECT receipt_hash FROM withdrawal_request",
    "DELETE FROM withdrawal_request",
    "SELECT count(*) FROM answer",
    "SELECT code FROM answer",
    "SELECT text FROM comment",
    "SELECT sealed FROM inbox",
    "SELECT r.place, a.code FROM response r JOIN answer a ON a.response = r.id",
    "INSERT INTO response SELECT * FROM response",
    "INSERT INTO answer (response, variable, code) VALUES ('a', 'b', 1)",
    "UPDATE response SET day = NULL",
    "UPDATE inbox SET sealed = ''",
    "UPDATE wave SET closed = NULL",
    "UPDATE audit_entry SET actor = ''",
    "DELETE FROM audit_entry",
    "DELETE FROM arrival",
    "UPDATE account SET role = 'operator'",
    "UPDATE account SET agency = NULL",
    "UPDATE account SET disabled = NULL",
    "DELETE FROM account",
    "INSERT INTO account SELECT * FROM account",
    "INSERT INTO account_link SELECT * FROM account_link",
    "UPDATE account_link SET expires = NULL",
    "UPDATE account_link SET account = 1",
    "INSERT INTO published_cell SELECT * FROM published_cell",
    "UPDATE published_cell SET value = 0",
    "DELETE FROM published_release",
    "INSERT INTO release_withdrawal SELECT * FROM release_withdrawal",
    "TRUNCATE response",
    "CREATE TABLE mine (x integer)",
    "UPDATE alembic_version SET version_num = ''",
)
ALLOWED = (
    "SELECT * FROM place",
    "SELECT plan FROM wave",
    "SELECT * FROM published_cell",
    "SELECT token_hash, batch FROM inbox",
    "DELETE FROM inbox WHERE receipt_hash = 'a' RETURNING batch",
    "INSERT INTO withdrawal_request VALUES ('a') ON CONFLICT DO NOTHING",
    "SELECT version_num FROM alembic_version",
    "UPDATE account SET password = NULL, totp_secret = NULL",
    "UPDATE account_link SET used = NULL WHERE account = 1",
    "SELECT name FROM account WHERE id = 1 FOR UPDATE",
)
TAKES_IN = (
    "batch",
    "inbox",
    "sent",
    "arrival",
    "draft",
    "withdrawal",
    "device",
    "pairing",
    "account_setup",
    "account_session",
    "sign_in_attempt",
    "audit_entry",
)


@pytest.fixture
def web(site: Site) -> Iterator[Store]:
    """The main store as the process that serves pages has it, with rows in every table."""
    with site.stores.main.writing() as connection:
        fill(connection)
    stores = open_stores(site.home, role="web")
    yield stores.main
    stores.close()


def test_it_is_a_role_of_its_own(site: Site, web: Store) -> None:
    with web.reading() as connection, site.stores.main.reading() as owner:
        who = [one.scalar(text("SELECT current_user")) for one in (connection, owner)]
    assert who[0] == f"{who[1]}_web"


@pytest.mark.parametrize("statement", REFUSED)
def test_it_cannot_read_answers_or_change_what_was_kept(web: Store, statement: str) -> None:
    with (
        web.writing() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", ALLOWED)
def test_it_can_do_its_work(web: Store, statement: str) -> None:
    with web.writing() as connection:
        connection.execute(text(statement))


def test_it_takes_answers_in(web: Store) -> None:
    with web.writing() as connection:
        for name in TAKES_IN:
            connection.execute(insert(Main.metadata.tables[name]).values(ROWS[name] | BESIDE[name]))


def test_no_role_opens_the_other_store(site: Site) -> None:
    main, other = (make_url(site.home.settings.address(name)) for name in ("main", "participation"))
    strangers = [(other, main.username), (other, f"{main.username}_web"), (main, other.username)]
    for url, role in strangers:
        engine = postgresql_engine(url.render_as_string(), site.home, user=role)
        with pytest.raises(OperationalError, match="permission denied for database"), engine.connect():
            pass
        engine.dispose()


def test_a_role_needs_its_password(site: Site) -> None:
    site.home.passwords.unlink()
    engine = postgresql_engine(site.home.settings.database, site.home)
    with pytest.raises(OperationalError, match="no password supplied"), engine.connect():
        pass
