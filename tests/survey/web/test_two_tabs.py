"""One interview in two tabs that send at once: nothing is lost and nothing fails, on either database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from survey.answers.models import Draft, Inbox
from tests.survey.web.collecting import Person, Reader
from tests.survey.web.test_interview import count, waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tests.survey.web.collecting import Survey

ROUNDS = 12


def tabs(person: Person, number: int) -> list[Person]:
    """So many tabs of one browser, each with the cookies that it has now."""
    kept = [(cookie.key, cookie.value) for cookie in person.client._cookies.values()]  # noqa: SLF001 - no list is shown
    opened = [Person(person.survey) for _ in range(number)]
    for tab in opened:
        for name, value in kept:
            tab.client.set_cookie(name, value)
    return opened


def at_once(acts: list[Callable[[], TestResponse]]) -> list[int]:
    """Do all of it at the same moment; the statuses."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], TestResponse]) -> int:
        start.wait(timeout=30)
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def forms(person: Person, where: str) -> list[dict[str, list[str]]]:
    """Two ways to fill in a page: the first answer of every item, and the second."""
    page = Reader(person.get(where).text)
    return [
        page.filled() | {name: [values[turn]] for name, values in page.choices().items()} for turn in (0, 1)
    ]


def test_two_pages_sent_at_once_are_both_kept(survey: Survey) -> None:
    person = Person(survey)
    person.walk()
    pages = [f"{survey.base}/3", f"{survey.base}/4"]
    ways = [forms(person, page) for page in pages]
    for turn in range(1, ROUNDS + 1):
        sent = [way[turn % 2] for way in ways]
        both = zip(tabs(person, 2), pages, sent, strict=True)
        assert at_once([partial(tab.post, page, form) for tab, page, form in both]) == [303, 303]
        for page, form in zip(pages, sent, strict=True):
            kept = Reader(person.get(page).text).filled()
            assert {name: kept[name] for name in form if name != "csrf_token"} == {
                name: value for name, value in form.items() if name != "csrf_token"
            }, turn
    assert count(survey, Draft) == 1


def test_a_page_and_the_sending_at_once_make_one_response_or_a_quiet_page(survey: Survey) -> None:
    for turn in range(ROUNDS):
        person = Person(survey)
        look = person.walk()
        late = forms(person, f"{survey.base}/4")[1]
        sending = Reader(person.get(look).text).filled()
        one, other = tabs(person, 2)
        page, sent = at_once(
            [partial(one.post, f"{survey.base}/4", late), partial(other.post, look, sending)]
        )
        assert sent == 303
        assert page in {303, 400}  # 400: the page that says that nothing is left here
        assert count(survey, Inbox) == turn + 1
    assert count(survey, Draft) == 0
    assert len(waiting(survey)) == ROUNDS


def test_two_agreements_at_once_begin_and_fail_nothing(survey: Survey) -> None:
    person = Person(survey)
    agree = Reader(person.get(survey.base).text).filled() | {"act": ["agree"]}
    one, other = tabs(person, 2)
    acts = [partial(tab.post, survey.base, agree) for tab in (one, other)]
    assert at_once(acts) == [303, 303]
    for tab in (one, other):
        assert tab.finish(start=f"{survey.base}/1").status_code == 200
    assert count(survey, Inbox) == 1
