"""The last midnight of a wave: nobody begins afterwards, and who began before has an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from survey.answers.models import Arrival, Batch, Draft, Inbox, Sent
from survey.waves.ending import GRACE
from survey.waves.models import Wave
from survey.web.interview import sending
from survey.web.site import EXTENSION
from tests.survey.web.collecting import TODAY, Person, Reader, collect
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks
from tests.survey.web.test_interview import count, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.survey.web.collecting import Survey

MIDNIGHT = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)  # in Vietnam the seventeenth begins
SECOND = timedelta(seconds=1)


@pytest.fixture
def survey(site: Site) -> Iterator[Survey]:
    """A wave whose last day is today, five minutes before it is over."""
    opened = collect(site, last_day=TODAY)
    opened.clock.now = MIDNIGHT - timedelta(minutes=5)
    yield opened
    opened.app.extensions[EXTENSION].stores.close()


def test_who_began_before_midnight_may_send_within_the_hour(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    survey.clock.now = MIDNIGHT + GRACE - SECOND
    assert person.finish(start=where).status_code == 200
    assert len(waiting(survey)) == 1
    with survey.site.stores.main.reading() as connection:
        (arrival,) = connection.execute(select(Arrival.day, Arrival.hour)).all()
        days = list(connection.scalars(select(Batch.day)))
    assert (arrival.day, arrival.hour, days) == (TODAY, 23, [TODAY])


def test_nobody_begins_after_midnight(survey: Survey) -> None:
    person = Person(survey)
    form = Reader(person.get(survey.base).text).filled() | {"act": ["agree"]}
    survey.clock.now = MIDNIGHT
    assert person.get(survey.base).status_code == 410
    assert person.post(survey.base, form).status_code == 410
    assert count(survey, Draft) == 0
    assert survey.wave not in person.get("/").text


@pytest.mark.parametrize("page", ["/1", "/look"])
def test_after_the_hour_nothing_is_sent_and_what_was_entered_is_given_back(survey: Survey, page: str) -> None:
    person = Person(survey)
    look = person.walk(texts={"comment": "Nên có thêm ghế."})
    form = Reader(person.get(look).text).filled()
    survey.clock.now = MIDNIGHT + GRACE
    for answer in (person.get(survey.base + page), person.post(look, form)):
        assert answer.status_code == 410
        assert "đã kết thúc" in answer.text
        assert "Nên có thêm ghế." in answer.text
        assert Reader(answer.text).forms == 0
    assert (count(survey, Inbox), count(survey, Sent), count(survey, Draft)) == (0, 0, 1)


def test_a_page_that_comes_after_the_hour_is_given_back_as_it_was_typed(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    while "comment" not in Reader(person.get(where).text).filled():
        page = Reader(person.get(where).text)
        where = person.send(where, {name: values[0] for name, values in page.choices().items()}).location
    page = Reader(person.get(where).text)
    chosen = {name: values[0] for name, values in page.choices().items()}
    survey.clock.now = MIDNIGHT + GRACE
    answer = person.post(where, page.filled() | chosen | {"comment": "Chưa kịp gửi <b>ý này</b>."})
    assert answer.status_code == 410
    assert "Chưa kịp gửi &lt;b&gt;ý này&lt;/b&gt;." in answer.text


def test_a_stranger_learns_only_that_it_is_over(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk(texts={"comment": "Nên có thêm ghế."})
    survey.clock.now = MIDNIGHT + GRACE
    for path in (look, f"{survey.base}/1"):
        answer = Person(survey).get(path)
        assert answer.status_code == 410
        assert "ghế" not in answer.text


def test_the_same_thanks_come_again_after_the_end(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()
    person.post(look, form)
    survey.clock.now = MIDNIGHT + timedelta(days=2)
    assert person.post(look, form).location == f"{survey.base}/thanks"
    assert count(survey, Inbox) == 1


def test_a_wave_that_closes_while_the_form_is_on_its_way_gives_the_answers_back(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = sending.send

    def close_first(*arguments: Any, **named: Any) -> bool:
        with survey.site.stores.main.writing() as connection:
            connection.execute(update(Wave).values(closed=survey.clock.now))
        return send(*arguments, **named)

    person = Person(survey)
    look = person.walk(texts={"comment": "Nên có thêm ghế."})
    monkeypatch.setattr(sending, "send", close_first)
    answer = person.send(look)
    assert answer.status_code == 410
    assert "Nên có thêm ghế." in answer.text
    assert (count(survey, Inbox), count(survey, Draft)) == (0, 1)


def test_a_kiosk_whose_wave_closes_at_the_last_tap_says_so_and_keeps_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = collect_at_kiosks(site)
    send = sending.send

    def close_first(*arguments: Any, **named: Any) -> bool:
        with survey.site.stores.main.writing() as connection:
            connection.execute(update(Wave).values(closed=survey.clock.now))
        return send(*arguments, **named)

    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    for _ in survey.instrument.items[1:]:
        where = kiosk.tap(where)
    monkeypatch.setattr(sending, "send", close_first)
    assert kiosk.tap(where) == kiosk.base
    start = kiosk.get(kiosk.base)
    assert (start.status_code, start.headers["Refresh"]) == (200, f"300; url={kiosk.base}")
    assert (count(survey, Inbox), count(survey, Draft)) == (0, 0)
    survey.app.extensions[EXTENSION].stores.close()
