"""Settling moves every answer once, leaves no order behind, and survives a crash between any two steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select

from questionnaires.model import Missing
from survey import keys
from survey.answers import receipts
from survey.answers.anchor import Anchor, anchor_faults
from survey.answers.models import Answer, Batch, Comment, Inbox, Response, Sent, Withdrawal
from survey.answers.sending import send
from survey.answers.settling import settle
from tests.survey.answers.collecting import DAY, NOW, collecting, count, kept, token
from tests.survey.answers.killing import killer

if TYPE_CHECKING:
    from datetime import datetime

    from survey.site import Site
    from tests.survey.answers.collecting import Collecting


def people(site: Site, asked: Collecting, number: int, *, now: datetime = NOW, place: int = 0) -> list[bytes]:
    home, stores = site
    tokens = [token() for _ in range(number)]
    for one in tokens:
        response = asked.response(place=asked.places[place], wants_receipt=True)
        send(stores.main, home, one, response, now)
    return tokens


def test_a_place_settles_once_it_has_twenty(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    people(site, asked, 19)
    people(site, asked, 25, place=1)
    settled = settle(stores.main, home)
    assert settled.responses == {asked.wave: 25}
    assert (settled.waiting, settled.faults, settled.lost) == (19, (), 0)
    assert (count(stores.main, Response), count(stores.main, Inbox)) == (25, 19)
    people(site, asked, 1)
    assert settle(stores.main, home).responses == {asked.wave: 20}
    assert count(stores.main, Inbox) == count(stores.main, Batch) == 0
    assert count(stores.main, Sent) == 45
    assert keys.batches(home) == []


def test_every_answer_arrives_as_it_was_sent(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, instrument="service_responsibility")
    sent = [asked.response(interviewer=f"i{number}", seconds=number * 20) for number in range(40)]
    for response in sent:
        send(stores.main, home, token(), response, NOW + timedelta(days=1))
    settle(stores.main, home)
    with stores.main.reading() as connection:
        rows = {row.interviewer: row for row in connection.execute(select(Response.__table__))}
        found: dict[str, dict[str, object]] = {}
        for row in connection.execute(select(Answer.__table__)):
            value = Missing(row.missing) if row.missing else row.code if row.number is None else row.number
            found.setdefault(row.response, {})[row.variable] = value
        texts: dict[str, dict[str, str]] = {}
        for row in connection.execute(select(Comment.__table__)):
            texts.setdefault(row.response, {})[row.item] = row.text
    assert len(rows) == 40
    for response in sent:
        row = rows[response.interviewer]
        assert found[row.id] == dict(response.values)
        assert texts.get(row.id, {}) == dict(response.comments)
        same = ("wave", "instrument", "place", "received", "mode", "language", "consent", "repeat")
        assert [getattr(row, name) for name in same] == [getattr(response, name) for name in same]
        assert row.day == DAY + timedelta(days=1)
        assert 0 <= row.seconds <= 7


def test_ids_are_fresh_and_go_in_sorted(site: Site, database: str) -> None:
    home, stores = site
    asked = collecting(stores.main, places=3)
    for place in range(3):
        people(site, asked, 30, place=place)
    settle(stores.main, home)
    position = "ctid" if database == "postgresql" else "rowid"
    with stores.main.reading() as connection:
        for table, column in (("response", "id"), ("answer", "response")):
            query = f"SELECT {column} FROM {table} ORDER BY {position}"  # noqa: S608 - two names of ours
            ids = [row[0] for row in connection.exec_driver_sql(query)]
            assert ids == sorted(ids)
            assert len(set(ids)) == 90
        if database == "postgresql":
            query = "SELECT count(DISTINCT xmin::text) FROM response"
            assert connection.exec_driver_sql(query).scalar() == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_write_ahead_log_is_empty_afterwards(site: Site) -> None:
    home, stores = site
    people(site, collecting(stores.main), 20)
    settle(stores.main, home)
    assert (home.path / "main.db-wal").stat().st_size == 0


def test_a_crash_at_any_step_loses_and_doubles_nothing(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, places=3)
    sent = 0
    with killer(home.path) as kill:
        for point in range(1, 30):
            for place in range(3):
                people(site, asked, 20, place=place)
            sent += 60
            killed = kill(point)
            assert kept(stores.main) == sent
            with stores.main.reading() as connection:
                batches = set(connection.scalars(select(Batch.id)))
                assert anchor_faults(connection) == []
            assert batches <= set(keys.batches(home))  # a batch without its key must be impossible
            settle(stores.main, home, anchor=Anchor(NOW, "command"))
            assert count(stores.main, Response) == sent
            assert keys.batches(home) == []
            if not killed:
                break
    assert 6 < point < 29


def test_a_key_that_no_batch_has_is_destroyed(site: Site) -> None:
    home, stores = site
    collecting(stores.main)
    keys.batch_create(home, "0" * 32)  # as a crash between key and commit leaves it
    settle(stores.main, home)
    assert keys.batches(home) == []


def test_answers_that_no_key_opens_stay_and_are_named(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    people(site, asked, 20)
    [lost] = keys.batches(home)
    people(site, asked, 20, place=1)
    keys.batch_destroy(home, lost)
    settled = settle(stores.main, home)
    assert settled.responses == {asked.wave: 20}
    [fault] = settled.faults
    assert lost in fault.where
    assert count(stores.main, Inbox) == 20
    given_up = settle(stores.main, home, wave=asked.wave, least=0, give_up=True)
    assert given_up.lost == 20
    assert count(stores.main, Inbox) == count(stores.main, Batch) == 0


def test_a_withdrawal_takes_away_what_waits_and_what_has_settled(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    settled = people(site, asked, 21)
    settle(stores.main, home)
    waiting = people(site, asked, 2)
    for one in (settled[3], waiting[0], settled[3], waiting[0]):
        receipts.withdraw(stores.main, receipts.code(one).lower().replace("-", " "), pause=lambda _: None)
    assert (count(stores.main, Response), count(stores.main, Inbox)) == (21, 1)
    settle(stores.main, home)
    assert (count(stores.main, Response), count(stores.main, Inbox)) == (20, 1)
    with stores.main.reading() as connection:
        assert connection.scalar(select(func.count(Answer.response.distinct()))) == 20
        [row] = connection.execute(select(Withdrawal.__table__)).all()
    assert (row.wave, row.place, row.n) == (asked.wave, asked.places[0], 2)


def test_a_batch_emptied_by_withdrawals_does_no_harm(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    people(site, asked, 3)
    with stores.main.writing() as connection:
        connection.execute(delete(Inbox))
    assert settle(stores.main, home).responses == {}
    settle(stores.main, home, wave=asked.wave, least=0)
    assert count(stores.main, Batch) == 0
