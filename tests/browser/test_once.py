"""However a response is sent, it arrives once, with the same thanks: Back, two tabs, four posts at once."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser.hands import begin, fill, tap, walk
from tests.browser.measures import press
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

FORM = "(form) => [...new FormData(form)]"


def form_of(page: Page, selector: str) -> list[tuple[str, str]]:
    """What a form would send without a button."""
    return [(name, value) for name, value in page.locator(selector).evaluate(FORM)]


def four_posts(page: Page, form: list[tuple[str, str]]) -> set[tuple[int, str | None]]:
    """Send a form four times at once with the browser's cookies; what is answered."""
    where = urlsplit(page.url)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}

    def post(_turn: int) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection(where.netloc, timeout=60)
        connection.request("POST", where.path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("Location")

    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(post, range(4)))


def test_web_back_shows_what_was_entered_and_resubmitting_sends_once(web: Served, opened: Opens) -> None:
    with opened("about:blank", width=390) as page:
        for name in walk(page, web.interview):
            if name == "2":
                page.go_back()
                assert page.locator("input:checked").count() == 2
                page.go_forward()
                fill(page, 1)
        code = page.locator(".code").inner_text()
        page.go_back()
        if page.url.endswith("/look"):
            press(page, "main .act button")
        page.goto(f"{web.interview}/thanks")
        assert page.locator(".code").inner_text() == code
        press(page, "main .act button")
        assert page.locator(".code").count() == 0
    assert len(waiting(web.survey)) == 1


def test_web_two_tabs_are_one_interview_and_one_response(web: Served, opened: Opens) -> None:
    with opened("about:blank", width=390) as page:
        other = page.context.new_page()
        for name in walk(page, web.interview):
            if name == "1":
                other.goto(f"{web.interview}/1")
            if name == "look":
                other.goto(f"{web.interview}/look")
            page.bring_to_front()
        other.bring_to_front()
        press(other, "main .act button")
        assert other.url == page.url == f"{web.interview}/thanks"
        assert other.locator(".code").inner_text() == page.locator(".code").inner_text()
        assert other.locator("main").inner_text() == page.locator("main").inner_text()
    assert len(waiting(web.survey)) == 1


def test_web_four_posts_at_once_are_one_response(web: Served, opened: Opens) -> None:
    with opened("about:blank", width=390) as page:
        for name in walk(page, web.interview):
            if name == "look":
                assert four_posts(page, form_of(page, "main form")) == {(303, f"{web.survey.base}/thanks")}
        assert page.locator(".code").inner_text().count("-") == 3
    assert len(waiting(web.survey)) == 1


def test_kiosk_two_tabs_are_one_response(at_kiosk: Served, opened: Opens) -> None:
    with opened("about:blank", width=800, height=1280) as page:
        at_kiosk.pair(page)
        begin(page)
        for place in range(11):
            tap(page, place)
        other = page.context.new_page()
        other.goto(page.url)
        page.bring_to_front()
        tap(page, 1)
        other.bring_to_front()
        tap(other, 2)
        assert other.url == page.url == f"{at_kiosk.kiosk}/thanks"
        assert other.content() == page.content()
    (response,) = waiting(at_kiosk.survey)
    assert response.values["onlooker"] == 1


def test_kiosk_four_posts_at_once_are_one_response(at_kiosk: Served, opened: Opens) -> None:
    with opened("about:blank", width=800, height=1280) as page:
        at_kiosk.pair(page)
        begin(page)
        for place in range(11):
            tap(page, place)
        form = [*form_of(page, "form.replies"), ("onlooker", "0")]
        assert four_posts(page, form) == {(303, f"{urlsplit(at_kiosk.kiosk).path}/thanks")}
        tap(page, 1)
        assert page.url == f"{at_kiosk.kiosk}/thanks"
    (response,) = waiting(at_kiosk.survey)
    assert response.values["onlooker"] == 0


def test_kiosk_back_and_resubmit_send_once(at_kiosk: Served, opened: Opens) -> None:
    with opened("about:blank", width=800, height=1280) as page:
        at_kiosk.pair(page)
        begin(page)
        for place in range(12):
            tap(page, place)
        page.go_back()
        assert page.locator("button.answer").count() == 0 or page.url.endswith("/12")
        if page.locator("button.answer").count():
            tap(page, 0)
            assert page.url == f"{at_kiosk.kiosk}/thanks"
        page.reload()
    assert len(waiting(at_kiosk.survey)) == 1
