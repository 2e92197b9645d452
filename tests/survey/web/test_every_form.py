"""Whatever can be sent is refused without the token of our own form, and no page of an interview is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from survey.stores import Main
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Person
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from survey.site import Site
    from tests.survey.web.collecting import Survey

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SEEN = {"seen"}  # a kiosk is noted when it comes, whatever it sends
CODE = "a" * 16


@pytest.fixture
def kiosk(site: Site) -> Iterator[Kiosk]:
    opened = collect_at_kiosks(site)
    yield Kiosk(opened).pair()
    opened.app.extensions[EXTENSION].stores.close()


def sent_to(survey: Survey) -> list[str]:
    """The address of everything that takes a POST, at the first place and the first page."""
    values = {"wave": survey.wave, "place": survey.places[0].id, "number": "1"}
    return sorted(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda part: values.get(part[1], CODE), rule.rule)
        for rule in survey.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    )


def everything(survey: Survey) -> dict[str, list[Any]]:
    """What stands in the database, but for when a device was seen."""
    with survey.site.stores.main.reading() as connection:
        return {
            table.name: connection.execute(
                select(*(column for column in table.columns if column.name not in SEEN))
            ).all()
            for table in Main.metadata.sorted_tables
        }


def is_refused(path: str, answer: TestResponse) -> bool:
    """Whether a form of a stranger led to nothing, and was told so in the way of its page."""
    if path.startswith("/k/") and "/pair/" not in path:
        return answer.status_code == 403  # a device that is not paired hears only this
    if path.startswith("/account") and answer.status_code == 303:
        return answer.location.startswith("/sign-in")
    return answer.status_code == 400


@pytest.mark.parametrize("csrf", [None, "", "x", "IjAwIg.aaaa.bbbb"])
def test_nothing_of_the_web_is_done_without_its_token(survey: Survey, csrf: str | None) -> None:
    person = Person(survey)
    person.walk()
    before = everything(survey)
    paths = sent_to(survey)
    assert len(paths) >= 12
    for path in paths:
        form = {"act": "new", "code": CODE, "theme": "dark", "from": "/"}
        answer = person.post(path, form if csrf is None else form | {"csrf_token": csrf})
        assert is_refused(path, answer), path
    assert everything(survey) == before


@pytest.mark.parametrize("csrf", [None, "", "x", "IjAwIg.aaaa.bbbb"])
def test_nothing_of_a_kiosk_is_done_without_its_token(kiosk: Kiosk, csrf: str | None) -> None:
    where = kiosk.start()
    form = {name: value for name, value in kiosk.form(where).items() if name != "csrf_token"}
    before = everything(kiosk.survey)
    paths = [path for path in sent_to(kiosk.survey) if path.startswith("/k/")]
    assert len(paths) == 5
    for path in paths:
        answer = kiosk.post(path, form if csrf is None else form | {"csrf_token": csrf})
        assert answer.status_code == 400, path
    assert everything(kiosk.survey) == before


def test_the_token_of_one_browser_is_none_in_another(survey: Survey) -> None:
    person, other = Person(survey), Person(survey)
    person.walk()
    other.get(survey.base)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', other.get("/withdraw").text)[0]
    before = everything(survey)
    for path in sent_to(survey):
        answer = person.post(path, {"csrf_token": token, "act": "new", "code": CODE})
        assert is_refused(path, answer), path
    assert everything(survey) == before


def test_no_page_of_an_interview_is_kept_by_a_browser_or_on_the_way(survey: Survey) -> None:
    person = Person(survey)
    look = person.walk()
    base = survey.base
    paths = [f"/s/{survey.wave}", base, f"{base}/1", look, f"{base}/later", f"{base}/stop", f"{base}/resume"]
    paths += [f"{base}/declined", f"{base}/99", "/s/none/none", "/withdraw", "/withdraw/done"]
    answers = [person.get(path) for path in paths] + [person.send(look), person.get(f"{base}/thanks")]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_no_page_of_a_kiosk_is_kept_by_the_device(kiosk: Kiosk) -> None:
    where = kiosk.start()
    paths = [where, "/idle", "/stop", "/about/vi", "/99", "", "/thanks", f"/pair/{CODE}"]
    answers = [kiosk.get(path if path.startswith("/k/") else kiosk.base + path) for path in paths]
    answers.append(kiosk.post(where, {}))
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "CF-Connecting-IP"]
)
def test_nobody_gets_more_tries_by_saying_who_they_are(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("survey.web.limits.GUESSES", 3)
    person = Person(survey)
    form = {"csrf_token": re.findall(r'"csrf_token" value="([^"]+)"', person.get("/withdraw").text)[0]}
    monkeypatch.setattr("survey.answers.receipts.WITHDRAWAL_SECONDS", 0.0)
    statuses = []
    for number in range(6):
        headers = {name: f"for=203.0.113.{number}" if name == "Forwarded" else f"203.0.113.{number}"}
        statuses.append(person.client.post("/withdraw", data=form, headers=headers).status_code)
    assert statuses == [303, 303, 303, 429, 429, 429]
