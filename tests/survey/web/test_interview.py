"""The interview on the web, from consent to thanks, on both databases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from questionnaires import loader
from questionnaires.model import Missing
from survey import keys
from survey.answers import receipts
from survey.answers.models import Batch, Draft, Inbox, Sent
from survey.answers.sealing import unseal
from survey.answers.sent_response import SentResponse, of_content
from survey.i18n import language
from survey.waves import reads
from survey.web.interview.consent import web_consent
from tests.survey.web.collecting import TODAY, Person, Reader, first

if TYPE_CHECKING:
    from tests.survey.web.collecting import Survey

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")


def count(survey: Survey, table: type) -> int:
    with survey.site.stores.main.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def waiting(survey: Survey) -> list[SentResponse]:
    """The responses in the inbox, opened with their batch keys."""
    with survey.site.stores.main.reading() as connection:
        rows = connection.execute(select(Inbox.token_hash, Inbox.batch, Inbox.sealed)).all()
    opened = []
    for token_hash, batch, sealed in rows:
        content = unseal(keys.batch_read(survey.site.home, batch), sealed, bound_to=token_hash)
        content.pop("receipt")
        opened.append(of_content(content))
    return opened


def last(name: str, values: list[str]) -> str:
    del name
    return values[-1]


def test_a_whole_interview_arrives_as_it_was_answered(survey: Survey) -> None:
    person = Person(survey)
    survey.clock.now = datetime(2026, 11, 16, 2, 30, tzinfo=UTC)
    start = person.agree()
    survey.clock.now = datetime(2026, 11, 16, 2, 34, tzinfo=UTC)
    text = "Nên có thêm ghế.\nẴ Ể Ỗ 😀"
    thanks = person.finish(start=start, texts={"comment": text})
    assert thanks.status_code == 200
    (response,) = waiting(survey)
    place = survey.places[0]
    assert (response.wave, response.place, response.mode) == (survey.wave, place.id, "web")
    assert (response.received, response.decides, response.helps) == (place.organisation,) * 3
    assert (response.language, response.repeat, response.seconds) == ("vi", False, 240)
    assert response.values["procedure_group"] == 1
    assert response.procedure == "1"
    assert response.values["overall"] == 1
    assert response.comments == {"comment": text}
    assert "comment" not in response.values


def test_reasons_and_what_does_not_apply_are_told_apart(survey: Survey) -> None:
    def choose(name: str, values: list[str]) -> str:
        chosen = {"outcome": "3", "on_time": "not_applicable", "signs": "dont_know"}.get(name, "refused")
        return chosen if chosen in values else ""

    Person(survey).finish(choose)
    (response,) = waiting(survey)
    assert response.values["outcome"] == 3
    assert response.values["delivered"] is Missing.OFF_ROUTE
    assert response.values["on_time"] is Missing.NOT_APPLICABLE
    assert response.values["signs"] is Missing.DONT_KNOW
    assert response.values["comment"] is Missing.BLANK
    assert response.procedure is None


def test_the_consent_that_was_shown_is_kept_by_its_hash(survey: Survey) -> None:
    page = Person(survey).get(survey.base).text
    with survey.site.stores.main.reading() as connection:
        wave = reads.wave(connection, survey.wave, TODAY)
        assert wave is not None
    consent = web_consent(wave, survey.instrument, survey.site.home.settings, language("vi"))
    for paragraph in consent.paragraphs:
        assert paragraph in page
    assert "người quản lý máy chủ có thể đọc được phiếu" in page.replace("\N{NO-BREAK SPACE}", " ")
    Person(survey).finish()
    assert [response.consent for response in waiting(survey)] == [consent.hash]


def test_agreeing_to_another_text_than_the_present_one_begins_nothing(survey: Survey) -> None:
    person = Person(survey)
    answer = person.send(survey.base, {"consent": "0" * 64}, button="agree")
    assert answer.location == survey.base
    assert count(survey, Draft) == 0


def test_who_does_not_take_part_leaves_nothing(survey: Survey) -> None:
    person = Person(survey)
    declined = next(link for link in Reader(person.get(survey.base).text).links if link.endswith("/declined"))
    assert person.get(declined).status_code == 200
    assert count(survey, Draft) == 0
    assert person.client.get_cookie("draft-" + survey.wave) is None


def test_the_receipt_is_shown_until_it_is_put_away_and_only_to_the_browser_that_sent(survey: Survey) -> None:
    person = Person(survey)
    page = person.finish()
    (code,) = CODE.findall(page.text)
    assert CODE.findall(person.get(f"{survey.base}/thanks").text) == [code]
    assert Person(survey).get(f"{survey.base}/thanks").location == survey.base
    assert person.send(f"{survey.base}/thanks").status_code == 303
    assert CODE.findall(person.get(f"{survey.base}/thanks").text) == []
    receipts.withdraw(survey.site.stores.main, code)
    assert count(survey, Inbox) == 0


def test_thanks_are_the_same_for_every_answer_but_for_the_receipt(survey: Survey) -> None:
    pages = [CODE.sub("CODE", Person(survey).finish(choose).text) for choose in (last, first)]
    pages = [re.sub(r'name="csrf_token" value="[^"]+"', "", page) for page in pages]
    assert pages[0] == pages[1]


def test_four_posts_at_once_are_one_response_with_the_same_thanks(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()
    cookies = {name: person.client.get_cookie(name) for name in ("session", "draft-" + survey.wave)}

    def post(_: int) -> str:
        client = survey.app.test_client()
        for name, cookie in cookies.items():
            assert cookie is not None
            client.set_cookie(name, cookie.value)
        sent = client.post(look, data=form)
        assert sent.status_code == 303
        return client.get(sent.location).text

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(post, range(4)))
    assert len({tuple(CODE.findall(page)) for page in pages}) == 1
    assert count(survey, Inbox) == count(survey, Sent) == 1
    assert count(survey, Draft) == 0


def test_back_and_resubmit_give_the_same_thanks_and_no_second_response(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()
    thanks = person.get(person.post(look, form).location).text
    again = person.post(look, form)
    assert again.location == f"{survey.base}/thanks"
    assert CODE.findall(person.get(again.location).text) == CODE.findall(thanks)
    assert person.get(look).location == survey.base
    assert count(survey, Inbox) == 1


def test_two_tabs_are_one_interview(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    first_tab = Reader(person.get(where).text)
    person.walk(last, start=where)
    values = {name: values[0] for name, values in first_tab.choices().items()}
    late = person.post(where, {**first_tab.filled(), **values})
    assert late.status_code == 303
    person.walk(last, start=late.location)
    person.send(f"{survey.base}/look")
    (response,) = waiting(survey)
    assert response.values["procedure_group"] == 1
    assert response.values["residence"] is Missing.REFUSED


def test_sending_again_from_the_same_browser_is_marked(survey: Survey) -> None:
    person = Person(survey)
    person.finish()
    person.send(f"{survey.base}/thanks")
    person.finish()
    Person(survey).finish()
    assert sorted(response.repeat for response in waiting(survey)) == [False, False, True]


def test_an_old_form_sent_again_during_a_new_interview_leaves_that_one_alone(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    form = Reader(person.get(look).text).filled()
    person.post(look, form)
    where = person.agree()
    assert person.post(look, form).location == f"{survey.base}/thanks"
    assert person.get(where).status_code == 200
    assert count(survey, Inbox) == 1


def test_a_begun_interview_goes_on_here_and_elsewhere(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    page = Reader(person.get(where).text)
    second = person.send(where, {name: values[1] for name, values in page.choices().items()}).location
    again = person.send(survey.base, button="continue")
    assert again.location == second
    assert Reader(person.get(where).text).filled()["procedure_group"] == ["2"]
    (code,) = CODE.findall(person.get(f"{survey.base}/later").text)
    other = Person(survey)
    resumed = other.send(f"{survey.base}/resume", {"code": code.lower().replace("-", " ")})
    assert resumed.location == second
    assert Reader(other.get(where).text).filled()["procedure_group"] == ["2"]
    wrong = Person(survey).send(f"{survey.base}/resume", {"code": "0000-0000-0000-0000"})
    assert wrong.status_code == 422


def test_starting_anew_and_stopping_erase_what_was_entered(survey: Survey) -> None:
    person = Person(survey)
    person.agree()
    assert person.send(survey.base, button="new").location == survey.base
    assert count(survey, Draft) == 0
    person.agree()
    assert person.send(f"{survey.base}/stop").location == f"{survey.base}/declined"
    assert count(survey, Draft) == 0
    assert count(survey, Batch) == 0


def test_a_person_stays_on_the_version_with_which_they_started(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    shorter = loader.load("tests/definitions/features/rating.yaml")
    renamed = type(survey.instrument)(**{**vars_of(shorter), "name": survey.instrument.name})
    newer = survey.publish(renamed)
    person.finish(start=where)
    Person(survey).finish()
    versions = {response.instrument: len(response.values) for response in waiting(survey)}
    assert versions.pop(newer) < 5
    assert list(versions.values()) == [len(survey.instrument.items)]


def vars_of(instrument: object) -> dict[str, object]:
    """The fields of a frozen object, without what it caches."""
    return {name: getattr(instrument, name) for name in instrument.__dataclass_fields__}  # type: ignore[attr-defined]  # every dataclass has it


def test_an_answer_can_be_changed_from_the_look_over(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    link = next(link for link in Reader(person.get(look).text).links if link.endswith("#q-signs"))
    page = Reader(person.get(link).text)
    assert "q-signs" in page.ids
    assert person.send(link, {"signs": "5"}).location == look
    person.send(look)
    assert [response.values["signs"] for response in waiting(survey)] == [5]


def test_a_changed_answer_opens_what_now_applies(survey: Survey) -> None:
    person = Person(survey)

    def choose(name: str, values: list[str]) -> str:
        return "3" if name == "outcome" else values[0]

    look = person.walk(choose)
    where = person.send(f"{survey.base}/1", {"outcome": "1"}).location
    assert where == f"{survey.base}/2"
    assert "delivered" in Reader(person.get(where).text).choices()
    assert person.get(look).location == where


def test_nobody_jumps_ahead(survey: Survey) -> None:
    person = Person(survey)
    where = person.agree()
    for path in ("/5", "/look", "/99"):
        assert person.get(survey.base + path).location == where
    stranger = Person(survey)
    for path in ("/1", "/look", "/later", "/stop"):
        assert stranger.get(survey.base + path).location == survey.base


@pytest.mark.parametrize("code", ["vi", "en"])
def test_the_language_is_kept_and_sent(survey: Survey, code: str) -> None:
    person = Person(survey)
    page = person.get(f"{survey.base}?lang={code}")
    assert f'<html lang="{code}"' in page.text
    assert f'<html lang="{code}"' in person.get(survey.base).text
    person.finish()
    assert [response.language for response in waiting(survey)] == [code]
