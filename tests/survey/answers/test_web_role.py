"""The process that serves pages does its whole work under the web role of PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from survey.answers import drafts, receipts
from survey.answers.models import Inbox, Response, Withdrawal
from survey.answers.sending import send
from survey.answers.settling import settle
from survey.registry import devices
from survey.site import open_site
from survey.waves.reads import open_waves
from tests.survey.answers.collecting import DAY, NOW, collecting, count, token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from survey.stores import Store

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def web(site: Site) -> Iterator[Store]:
    """The main store as pages have it."""
    opened = open_site(site.home.path, role="web")
    yield opened.stores.main
    opened.stores.close()


def test_answers_are_sent_once_and_withdrawn_waiting_and_settled(site: Site, web: Store) -> None:
    home, stores = site
    asked = collecting(stores.main)
    tokens = [token() for _ in range(21)]
    for one in (*tokens, tokens[0]):
        send(web, home, one, asked.response(wants_receipt=True), NOW)
    assert count(stores.main, Inbox) == len(tokens)
    settle(stores.main, home)
    waiting = token()
    send(web, home, waiting, asked.response(wants_receipt=True), NOW)
    for one in (tokens[3], waiting, tokens[3]):
        receipts.withdraw(web, receipts.code(one), pause=lambda _: None)
    assert count(stores.main, Inbox) == 0
    settle(stores.main, home)
    assert count(stores.main, Response) == 20
    with web.reading() as connection:
        assert connection.scalar(select(Withdrawal.n)) == 2
        assert [wave.id for wave in open_waves(connection, DAY)] == [asked.wave]


def test_drafts_are_kept_changed_and_dropped(site: Site, web: Store) -> None:
    asked, secret = collecting(site.stores.main), drafts.new()
    for page in (1, 2):
        with web.writing() as connection:
            drafts.write(
                connection, secret, wave=asked.wave, instrument=asked.instrument, content={"page": page},
                today=DAY, days=7,
            )  # fmt: skip
    with web.writing() as connection:
        assert drafts.read(connection, secret, today=DAY) == {"page": 2}
        drafts.drop(connection, secret)
        assert drafts.read(connection, secret, today=DAY) is None


def test_kiosks_are_paired_recognised_renewed_and_revoked(site: Site, web: Store) -> None:
    place = collecting(site.stores.main).places[0]
    with site.stores.main.writing() as connection:
        code = devices.new_pairing(connection, place, NOW)
    with web.writing() as connection:
        paired = devices.pair(connection, code, place, NOW)
    assert paired is not None
    next_day = NOW + timedelta(days=1)
    states = []
    with web.writing() as connection:
        offered = devices.recognise(connection, paired.cookie, place, next_day).cookie
    assert offered is not None
    for cookie in (offered, paired.cookie, offered):  # the superseded one comes back in between
        with web.writing() as connection:
            states.append(devices.recognise(connection, cookie, place, next_day).state)
    assert states == ["paired", "revoked", "revoked"]
