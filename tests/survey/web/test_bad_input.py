"""What should never come and does: forged tokens, hostile texts, tricks with addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from survey.answers import receipts
from survey.answers.models import COMMENT_LIMIT, Draft, Inbox, Sent, Withdrawal
from survey.waves.models import Wave
from survey.web import limits
from survey.web.interview import sending
from tests.survey.web.collecting import TODAY, Person, Reader, collect
from tests.survey.web.test_interview import CODE, count, waiting

if TYPE_CHECKING:
    from survey.site import Site
    from tests.survey.web.collecting import Survey

# what no database has a part in
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> & \" ' </textarea> {{ 7*7 }} {% raw %}",
    "emoji": "Tốt 👍🏽 👩‍👩‍👧‍👦 🇻🇳",
    "combining": "a\u0323\u0302\u0301" * 40,
    "right to left": "שלום \u202egnol\u202c مرحبا",
    "formula": '=HYPERLINK("http://x","y")',
    "lines": "một\r\nhai\rba\n\nbốn",
    "nul": "trước\0sau\x07\x1b[31m",
    "wide": "𝕍𝕚ệ𝕥 𠀋",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_comment_arrives_as_it_was_meant_and_harms_no_page(survey: Survey, text: str) -> None:
    person = Person(survey)
    look = person.walk(texts={"comment": text})
    page = person.get(look).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    link = next(link for link in Reader(page).links if link.endswith("#q-comment"))
    kept = Reader(person.get(link).text).filled()["comment"][0]
    person.send(look)
    (response,) = waiting(survey)
    assert response.comments["comment"] == kept
    assert not set(response.comments["comment"]) & set("\0\x07\x1b\r")
    assert "sau" in response.comments["comment"] or "sau" not in text


@pytest.mark.parametrize("length", [1_001, COMMENT_LIMIT, 200_000])
def test_too_long_a_text_is_given_back_whole(survey: Survey, length: int) -> None:
    person = Person(survey)
    where = person.agree()
    while "comment" not in Reader(person.get(where).text).filled():
        page = Reader(person.get(where).text)
        where = person.send(where, {name: values[0] for name, values in page.choices().items()}).location
    text = ("Ẵ chữ dài " * length)[:length].rstrip() + "."
    answer = person.send(where, {"overall": "5", "comment": text})
    page = answer.text if answer.status_code == 422 else person.get(answer.location).text
    assert answer.status_code in {303, 422}
    assert Reader(page).filled()["comment"] == [text]
    assert Reader(page).filled()["overall"] == ["5"]
    assert "<title>Lỗi:" in page
    assert '<a href="#q-comment">' in page
    shorter = person.send(where, {"overall": "5", "comment": text[:900]})
    assert shorter.location != where + "#faults"


@ON_SQLITE
def test_more_than_the_body_limit_is_refused_in_words(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    answer = person.post(where, {"comment": "x" * 1_100_000})
    assert answer.status_code == 413
    assert "Nội dung gửi lên quá dài" in answer.text.replace("\N{NO-BREAK SPACE}", " ")


@ON_SQLITE
@pytest.mark.parametrize("value", ["6", "0", "-1", "off_route", "blank", "not_reached", "1e0", "<b>", "١"])
def test_an_unknown_code_is_refused_at_its_item(survey: Survey, value: str) -> None:
    person = Person(survey)
    where = person.agree()
    answer = person.send(where, {"procedure_group": value, "outcome": "1"})
    assert answer.location == where + "#faults"
    page = person.get(answer.location).text
    assert "<title>Lỗi:" in page
    assert '<a href="#q-procedure_group">' in page
    assert '<a href="#q-outcome">' not in page
    assert Reader(page).filled()["outcome"] == ["1"]
    assert person.get(f"{survey.base}/look").location == where


@ON_SQLITE
def test_fields_of_no_item_are_not_kept(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    person.send(
        where, {"procedure_group": "1", "outcome": "1", "overall": "5", "place": "x", "__class__": "y"}
    )
    person.finish(lambda _, values: values[-1], start=f"{survey.base}/1")
    (response,) = waiting(survey)
    assert "__class__" not in response.values
    assert response.place == survey.places[0].id


@pytest.mark.parametrize("token", ["", "0", "zz" * 16, "00" * 15, "00" * 17, "00" * 16])
def test_a_forged_token_sends_nothing(survey: Survey, token: str) -> None:
    person = Person(survey)
    look = person.walk()
    answer = person.send(look, {"token": token})
    assert answer.location == look
    assert count(survey, Inbox) == count(survey, Sent) == 0
    person.send(look)
    assert count(survey, Inbox) == 1


def test_a_stranger_with_a_token_sends_nothing_and_learns_nothing(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    token = Reader(person.get(look).text).filled()["token"][0]
    stranger = Person(survey)
    form = Reader(stranger.get(f"{survey.base}/resume").text).filled()
    answer = stranger.post(look, {"csrf_token": form["csrf_token"][0], "token": token})
    assert answer.status_code == 400
    assert "token" not in Reader(answer.text).filled()
    assert count(survey, Inbox) == 0


@ON_SQLITE
@pytest.mark.parametrize("csrf", [None, "", "x", "IjAwIg.aaaa.bbbb"])
def test_a_page_without_its_csrf_token_is_not_taken_and_gives_back_what_was_typed(
    survey: Survey, csrf: str | None
) -> None:
    person = Person(survey)
    where = person.agree()
    form = {"procedure_group": "2", "outcome": "dont_know"} | ({} if csrf is None else {"csrf_token": csrf})
    answer = person.post(where, form)
    assert answer.status_code == 400
    assert Reader(answer.text).filled()["procedure_group"] == ["2"]
    assert Reader(answer.text).filled()["outcome"] == ["dont_know"]
    assert Reader(person.get(where).text).filled().keys() == {"csrf_token"}
    again = person.post(where, Reader(answer.text).filled())
    assert again.status_code == 303


@ON_SQLITE
@pytest.mark.parametrize("path", ["", "/look", "/thanks", "/stop", "/resume"])
def test_every_other_act_needs_its_csrf_token(survey: Survey, path: str) -> None:
    person = Person(survey)
    person.walk()
    answer = person.post(survey.base + path, {"act": "new", "code": "x", "token": "00" * 16})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert (count(survey, Draft), count(survey, Inbox)) == (1, 0)


TRICKS = (
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e",
    "aaaaaaaa",
    "AAAAAAAA",
    "a" * 5000,
    "%00aaaaaaa",
    "aaaaaaa%0a",
    "'%20OR%201=1--",
    quote("ａａａａａａａａ"),
    "%ff%fe%fd",
    "{{7*7}}",
)


@ON_SQLITE
@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_with_the_place_or_the_wave_find_nothing(survey: Survey, trick: str) -> None:
    person = Person(survey)
    for path in (f"/s/{survey.wave}/{trick}", f"/s/{trick}", f"/s/{trick}/{survey.places[0].id}"):
        answer = person.get(path)
        assert answer.status_code == 404, path
        assert "root:" not in answer.text
        assert "49" not in answer.text or "{{7*7}}" not in trick
    assert person.get(f"/static/x/{trick}").status_code == 404


def test_a_wave_that_is_over_says_so_and_takes_nothing(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()
    survey.clock.now += timedelta(days=60)
    for path in (f"/s/{survey.wave}", survey.base, look, f"{survey.base}/1"):
        answer = person.get(path)
        assert answer.status_code == 410
        assert "đã kết thúc" in answer.text
    assert person.post(look, form).status_code == 410
    assert count(survey, Inbox) == 0
    assert survey.wave not in person.get("/").text


@ON_SQLITE
def test_a_planned_wave_says_when_it_begins(site: Site) -> None:
    survey = collect(site, first_day=TODAY + timedelta(days=3))
    answer = Person(survey).get(survey.base)
    assert answer.status_code == 403
    assert "19/11/2026" in answer.text
    assert survey.wave not in Person(survey).get("/").text


def test_a_known_and_an_unknown_receipt_are_answered_alike(survey: Survey) -> None:
    (code,) = CODE.findall(Person(survey).finish().text)
    answers = []
    for typed in (code, "0000-0000-0000-0000", "", "no code at all", "x" * 5_000, "\0"):
        person = Person(survey)
        sent = person.send("/withdraw", {"code": typed})
        page = person.get(sent.location)
        headers = sorted(name for name, _ in sent.headers)
        answers.append((sent.status_code, sent.location, sent.data, headers, page.status_code, page.data))
    assert len({str(answer) for answer in answers}) == 1
    assert count(survey, Inbox) == 0
    with survey.site.stores.main.reading() as connection:
        assert connection.execute(select(func.sum(Withdrawal.n))).scalar_one() == 1


@ON_SQLITE
def test_guessing_codes_is_soon_refused(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "WITHDRAWAL_SECONDS", 0.0)
    for path in ("/withdraw", f"{survey.base}/resume"):
        person = Person(survey)
        form = Reader(person.get(path).text).filled()
        statuses = [person.post(path, form | {"code": f"{n:016d}"}).status_code for n in range(100)]
        assert statuses.index(429) == limits.GUESSES
        assert set(statuses[limits.GUESSES :]) == {429}


@ON_SQLITE
def test_interviews_from_one_address_about_one_place_are_limited(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "INTERVIEWS_AN_HOUR", 2)
    for _ in range(2):
        Person(survey).finish()
    person = Person(survey)
    assert person.send(person.walk()).status_code == 429
    assert count(survey, Draft) == 1
    elsewhere = Person(survey, base=f"/s/{survey.wave}/{survey.places[1].id}")
    assert elsewhere.finish().status_code == 200
    assert count(survey, Inbox) == 3


@ON_SQLITE
def test_a_page_is_as_long_whatever_was_answered(survey: Survey) -> None:
    lengths = set()
    for choose in (lambda _, values: values[0], lambda _, values: values[-1], lambda _, values: values[1]):
        person = Person(survey, headers={"Accept-Encoding": "gzip"})
        plain = Person(survey)
        plain.client = person.client
        look = plain.walk(choose)
        lengths.add((len(person.get(look).data), len(person.get(f"{survey.base}/3").data)))
    assert len(lengths) == 1, lengths
    assert re.fullmatch(r"\{\(\d+, \d+\)\}", str(lengths))


def test_a_wave_that_closes_while_the_form_is_on_its_way_takes_nothing(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = sending.send

    def close_first(*arguments: Any, **named: Any) -> None:
        with survey.site.stores.main.writing() as connection:
            connection.execute(update(Wave).values(closed=survey.clock.now))
        send(*arguments, **named)

    person = Person(survey)
    look = person.walk()
    monkeypatch.setattr(sending, "send", close_first)
    answer = person.send(look)
    assert answer.status_code == 410
    assert "đã kết thúc" in answer.text
    assert count(survey, Inbox) == count(survey, Sent) == 0


def test_what_could_not_be_kept_is_not_acknowledged_and_can_be_sent_again(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()

    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, OSError(28, "No space left on device"))

    with monkeypatch.context() as disk:
        disk.setattr("survey.answers.sending.insert_new", full)
        answer = person.post(look, form)
    assert answer.status_code == 503
    assert (count(survey, Inbox), count(survey, Sent), count(survey, Draft)) == (0, 0, 1)
    assert person.get(f"{survey.base}/thanks").location == survey.base
    assert person.post(look, form).location == f"{survey.base}/thanks"
    assert (count(survey, Inbox), count(survey, Sent), count(survey, Draft)) == (1, 1, 0)
