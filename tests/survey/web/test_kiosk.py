"""The kiosk over HTTP on both databases: pairing, one tap an item, sent once, nothing left behind."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from questionnaires import loader
from questionnaires.model import Missing
from survey.answers.models import Draft, Inbox, Sent
from survey.registry.models import Device
from survey.web import limits
from survey.web.interview.kiosk import DEVICE_COOKIE
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Reader
from tests.survey.web.kiosking import Kiosk, answers, collect_at_kiosks
from tests.survey.web.test_interview import count, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.survey.web.collecting import Survey

WRONG = "a" * 16


@pytest.fixture
def survey(site: Site) -> Iterator[Survey]:
    """The shortest survey, open at the kiosks of three places."""
    opened = collect_at_kiosks(site)
    yield opened
    opened.app.extensions[EXTENSION].stores.close()


def test_a_link_alone_pairs_nothing_and_its_button_once(survey: Survey) -> None:
    kiosk = Kiosk(survey)
    link = kiosk.link()
    page = kiosk.get(link)
    assert page.text.count("<button") == 1
    assert count(survey, Device) == 0
    assert kiosk.get(kiosk.base).status_code == 403
    kiosk.send(link)
    assert count(survey, Device) == 1
    assert kiosk.get(kiosk.base).status_code == 200
    again = Kiosk(survey)
    assert again.send(link).status_code == 403
    assert again.key() == ""


def test_a_link_is_too_old_after_15_minutes_and_of_no_other_place(survey: Survey) -> None:
    kiosk, other = Kiosk(survey), Kiosk(survey, place=survey.places[1])
    link = kiosk.link()
    assert other.send(link.replace(kiosk.base, other.base)).status_code == 403
    survey.clock.now += timedelta(minutes=15)
    assert kiosk.send(link).status_code == 403
    assert count(survey, Device) == 0


def test_ten_thousand_guesses_get_nowhere(survey: Survey) -> None:
    kiosk = Kiosk(survey)
    link = kiosk.link()
    form = Reader(kiosk.get(link).text).filled()
    wrong = [kiosk.post(f"{kiosk.base}/pair/{WRONG}", form).status_code for _ in range(limits.GUESSES + 5)]
    assert wrong[: limits.GUESSES] == [403] * limits.GUESSES
    assert set(wrong[limits.GUESSES :]) == {429}
    assert kiosk.post(link, form).status_code == 429, "the right code is no door either"


@pytest.mark.parametrize("path", ["", "/1", "/idle", "/stop", "/thanks", "/about/vi"])
def test_no_page_opens_to_a_device_that_is_not_paired(survey: Survey, path: str) -> None:
    kiosk = Kiosk(survey)
    page = kiosk.get(kiosk.base + path)
    assert page.status_code == 403
    assert "không phải máy khảo sát" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert Kiosk(survey, place=survey.places[1]).pair().get(kiosk.base + path).status_code == 403


@pytest.mark.parametrize("place", ["zzzzzzzz", "%00", "..%2f..", "a" * 300, "%ff"])
def test_places_that_are_none(survey: Survey, place: str) -> None:
    kiosk = Kiosk(survey).pair()
    assert kiosk.get(f"/k/{place}").status_code in {403, 404}
    assert kiosk.get(f"/k/{place}/pair/{WRONG}").status_code == 404


def test_the_cookie_is_renewed_daily_and_an_old_one_shuts_the_device_out(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    first = kiosk.key()
    survey.clock.now += timedelta(days=1)
    kiosk.get(kiosk.base)
    second = kiosk.key()
    assert second != first
    assert kiosk.get(kiosk.base).status_code == 200
    assert kiosk.key() == second
    thief = Kiosk(survey)
    thief.client.set_cookie(DEVICE_COOKIE, first)
    assert thief.get(thief.base).status_code == 403
    assert kiosk.get(kiosk.base).status_code == 403


def test_a_whole_interview_takes_one_and_twelve_taps_and_arrives(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    places = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 5, 2]  # the sixth and later are reasons
    thanks = kiosk.finish(lambda turn: places[turn])
    assert thanks.status_code == 200
    (response,) = waiting(survey)
    assert (response.mode, response.place, response.language) == ("kiosk", survey.places[0].id, "vi")
    assert not response.repeat
    assert response.procedure == "1"
    assert response.values == {
        "procedure_group": 1, "extra_papers": 0, "information": 3, "signs": 4, "posted_rules": 5,
        "courtesy": Missing.DONT_KNOW, "answers": Missing.REFUSED, "on_time": Missing.NOT_APPLICABLE,
        "fairness": 1, "complaint_way": 2, "overall": Missing.DONT_KNOW, "onlooker": 2,
    }  # fmt: skip
    assert count(survey, Draft) == 0


def test_the_language_of_the_button_is_spoken_sent_and_forgotten(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where = kiosk.start("en")
    assert '<html lang="en"' in kiosk.get(where).text
    while not where.endswith("/thanks"):
        where = kiosk.tap(where)
    assert "Thank you." in kiosk.get(where).text
    assert [response.language for response in waiting(survey)] == ["en"]
    assert '<html lang="vi"' in kiosk.get(kiosk.base).text


def test_thanks_are_the_same_bytes_for_all_answers_and_no_receipt(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    pages = []
    for choose in (lambda _turn: 0, lambda turn: turn % 3 + 1):
        thanks = kiosk.finish(choose)
        pages.append((thanks.data, thanks.headers["Refresh"], thanks.headers.getlist("Set-Cookie")))
        kiosk.get(kiosk.base)
    assert pages[0] == pages[1]
    assert not re.search(rb"[0-9A-Z]{4}-[0-9A-Z]{4}", pages[0][0])
    assert pages[0][1] == f"15; url={kiosk.base}"
    assert waiting(survey)[0].values != waiting(survey)[1].values


def last_form(kiosk: Kiosk) -> tuple[str, dict[str, str]]:
    """Answer all items but the last; where that is and what its press sends."""
    where = kiosk.start()
    for _ in kiosk.survey.instrument.items[1:]:
        where = kiosk.tap(where)
    return where, kiosk.form(where)


def test_four_posts_at_once_are_one_response(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where, form = last_form(kiosk)
    jar = "; ".join(f"{key[2]}={cookie.value}" for key, cookie in kiosk.client._cookies.items())  # noqa: SLF001 - the cookies of one browser in four hands

    def post(_number: int) -> str:
        client = survey.app.test_client(use_cookies=False)
        return str(client.post(where, data=form, headers={"Cookie": jar}).location)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(post, range(4))) == {f"{kiosk.base}/thanks"}
    assert count(survey, Inbox) == count(survey, Sent) == 1
    assert count(survey, Draft) == 0


def test_back_and_resubmit_send_once_and_show_nothing_after_the_reset(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where, form = last_form(kiosk)
    assert kiosk.post(where, form).location == kiosk.post(where, form).location == f"{kiosk.base}/thanks"
    kiosk.get(kiosk.base)
    stale = kiosk.post(where, form)
    assert stale.status_code == 400
    assert stale.headers["Refresh"] == f"20; url={kiosk.base}"
    assert kiosk.get(where).location == kiosk.base
    assert count(survey, Inbox) == 1


def test_the_reset_drops_the_draft_and_clears_the_device(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    kiosk.get(kiosk.base)
    paired = kiosk.cookies
    where = kiosk.tap(kiosk.start("en"))
    form = kiosk.form(where)
    kiosk.post(f"{kiosk.base}/display", {**form, "size": "large", "theme": "contrast", "suffix": "/2"})
    assert 'data-theme="contrast" data-size="large"' in kiosk.get(where).text
    assert count(survey, Draft) == 1
    assert kiosk.get(where).headers["Refresh"] == f"60; url={kiosk.base}/idle"
    idle = kiosk.get(f"{kiosk.base}/idle")
    assert idle.headers["Refresh"] == f"20; url={kiosk.base}"
    assert where in Reader(idle.text).links
    start = kiosk.get(kiosk.base)
    assert count(survey, Draft) == 0
    assert kiosk.cookies == paired
    assert 'data-theme="light" data-size="normal"' in start.text
    assert kiosk.post(where, form).status_code == 400
    for path in ("/2", "/idle", "/stop"):
        assert kiosk.get(kiosk.base + path).location == kiosk.base


def test_stopping_asks_and_erases(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    kiosk.tap(kiosk.start())
    assert count(survey, Draft) == 1
    assert kiosk.send(f"{kiosk.base}/stop").location == kiosk.base
    assert count(survey, Draft) == 0
    assert waiting(survey) == []


def test_back_never_shows_the_earlier_answer(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    fresh = kiosk.get(where).text
    kiosk.tap(where, 1)
    token = re.compile(r'name="csrf_token" value="[^"]+"')
    assert token.sub("", kiosk.get(where).text).split() == token.sub("", fresh).split()
    kiosk.tap(where, 2)


@pytest.mark.parametrize("value", ["9", "", "x" * 5000, "<b>", "\N{PILE OF POO}", "refused2"])
def test_an_answer_that_is_none_is_asked_again(survey: Survey, value: str) -> None:
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    form = {**kiosk.form(where), "procedure_group": value}
    page = kiosk.post(where, form)
    assert page.status_code == 422
    assert page.headers["Refresh"] == f"60; url={kiosk.base}/idle"
    assert 'role="alert"' in page.text
    assert "<b>" not in page.text
    assert 'role="alert"' not in kiosk.get(where).text
    assert kiosk.tap(where) == f"{kiosk.base}/2"


def test_forged_forms_and_jumps_lead_nowhere(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    form = kiosk.form(where)
    assert kiosk.post(where, {**form, "csrf_token": "x"}).status_code == 400
    assert kiosk.post(where, {**form, "token": "0" * 32}).location == where
    for number in (5, 99):
        assert kiosk.get(f"{kiosk.base}/{number}").location == where
    forged = {**form, "suffix": "//example.org", "size": "huge"}
    assert kiosk.post(f"{kiosk.base}/display", forged).location == f"{kiosk.base}?chosen"


def test_pages_are_not_stored_and_no_survey_is_said_quietly(survey: Survey) -> None:
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    for path in (kiosk.base, where, f"{kiosk.base}/thanks"):
        assert kiosk.get(path).headers["Cache-Control"] == "no-store"
    survey.clock.now += timedelta(days=100)
    closed = kiosk.get(kiosk.base)
    assert closed.status_code == 200
    assert closed.headers["Refresh"] == f"300; url={kiosk.base}"
    assert answers(Reader(closed.text)) == []


def test_a_text_to_read_is_one_tap_as_well(site: Site) -> None:
    survey = collect_at_kiosks(site, instrument=loader.load("tests/definitions/features/information.yaml"))
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    page = kiosk.get(where).text
    assert page.count("<form") == 2, "go on, and the display"
    assert "Tiếp tục" in page
    assert kiosk.send(where).location == f"{kiosk.base}/2"
    survey.app.extensions[EXTENSION].stores.close()
