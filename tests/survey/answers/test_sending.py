"""A response is kept once, whole and sealed, or refused with every reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from questionnaires.model import Missing
from survey import keys
from survey.answers import drafts, receipts, sending
from survey.answers.models import Arrival, Batch, Draft, Inbox, Sent
from survey.answers.sealing import size_of, unseal
from survey.answers.sending import send
from survey.refusal import Refusal
from survey.stores import open_stores
from survey.waves.models import Wave
from tests.survey.answers.collecting import DAY, NOW, collecting, count, token

if TYPE_CHECKING:
    from survey.config import Home
    from survey.stores import Stores

Site = tuple["Home", "Stores"]


def test_a_sent_response_waits_sealed_under_the_key_of_its_batch(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    response, mine = asked.response(wants_receipt=True), token()
    send(stores.main, home, mine, response, NOW)
    with stores.main.reading() as connection:
        [row] = connection.execute(select(Inbox.__table__)).all()
        [batch] = connection.execute(select(Batch.__table__)).all()
        [arrival] = connection.execute(select(Arrival.__table__)).all()
    assert row.token_hash == sha256(mine).digest()
    content = unseal(keys.batch_read(home, batch.id), row.sealed, bound_to=row.token_hash)
    assert content["values"] == dict(response.values)
    assert (batch.wave, batch.place, batch.day) == (asked.wave, asked.places[0], DAY)
    assert (arrival.day, arrival.hour, arrival.responses) == (DAY, 9, 1)
    # one hash while waiting, another when settled: neither leads to the other
    assert row.receipt_hash not in {bytes.fromhex(content["receipt"]), None}


def test_the_same_token_counts_once(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    mine = token()
    send(stores.main, home, mine, asked.response(), NOW)
    send(stores.main, home, mine, asked.response(place=asked.places[1]), NOW)
    assert count(stores.main, Inbox) == count(stores.main, Sent) == 1
    with stores.main.reading() as connection:
        assert connection.scalar(select(Arrival.responses)) == 1


def test_four_sendings_at_once_with_one_token_make_one_response(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    several = [open_stores(home) for _ in range(4)]  # as four processes: no lock is shared
    try:
        for _ in range(5):
            mine, response = token(), asked.response()
            before = count(stores.main, Inbox)
            with ThreadPoolExecutor(4) as pool:
                for done in [pool.submit(send, one.main, home, mine, response, NOW) for one in several]:
                    done.result()
            assert count(stores.main, Inbox) == before + 1
    finally:
        for one in several:
            one.close()


def test_forty_sendings_at_once_lose_and_double_none(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    several = [open_stores(home) for _ in range(4)]
    tokens = [token() for _ in range(40)]
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [
                pool.submit(send, several[place % 4].main, home, tokens[place % 40], asked.response(), NOW)
                for place in range(80)
            ]:
                done.result()
    finally:
        for one in several:
            one.close()
    assert count(stores.main, Inbox) == 40
    with stores.main.reading() as connection:
        assert connection.scalar(select(Arrival.responses)) == 40
        batches = set(connection.scalars(select(Batch.id)))
    assert batches == set(keys.batches(home))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 4), max_size=12))
def test_whatever_is_sent_again_each_token_has_one_response(site: Site, order: list[int]) -> None:
    home, stores = site
    asked = collecting(stores.main, wave=f"wave-{count(stores.main, Wave)}")
    tokens = [token() for _ in range(5)]
    before = count(stores.main, Inbox)
    for number in order:
        send(stores.main, home, tokens[number], asked.response(), NOW)
    assert count(stores.main, Inbox) == before + len(set(order))


def test_every_response_costs_the_same_bytes(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, instrument="service_responsibility")
    limit = asked.instrument.item("comment").max_length or 2000
    short = asked.response(comments={}, seconds=None, channel=None)
    short = replace(short, values={**short.values, "comment": Missing.BLANK})
    values = {name: value for name, value in short.values.items() if name != "comment"}
    long = replace(short, values=values, comments={"comment": "😀" * limit}, interviewer="ế" * 40)
    for response in (short, long, asked.response()):
        send(stores.main, home, token(), response, NOW)
    with stores.main.reading() as connection:
        sizes = {len(sealed) for sealed in connection.scalars(select(Inbox.sealed))}
    assert sizes == {size_of(asked.instrument) + 28}  # and a nonce and a tag


def test_a_full_batch_takes_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    home, stores = site
    monkeypatch.setattr(sending, "BATCH_MOST", 3)
    asked = collecting(stores.main)
    for _ in range(7):
        send(stores.main, home, token(), asked.response(), NOW)
    with stores.main.reading() as connection:
        batches = list(connection.scalars(select(Inbox.batch)))
    assert sorted(batches.count(one) for one in set(batches)) == [1, 3, 3]


def test_a_batch_keeps_its_first_day(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    for days in range(3):
        send(stores.main, home, token(), asked.response(), NOW + timedelta(days=days))
    with stores.main.reading() as connection:
        assert list(connection.scalars(select(Batch.day))) == [DAY]
        assert len(list(connection.scalars(select(Arrival.day)))) == 3


def test_what_comes_after_a_lost_key_is_not_lost_with_it(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    send(stores.main, home, token(), asked.response(), NOW)
    for batch in keys.batches(home):
        keys.batch_destroy(home, batch)
    send(stores.main, home, token(), asked.response(), NOW)
    assert count(stores.main, Batch) == 2
    assert len(keys.batches(home)) == 1


def test_a_closed_wave_takes_nothing_but_repeats_quietly(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    mine = token()
    send(stores.main, home, mine, asked.response(), NOW)
    with stores.main.writing() as connection:
        connection.execute(update(Wave).values(closed=NOW))
    send(stores.main, home, mine, asked.response(), NOW)
    with pytest.raises(Refusal, match="WAVE_CLOSED"):
        send(stores.main, home, token(), asked.response(), NOW)
    with pytest.raises(Refusal, match="WAVE_CLOSED"):
        send(stores.main, home, token(), asked.response(wave="another"), NOW)
    assert count(stores.main, Sent) == 1


def test_everything_foreign_is_refused_at_once(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    foreign = asked.response(instrument="0" * 64, place="zzzzzzzz", mode="kiosk", consent="0" * 64)
    with pytest.raises(Refusal) as refusal:
        send(stores.main, home, token(), foreign, NOW)
    assert [fault.code for fault in refusal.value.faults] == [*["NOT_IN_WAVE"] * 3, "NO_CONSENT"]
    assert count(stores.main, Sent) == count(stores.main, Inbox) == 0
    assert keys.batches(home) == []


def test_values_unknown_to_the_instrument_are_refused_at_once(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    good = asked.response()
    values = {**good.values, "signs": 9, "courtesy": Missing.NOT_APPLICABLE, "invented": 1}
    del values["overall"]
    with pytest.raises(Refusal) as refusal:
        send(stores.main, home, token(), replace(good, values=values), NOW)
    found = {(fault.code, fault.where) for fault in refusal.value.faults}
    assert found == {
        ("UNKNOWN_VALUE", "signs"),
        ("UNKNOWN_VALUE", "courtesy"),
        ("UNKNOWN_VARIABLE", "invented"),
        ("MISSING_VARIABLE", "overall"),
    }
    assert count(stores.main, Sent) == 0


def test_a_guessable_token_is_a_mistake_of_the_program(site: Site) -> None:
    home, stores = site
    with pytest.raises(ValueError, match="10 bytes"):
        send(stores.main, home, b"short", collecting(stores.main).response(), NOW)


def test_only_the_web_gives_receipts(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, modes=("web", "kiosk"))
    mine = token()
    send(stores.main, home, mine, asked.response(mode="kiosk", wants_receipt=True), NOW)
    receipts.withdraw(stores.main, receipts.code(mine), pause=lambda _: None)
    assert count(stores.main, Inbox) == 1
    with stores.main.reading() as connection:
        [row] = connection.execute(select(Inbox.__table__)).all()
        content = unseal(keys.batch_read(home, row.batch), row.sealed, bound_to=row.token_hash)
    assert content["receipt"] is None
    assert len(row.receipt_hash) == 32  # it looks like any other


def test_a_draft_ends_when_it_is_sent(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    secret = drafts.new()
    for _ in range(2):
        with stores.main.writing() as connection:
            drafts.write(
                connection,
                secret,
                wave=asked.wave,
                instrument=asked.instrument,
                content={"page": 2},
                today=DAY,
                days=7,
            )
    assert count(stores.main, Draft) == 1
    send(stores.main, home, token(), asked.response(), NOW, draft=secret)
    assert count(stores.main, Draft) == 0


def test_a_refused_response_keeps_its_draft(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    secret = drafts.new()
    with stores.main.writing() as connection:
        drafts.write(
            connection,
            secret,
            wave=asked.wave,
            instrument=asked.instrument,
            content={"page": 2},
            today=DAY,
            days=7,
        )
    with pytest.raises(Refusal):
        send(stores.main, home, token(), asked.response(place="zzzzzzzz"), NOW, draft=secret)
    assert count(stores.main, Draft) == 1
