"""The kiosk in a real browser: every screen on every glass, both fonts, taps too early, forced colours."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from questionnaires import loader
from questionnaires.model import Category
from survey.waves.opening import KIOSK_ANSWERS
from survey.web.pages import compressed
from survey.web.static_files import FOLDER
from tests.browser.hands import begin, tap
from tests.browser.measures import CUT_WORDS, VOICES, press, until, violations
from tests.browser.serving import serve
from tests.survey.web.kiosking import collect_at_kiosks

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from questionnaires.model import Instrument
    from survey.site import Site
    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SIZES = ((1080, 1920), (800, 1280), (1200, 1920), (1280, 800), (1920, 1080))
FONTS = ("Be Vietnam Pro", "of the device")
SCROLLS = """() => { const page = document.documentElement;
  return [page.scrollHeight - innerHeight, page.scrollWidth - innerWidth]; }"""
SMALL_OR_OFF = """() => [...document.querySelectorAll('a, button:not([hidden])')]
  .map((target) => [target.innerText, target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 64 || box.width < 64 || box.top < 0 || box.bottom > innerHeight + 1)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
SPILT = """() => [...document.querySelectorAll('a, button:not([hidden]), h1, p')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 3)
  .map((box) => box.innerText)"""
LOOKS = """(selector) => new Set([...document.querySelectorAll(selector)].map((one) => {
  const look = getComputedStyle(one), box = one.getBoundingClientRect();
  return [look.color, look.backgroundColor, look.border, look.fontSize, look.fontWeight,
    Math.round(box.width), Math.round(box.height)].join();
})).size"""
HAS_FONT = "[...document.fonts].some((one) => one.status === 'loaded')"


def prepare(page: Page, font: str) -> None:
    """A device with voices, so that all tools stand there, and with or without the font of the pages."""
    page.context.add_init_script(VOICES % "true")
    if font != FONTS[0]:
        page.context.route("**/*.woff2", lambda route: route.abort())


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_scrolls_and_every_target_is_large_on_every_glass(
    at_kiosk: Served, opened: Opens, language: str, font: str
) -> None:
    with opened("about:blank", width=1080, height=1920, bypass_csp=True) as page:
        prepare(page, font)
        page.goto(f"{at_kiosk.url}/")
        at_kiosk.pair(page)
        page.reload()
        assert page.evaluate(HAS_FONT) is (font == FONTS[0])
        examine(page, "start")
        press(page, f"a[hreflang={language}]")
        examine(page, "about")
        press(page, "a.first")
        begin(page, language)
        for place in range(12):
            examine(page, f"item {place + 1}")
            assert page.evaluate(LOOKS, ".answers .answer") == 1
            assert page.evaluate(LOOKS, ".apart .answer") == 1
            if place == 1:
                page.goto(f"{at_kiosk.kiosk}/idle")
                examine(page, "idle")
                press(page, "a.first")
            tap(page, 1)
        examine(page, "thanks")
        page.goto(f"{at_kiosk.kiosk}/1")
        assert page.url == at_kiosk.kiosk


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
            assert page.evaluate(SPILT) == [], where
    for theme in ("contrast", "light"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        assert violations(page) == [], (name, theme)
    page.evaluate("() => { document.documentElement.dataset.size = 'normal'; }")


def many_answers() -> Instrument:
    """An item with as many answers as a kiosk may ask."""
    instrument = loader.load("tests/definitions/features/single_choice.yaml")
    (scale,) = instrument.scales
    words = "Giấy chứng nhận quyền sử dụng đất"
    categories = tuple(Category(code=code, wording=f"{words} {code}") for code in range(KIOSK_ANSWERS))
    return dataclasses.replace(instrument, scales=(dataclasses.replace(scale, categories=categories),))


def test_as_many_answers_as_may_be_asked_stand_on_every_glass(site: Site, opened: Opens) -> None:
    survey = collect_at_kiosks(site, instrument=many_answers(), limited=False)
    with serve(survey) as served, opened("about:blank", width=1080, height=1920, bypass_csp=True) as page:
        prepare(page, FONTS[0])
        served.pair(page)
        begin(page)
        assert page.locator(".answers .answer").count() == KIOSK_ANSWERS
        examine(page, "twelve answers")


def test_what_is_measured_is_found(at_kiosk: Served, opened: Opens) -> None:
    with opened("about:blank", width=1080, height=1920, bypass_csp=True) as page:
        at_kiosk.pair(page)
        begin(page)
        page.add_style_tag(
            content="li:first-child .answer { min-height: 0; height: 50px; color: red }"
            "h1 { width: 3em } .soft { height: 1em } .tools { margin-bottom: -9rem; padding-bottom: 9rem }"
        )
        assert page.evaluate(SMALL_OR_OFF) != []
        assert page.evaluate(SPILT) != []
        assert page.evaluate(LOOKS, ".answers .answer") == 2
        page.add_style_tag(content="main { height: 3000px }")
        assert page.evaluate(SCROLLS)[0] > 0


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_tap_meant_for_the_screen_before_does_nothing(at_kiosk: Served, opened: Opens, motion: str) -> None:
    with opened("about:blank", width=800, height=1280, has_touch=True, reduced_motion=motion) as page:
        at_kiosk.pair(page)
        begin(page)
        box = page.locator(".answers .answer").first.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        at = "([x, y]) => document.elementFromPoint(x, y).closest('button') !== null"
        pause = """(time) => document.getAnimations().forEach((one) => {
          one.pause(); one.currentTime = time; })"""
        page.evaluate("addEventListener('click', (click) => { window.hit = click.target.tagName; })")
        page.evaluate(pause, 20)
        assert not page.evaluate(at, middle)
        page.touchscreen.tap(*middle)
        until(page, "window.hit !== undefined")
        assert page.evaluate("window.hit") != "BUTTON"
        assert page.url == f"{at_kiosk.kiosk}/1"
        page.evaluate(pause, 600)
        assert page.evaluate(at, middle)
        with page.expect_navigation():
            page.touchscreen.tap(*middle)
        assert page.url == f"{at_kiosk.kiosk}/2"


def test_less_motion_stills_the_bar_and_keeps_the_guard(at_kiosk: Served, opened: Opens) -> None:
    names = "document.getAnimations().map((one) => one.animationName)"
    for motion, moves in (("no-preference", ["wait", "guard"]), ("reduce", ["guard"])):
        with opened("about:blank", width=800, height=1280, reduced_motion=motion) as page:
            at_kiosk.pair(page)
            begin(page)
            page.goto(f"{at_kiosk.kiosk}/idle")
            # the guard is over after .4 s: that it begins is told by the style
            assert "wait" in page.evaluate(names) or motion == "reduce"
            styled = ".act, .waiting span"
            told = page.locator(styled).evaluate_all(
                "(all) => all.map((one) => getComputedStyle(one).animationName)"
            )
            assert [name for name in told if name != "none"] == moves


def test_forced_colours_show_buttons_and_how_far_one_is(at_kiosk: Served, opened: Opens) -> None:
    with opened("about:blank", width=800, height=1280, forced_colors="active", bypass_csp=True) as page:
        at_kiosk.pair(page)
        assert violations(page) == []
        begin(page)
        tap(page, 0)
        assert violations(page) == []
        for button in page.locator("button:not([hidden]), a.tool").all():
            edge = button.evaluate("(one) => getComputedStyle(one).borderTopColor")
            assert edge != button.evaluate("(one) => getComputedStyle(one).backgroundColor")
        colour = "(part) => getComputedStyle(part).backgroundColor"
        assert page.locator(".bar .done").first.evaluate(colour) != page.locator(".bar span").last.evaluate(
            colour
        )


def test_the_styles_are_light(database: str) -> None:
    del database
    assert len(compressed((FOLDER / "kiosk.css").read_bytes())) <= 4096
