"""What an operator does with accounts, and what the audit chain says of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from survey import keys
from survey import site as sites
from survey.accounts import links, reads, sessions, totp, writes
from survey.accounts.models import Account, AccountLink
from survey.audit.models import Entry
from survey.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from survey.site import Site

NOW = datetime(2026, 11, 16, 2, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
HOW: dict[str, Any] = {"now": NOW, "actor": "test"}


def add(site: Site, name: str = "tran.lan", role: str = "department", agency: str | None = None) -> str:
    with site.stores.main.writing() as connection:
        return writes.add(connection, name, role, agency, **HOW)


def do(site: Site, verb: Callable[..., Any], *values: Any, now: datetime = NOW) -> Any:
    with site.stores.main.writing() as connection:
        return verb(connection, *values, now=now, actor="test")


def number(connection: Connection, name: str = "tran.lan") -> int:
    return connection.execute(select(Account.id).where(Account.name == name)).scalar_one()


def signed_in(site: Site, name: str = "tran.lan") -> str:
    """Set an account up and sign in, without a browser; the token of the session."""
    with site.stores.main.writing() as connection:
        account = number(connection, name)
        sealed = totp.seal(keys.read(site.home, "totp"), account, totp.new_secret())
        chosen = {"password": "$argon2id$x", "totp_secret": sealed}
        connection.execute(update(Account).where(Account.id == account).values(**chosen))
        return sessions.begin(connection, account, NOW)


def listed(site: Site, now: datetime = LATER) -> dict[str, reads.AccountView]:
    with site.stores.main.reading() as connection:
        return {one.name: one for one in reads.accounts(connection, now)}


def newest_acts(site: Site, count: int) -> list[tuple[str, str, str, dict[str, Any]]]:
    with site.stores.main.reading() as connection:
        rows = connection.execute(select(Entry).order_by(Entry.number.desc()).limit(count)).all()
    return [(row.actor, row.act, row.subject, json.loads(row.detail)) for row in reversed(rows)]


def test_an_account_is_added_once_and_set_up_by_its_holder(site: Site) -> None:
    add(site)
    add(site, "an", "agency", "P0")
    assert listed(site) == {
        "an": reads.AccountView("an", "agency", "P0", "not set up", 0),
        "tran.lan": reads.AccountView("tran.lan", "department", None, "not set up", 0),
    }
    assert newest_acts(site, 2) == [
        ("test", "account added", "tran.lan", {"role": "department", "agency": None}),
        ("test", "account added", "an", {"role": "agency", "agency": "P0"}),
    ]
    with pytest.raises(Refusal) as refused:
        add(site)
    assert [fault.code for fault in refused.value.faults] == ["ACCOUNT_EXISTS"]


@pytest.mark.parametrize(
    "name", ["", "a", "Lan", "lan ", "1lan", "l" * 41, "lân", "a\0b", "../x", "a_b", "</script>=1+1", "а.lan"]
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_name_is_plain(site: Site, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        add(site, name)
    assert [fault.code for fault in refused.value.faults] == ["ACCOUNT_NAME"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_account_is_called_as_the_chain_calls_acts_of_no_person(site: Site) -> None:
    assert sites.ACTOR in writes.RESERVED
    for name in writes.RESERVED:
        with pytest.raises(Refusal, match="ACCOUNT_NAME"):
            add(site, name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("role", "agency", "code"),
    [
        ("agency", None, "ACCOUNT_AGENCY"),
        ("agency", "", "ACCOUNT_AGENCY"),
        ("department", "P0", "ACCOUNT_AGENCY"),
        ("owner", None, "ACCOUNT_ROLE"),
    ],
)
def test_a_role_has_its_organisation_or_none(site: Site, role: str, agency: str | None, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        add(site, "X", role, agency)
    assert [fault.code for fault in refused.value.faults] == ["ACCOUNT_NAME", code]
    add(site)
    with pytest.raises(Refusal) as refused:
        do(site, writes.change_role, "tran.lan", role, agency)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert listed(site)["tran.lan"].role == "department"


def test_a_link_is_kept_by_its_hash_and_lasts_as_long_as_it_should(site: Site) -> None:
    first = add(site)
    with site.stores.main.reading() as connection:
        (kept,) = connection.execute(select(AccountLink)).all()
        assert first.encode() not in kept.code_hash
        assert kept.expires - kept.made == timedelta(hours=24)
    second = do(site, writes.new_link, "tran.lan", now=LATER)
    with site.stores.main.reading() as connection:
        (kept,) = connection.execute(select(AccountLink)).all()
        assert kept.expires - kept.made == timedelta(minutes=15)
        assert links.look(connection, first, LATER) is None
        assert links.look(connection, second, kept.expires) is None
        found = links.look(connection, second, LATER)
    assert found is not None
    assert (found.name, found.used) == ("tran.lan", None)
    assert newest_acts(site, 1) == [("test", "account link made", "tran.lan", {})]


def test_a_link_works_once_and_its_use_is_told_until_the_holder_knows(site: Site) -> None:
    code = add(site)
    token = signed_in(site)
    with site.stores.main.writing() as connection:
        assert [links.use(connection, code, LATER) for _ in range(2)] == [True, False]
        assert not links.use(connection, "x", LATER)
        account = number(connection)
        found = links.look(connection, code, NOW + timedelta(days=2))
        assert found is not None
        assert found.used == LATER
        for _ in range(2):
            holder = reads.holder(connection, token, LATER)
            assert holder is not None
            assert holder.links_used == (LATER,)
        assert [links.see(connection, account, LATER) for _ in range(2)] == [True, False]
        holder = reads.holder(connection, token, LATER)
        assert holder is not None
        assert holder.links_used == ()


def test_another_role_ends_every_session_at_once(site: Site) -> None:
    add(site)
    token = signed_in(site)
    assert listed(site)["tran.lan"].sessions == 1
    do(site, writes.change_role, "tran.lan", "agency", "P0", now=LATER)
    with site.stores.main.reading() as connection:
        assert reads.holder(connection, token, LATER) is None
        assert reads.why_ended(connection, token) == ("role", LATER)
    assert listed(site)["tran.lan"] == reads.AccountView("tran.lan", "agency", "P0", "set up", 0)
    detail = {"role": "agency", "agency": "P0", "before": "department"}
    assert newest_acts(site, 1) == [("test", "account role changed", "tran.lan", detail)]


def test_a_disabled_account_opens_nothing_until_it_is_set_up_anew(site: Site) -> None:
    code = add(site)
    token = signed_in(site)
    do(site, writes.disable, "tran.lan", now=LATER)
    with site.stores.main.reading() as connection:
        kept = connection.execute(select(Account)).one()
        assert (kept.password, kept.totp_secret) == (None, None)
        assert reads.holder(connection, token, LATER) is None
        assert links.look(connection, code, LATER) is None
    assert listed(site)["tran.lan"].state == "disabled"
    for verb in (writes.new_link, writes.disable):
        with pytest.raises(Refusal, match="ACCOUNT_DISABLED"):
            do(site, verb, "tran.lan")
    again = do(site, writes.enable, "tran.lan", now=LATER)
    with site.stores.main.reading() as connection:
        assert links.look(connection, again, LATER) is not None
        assert reads.holder(connection, token, LATER) is None
    assert listed(site)["tran.lan"].state == "not set up"
    with pytest.raises(Refusal, match="ACCOUNT_ENABLED"):
        do(site, writes.enable, "tran.lan")
    acts = [act for _, act, _, _ in newest_acts(site, 2)]
    assert acts == ["account disabled", "account enabled"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_account_that_is_not_there_is_refused(site: Site) -> None:
    verbs: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (writes.new_link, ()),
        (writes.disable, ()),
        (writes.enable, ()),
        (writes.change_role, ("operator", None)),
    ]
    for verb, values in verbs:
        with pytest.raises(Refusal, match="account list") as refused:
            do(site, verb, "nobody", *values)
        assert [fault.code for fault in refused.value.faults] == ["UNKNOWN_ACCOUNT"]


def test_a_session_lasts_twelve_hours_at_most_and_old_ones_are_forgotten(site: Site) -> None:
    add(site)
    token = signed_in(site)
    end = NOW + timedelta(hours=12)
    with site.stores.main.writing() as connection:
        assert reads.holder(connection, token, end - timedelta(seconds=1)) is not None
        assert reads.holder(connection, token, end) is None
        account = number(connection)
        sessions.begin(connection, account, end)
        assert reads.sessions(connection, account, end) == [end]
        assert reads.why_ended(connection, token) is None


def test_other_sessions_can_be_ended_and_this_one_goes_on(site: Site) -> None:
    add(site)
    mine, other = signed_in(site), signed_in(site)
    with site.stores.main.writing() as connection:
        account = number(connection)
        assert sessions.end_others(connection, account, mine, "elsewhere", LATER) == 1
        assert reads.holder(connection, mine, LATER) is not None
        assert reads.holder(connection, other, LATER) is None
        assert reads.why_ended(connection, other) == ("elsewhere", LATER)
        sessions.end(connection, other, "signed_out", LATER)
        assert reads.why_ended(connection, other) == ("elsewhere", LATER)


def test_a_new_key_of_secrets_signs_everybody_out_and_asks_for_new_links(site: Site) -> None:
    code = add(site)
    add(site, "an", "agency", "P0")
    token = signed_in(site)
    old = keys.read(site.home, "totp")
    sites.rotate(site, "totp", now=LATER)
    assert keys.read(site.home, "totp") != old
    with site.stores.main.reading() as connection:
        assert reads.why_ended(connection, token) == ("key", LATER)
        assert links.look(connection, code, LATER) is None
    assert {one.state for one in listed(site).values()} == {"not set up"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_site_of_an_earlier_version_gets_the_key_by_upgrade(site: Site) -> None:
    (site.home.keys / "totp").unlink()
    kept = keys.read(site.home, "session")
    assert sites.upgrade(site.home.path, now=NOW) == []
    assert len(keys.read(site.home, "totp")) == keys.LENGTH
    assert keys.read(site.home, "session") == kept
