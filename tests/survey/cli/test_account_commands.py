"""`longdan account`: links on stdout alone, refusals with every fault, the machine form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey.accounts import links
from survey.accounts.models import Account
from survey.audit.models import Entry
from survey.cli.main import longdan
from survey.cli.site import FIRST_ACCOUNT
from survey.site import open_site
from tests.survey.web.collecting import NOW, collect

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from click.testing import Result

    from survey.site import Site

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
URL = "http://127.0.0.1:8000/sign-in/link/"


def run(site: Site, *words: str) -> Result:
    return CliRunner().invoke(longdan, ["account", *words, "--home", str(site.home.path)])


def told(site: Site, *words: str) -> dict[str, object]:
    done = run(site, *words, "--json")
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def lasts(site: Site, link: object) -> float:
    """How many minutes a link has from now on."""
    code = str(link).removeprefix(URL)
    with site.stores.main.reading() as connection:
        made: datetime = connection.scalars(select(Entry.minute).order_by(Entry.number.desc())).first() or NOW
        found = links.look(connection, code, made)
    assert found is not None
    return (found.expires - made).total_seconds() / 60


def test_an_account_is_added_and_its_link_stands_alone_on_stdout(site: Site) -> None:
    done = run(site, "add", "tran.lan", "--role", "department")
    assert done.exit_code == 0
    (link,) = done.stdout.splitlines()
    assert link.startswith(URL)
    assert done.stderr == "tran.lan: to be opened by its holder within 24 hours; it works once\n"
    assert 24 * 60 <= lasts(site, link) <= 24 * 60 + 1


def test_the_machine_form_has_every_part(site: Site) -> None:
    collect(site)
    made = told(site, "add", "an", "--role", "agency", "--agency", "P0")
    assert {name: made[name] for name in ("name", "role", "agency")} == {
        "name": "an",
        "role": "agency",
        "agency": "P0",
    }
    again = told(site, "link", "an")
    assert set(again) == {"name", "link"}
    assert 15 <= lasts(site, again["link"]) <= 16
    assert told(site, "role", "an", "--role", "operator") == {
        "name": "an",
        "role": "operator",
        "agency": None,
    }
    assert told(site, "disable", "an") == {"name": "an", "disabled": True}
    state = {"name": "an", "role": "operator", "agency": None, "state": "disabled", "sessions": 0}
    assert told(site, "list") == {"accounts": [state]}
    assert str(told(site, "enable", "an")["link"]).startswith(URL)
    assert told(site, "list") == {"accounts": [state | {"state": "not set up"}]}


def test_what_is_done_is_said_in_words(site: Site) -> None:
    run(site, "add", "an", "--role", "operator")
    assert run(site, "list").stdout == "an: operator, not set up, browsers signed in 0\n"
    changed = run(site, "role", "an", "--role", "researcher").stdout
    assert changed == "an: researcher from now on; signed out everywhere\n"
    assert run(site, "disable", "an").stdout == "an: disabled, and signed out everywhere\n"
    assert "within 15 minutes" in run(site, "enable", "an").stderr
    with site.stores.main.reading() as connection:
        rows = connection.execute(select(Entry).order_by(Entry.number.desc()).limit(4)).all()
    assert [(row.actor, row.act) for row in reversed(rows)] == [
        ("command", "account added"),
        ("command", "account role changed"),
        ("command", "account disabled"),
        ("command", "account enabled"),
    ]


def test_every_fault_is_told_and_nothing_is_kept(site: Site) -> None:
    done = run(site, "add", "Lan", "--role", "agency", "--agency", "NOWHERE")
    assert done.exit_code == 1
    assert [line.split()[2] for line in done.stderr.splitlines()] == ["ACCOUNT_NAME", "UNKNOWN_AGENCY"]
    done = run(site, "add", "lan", "--role", "agency", "--agency", "NOWHERE")
    assert [line.split()[2] for line in done.stderr.splitlines()] == ["UNKNOWN_AGENCY"]
    done = run(site, "add", "lan", "--role", "agency")
    assert [line.split()[2] for line in done.stderr.splitlines()] == ["ACCOUNT_AGENCY"]
    assert run(site, "link", "lan").exit_code == 1
    with site.stores.main.reading() as connection:
        assert connection.execute(select(Account)).all() == []


@pytest.mark.parametrize(
    "words", [("add", "lan"), ("add", "lan", "--role", "owner"), ("add", "--role", "operator"), ("link",)]
)
def test_wrong_usage_is_exit_code_2(site: Site, words: tuple[str, ...]) -> None:
    assert run(site, *words).exit_code == 2


def test_a_new_site_has_an_operator_who_is_not_set_up(database: str, tmp_path: Path) -> None:
    del database  # it makes a site of its own
    home = tmp_path / "fresh"
    done = CliRunner().invoke(longdan, ["init", "--home", str(home), "--json"])
    form = json.loads(done.stdout)
    assert form["account"] == FIRST_ACCOUNT
    site = open_site(home)
    assert 24 * 60 <= lasts(site, form["link"]) <= 24 * 60 + 1
    with site.stores.main.reading() as connection:
        (kept,) = connection.execute(select(Account)).all()
    assert (kept.name, kept.role, kept.password, kept.totp_secret) == (FIRST_ACCOUNT, "operator", None, None)
    site.stores.close()
