"""The kiosk in a real browser: sizes of the glass, taps too early, the keyboard, what stays after a reset."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from survey.cli.serve import listen
from survey.web.pages import compressed
from survey.web.site import EXTENSION
from survey.web.static_files import FOLDER
from tests.browser.test_report import CUT_WORDS
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from survey.site import Site
    from tests.browser.conftest import Opens
    from tests.survey.web.collecting import Survey

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

LONG_NAME = "Văn Miếu - Quốc Tử Giám tại trụ sở thứ hai"
SIZES = ((1080, 1920), (800, 1280), (1200, 1920), (1280, 800), (1920, 1080))
SCROLLS = """() => { const page = document.documentElement;
  return [page.scrollHeight - innerHeight, page.scrollWidth - innerWidth]; }"""
SMALL_OR_OFF = """() => [...document.querySelectorAll('a, button')]
  .map((target) => [target.innerText, target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 64 || box.width < 64 || box.top < 0 || box.bottom > innerHeight + 1)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
LOOKS = """(selector) => new Set([...document.querySelectorAll(selector)].map((one) => {
  const look = getComputedStyle(one), box = one.getBoundingClientRect();
  return [look.color, look.backgroundColor, look.border, look.fontSize, look.fontWeight,
    Math.round(box.width), Math.round(box.height)].join();
})).size"""


class Served(NamedTuple):
    """A survey at kiosks and where it is served."""

    survey: Survey
    url: str

    @property
    def start(self) -> str:
        """The address of the kiosk."""
        return f"{self.url}/k/{self.survey.places[0].id}"

    def pair(self, page: Page) -> None:
        """Make the browser the kiosk."""
        page.goto(self.url + Kiosk(self.survey).link())
        page.click("button.first")
        page.wait_for_url(self.start)


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    survey = collect_at_kiosks(site, wards=(LONG_NAME, "Cầu Giấy"), limited=False)
    server = listen(survey.app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(survey, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    server.task_dispatcher.shutdown(cancel_pending=True)
    thread.join(10)
    survey.app.extensions[EXTENSION].stores.close()


def begin(page: Page, language: str = "vi") -> None:
    """Press the start button of a language."""
    page.click(f"button[name=language][value={language}]")
    page.wait_for_url("**/1")


def answer(page: Page, place: int) -> None:
    """Press an answer, once the guard is off, and wait for what comes."""
    before = page.url
    page.locator(".answer").nth(place).click()
    page.wait_for_url(lambda url: url != before)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_whole_interview(served: Served, opened: Opens, language: str, *, scripts: bool) -> None:
    said: list[str] = []
    with opened("about:blank", width=800, height=1280, java_script_enabled=scripts) as page:
        page.on("console", lambda message: said.append(message.text))
        served.pair(page)
        begin(page, language)
        for place in range(12):
            assert page.locator("html").get_attribute("lang") == language
            answer(page, place % 3)
        assert page.url == f"{served.start}/thanks"
    assert said == []
    (response,) = waiting(served.survey)
    assert (response.language, response.values["signs"]) == (language, 1)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_scrolls_and_every_target_is_large_on_every_glass(
    served: Served, opened: Opens, language: str
) -> None:
    with opened("about:blank", width=1080, height=1920, bypass_csp=True) as page:
        served.pair(page)
        examine(page, "start")
        page.click(f"a[hreflang={language}]")
        examine(page, "about")
        page.click("a.first")
        begin(page, language)
        for place in range(12):
            examine(page, f"item {place + 1}")
            assert page.evaluate(LOOKS, ".answers .answer") == 1
            assert page.evaluate(LOOKS, ".apart .answer") == 1
            if place == 1:
                page.goto(f"{served.start}/idle")
                examine(page, "idle")
                page.click("a.first")
            answer(page, 1)
        examine(page, "thanks")
        page.goto(f"{served.start}/1")
        assert page.url == served.start


def examine(page: Page, name: str) -> None:
    """Measure a screen on each glass in both sizes of text; axe in both themes."""
    for text in ("normal", "large"):
        page.evaluate("(text) => { document.documentElement.dataset.size = text; }", text)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            where = (name, text, width, height)
            assert page.evaluate(SCROLLS) == [0, 0], where
            assert page.evaluate(SMALL_OR_OFF) == [], where
            assert page.evaluate(CUT_WORDS) == [], where
    for theme in ("contrast", "light"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], (name, theme)
    page.evaluate("() => { document.documentElement.dataset.size = 'normal'; }")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_tap_meant_for_the_screen_before_does_nothing(served: Served, opened: Opens, motion: str) -> None:
    with opened("about:blank", width=800, height=1280, has_touch=True, reduced_motion=motion) as page:
        served.pair(page)
        begin(page)
        box = page.locator(".answers .answer").first.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        at = "([x, y]) => document.elementFromPoint(x, y).closest('button') !== null"
        pause = """(time) => document.getAnimations().forEach((one) => {
          one.pause(); one.currentTime = time; })"""
        page.evaluate(pause, 20)
        assert not page.evaluate(at, middle)
        page.touchscreen.tap(*middle)
        page.wait_for_timeout(200)
        assert page.url == f"{served.start}/1"
        page.evaluate(pause, 600)
        assert page.evaluate(at, middle)
        page.touchscreen.tap(*middle)
        page.wait_for_url("**/2")


def test_by_keyboard_alone_without_waiting(served: Served, opened: Opens) -> None:
    with opened("about:blank", width=1280, height=800) as page:
        served.pair(page)
        press_to(page, "button[name=language]")
        for number in range(1, 13):
            page.wait_for_url(f"**/{number}")
            press_to(page, ".answers .answer")
            before = page.url
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, before=before: url != before)
        press_to(page, "a.first")
    assert [response.values["overall"] for response in waiting(served.survey)] == [1]


def press_to(page: Page, selector: str) -> None:
    """Press Tab until the first such control has the focus and shows it; Enter is left to the caller."""
    wanted = page.locator(selector).first
    for _ in range(12):
        page.keyboard.press("Tab")
        if wanted.evaluate("(one) => one === document.activeElement"):
            assert wanted.evaluate("(one) => getComputedStyle(one).outlineWidth") == "3px"
            if selector.startswith("button[name=language"):
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_after_the_reset_back_and_storage_show_nothing(served: Served, opened: Opens) -> None:
    with opened("about:blank", width=800, height=1280) as page:
        served.pair(page)
        kept = {cookie["name"] for cookie in page.context.cookies()}
        begin(page)
        answer(page, 1)
        page.click("button[name=size]")
        page.wait_for_load_state()
        page.goto(f"{served.start}/idle")
        page.click("button.second")
        page.wait_for_url(served.start)
        for _ in range(3):
            page.go_back()
            assert page.url == served.start or page.locator(".answer").count() == 0
        assert {cookie["name"] for cookie in page.context.cookies()} == kept
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert page.locator("html").get_attribute("data-size") == "normal"


def test_the_styles_are_light(database: str) -> None:
    del database
    assert len(compressed((FOLDER / "kiosk.css").read_bytes())) <= 4096
