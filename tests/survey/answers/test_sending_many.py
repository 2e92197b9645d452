"""Many responses at once: what is kept is what would be kept of each for itself, or nothing at all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from survey import keys
from survey.answers import receipts, sending
from survey.answers.models import Answer, Arrival, Batch, Comment, Inbox, Response, Sent
from survey.answers.sealing import unseal
from survey.answers.sending import send
from survey.answers.sending_many import Sending, send_many
from survey.answers.settling import settle
from survey.refusal import Refusal
from survey.waves.models import Wave
from tests.survey.answers.collecting import NOW, collecting, count, kept, token

if TYPE_CHECKING:
    from survey.answers.sent_response import SentResponse
    from survey.site import Site
    from tests.survey.answers.collecting import Collecting

RANDOM = {"id", "receipt_hash"}


def people(asked: Collecting, number: int) -> list[SentResponse]:
    """So many people at every place in turn, half of them with a receipt, each known by an interviewer."""
    return [
        asked.response(
            place=asked.places[person % len(asked.places)],
            interviewer=f"i{person}",
            wants_receipt=bool(person % 2),
        )
        for person in range(number)
    ]


def sendings(responses: list[SentResponse], *, apart: timedelta = timedelta(minutes=7)) -> list[Sending]:
    return [Sending(token(), one, NOW + place * apart) for place, one in enumerate(responses)]


def contents(site: Site) -> dict[str, dict[str, Any]]:
    """What waits in the inbox, by interviewer, each opened with the key of its batch."""
    home, stores = site
    with stores.main.reading() as connection:
        rows = connection.execute(select(Inbox.__table__)).all()
    opened = [unseal(keys.batch_read(home, row.batch), row.sealed, bound_to=row.token_hash) for row in rows]
    return {content["interviewer"]: content for content in opened}


def settled(site: Site) -> dict[str, tuple[dict[str, Any], Counter[Any], Counter[Any]]]:
    """Response, answers and comments as they are kept, by interviewer."""
    with site.stores.main.reading() as connection:
        rows = connection.execute(select(Response.__table__)).mappings().all()
        answers = connection.execute(select(Answer.__table__)).all()
        texts = connection.execute(select(Comment.__table__)).all()
    return {
        row["interviewer"]: (
            {name: value for name, value in row.items() if name not in RANDOM},
            Counter(tuple(one[1:]) for one in answers if one.response == row["id"]),
            Counter(tuple(one[1:]) for one in texts if one.response == row["id"]),
        )
        for row in rows
    }


def test_they_settle_as_if_each_had_been_sent_for_itself(site: Site) -> None:
    home, stores = site
    found = []
    for bulk in (True, False):
        asked = collecting(stores.main, wave=f"wave-{bulk}".lower(), instrument="service_responsibility")
        asked.rng.seed(3)
        sent = sendings(people(asked, 45))
        if bulk:
            assert send_many(stores.main, home, sent) == 45
        else:
            for one in sent:
                send(stores.main, home, one.token, one.response, one.now)
        assert contents(site).keys() == {one.response.interviewer for one in sent}
        settle(stores.main, home)
        with stores.main.reading() as connection:
            hours = select(Arrival.place, Arrival.day, Arrival.hour, Arrival.responses)
            came = connection.execute(hours.where(Arrival.wave == asked.wave)).all()
            hashes = set(connection.scalars(select(Response.receipt_hash)))
        kept_now = settled(site)
        with stores.main.writing() as connection:
            connection.execute(Response.__table__.delete())
        for response, _, _ in kept_now.values():
            assert response.pop("wave") == asked.wave
        secrets = {receipts.hashes(one.token)[1] for one in sent if one.response.wants_receipt}
        assert hashes == secrets | {None}
        found.append((kept_now, Counter(came)))
    assert len(found[0][0]) == 45
    assert found[0] == found[1]


def test_a_token_that_was_used_or_stands_twice_counts_once(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    used = sendings(people(asked, 3))
    send(stores.main, home, used[0].token, used[0].response, NOW)
    new = [*used, *used, *sendings(people(asked, 2))]
    assert send_many(stores.main, home, new) == 4
    assert send_many(stores.main, home, new) == 0
    assert count(stores.main, Inbox) == count(stores.main, Sent) == 5
    with stores.main.reading() as connection:
        assert sum(connection.scalars(select(Arrival.responses))) == 5


def test_batches_are_filled_first_and_none_takes_too_many(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, stores = site
    monkeypatch.setattr(sending, "BATCH_MOST", 3)
    asked = collecting(stores.main, places=1)
    send(stores.main, home, token(), asked.response(), NOW)
    send_many(stores.main, home, sendings(people(asked, 6), apart=timedelta(days=1)))
    with stores.main.reading() as connection:
        batches = Counter(connection.scalars(select(Inbox.batch)))
        days = sorted(connection.execute(select(Batch.day)).scalars())
    assert sorted(batches.values()) == [1, 3, 3]
    assert [(day - days[0]).days for day in days] == [0, 2, 5]
    assert set(batches) == set(keys.batches(home))


def test_every_fault_is_told_with_its_number_and_nothing_is_kept(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    sent = sendings(people(asked, 4))
    sent[1] = replace(sent[1], response=replace(sent[1].response, place="zzzzzzzz"))
    values = dict(sent[3].response.values) | {"courtesy": 9, "unheard_of": 1}
    sent[3] = replace(sent[3], response=replace(sent[3].response, values=values))
    with pytest.raises(Refusal) as refusal:
        send_many(stores.main, home, sent)
    told = [(fault.where.partition(":")[0], fault.code) for fault in refusal.value.faults]
    assert told == [
        ("response 2", "NOT_IN_WAVE"),
        ("response 4", "UNKNOWN_VALUE"),
        ("response 4", "UNKNOWN_VARIABLE"),
    ]
    assert kept(stores.main) == count(stores.main, Sent) == count(stores.main, Arrival) == 0
    assert keys.batches(home) == []


def test_a_closed_wave_takes_none_and_a_short_token_is_a_mistake(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    with pytest.raises(ValueError, match="10 bytes"):
        send_many(stores.main, home, [Sending(b"short", asked.response(), NOW)])
    with stores.main.writing() as connection:
        connection.execute(update(Wave).values(closed=NOW))
    with pytest.raises(Refusal) as refusal:
        send_many(stores.main, home, sendings(people(asked, 2)))
    assert [fault.code for fault in refusal.value.faults] == ["WAVE_CLOSED"] * 2
    assert send_many(stores.main, home, []) == 0
