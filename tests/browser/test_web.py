"""The web interview in a real browser: in every size and theme, its errors, enlarged, in forced colours."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.hands import fill, walk
from tests.browser.measures import CUT_WORDS, SIDEWAYS, TEXT_SPACING, WIDTHS, press, violations, watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

THEMES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "light": ({}, {}),
    "dark": ({"theme": "dark"}, {}),
    "dark by the device": ({}, {"color_scheme": "dark"}),
    "contrast": ({"theme": "contrast"}, {}),
    "more contrast by the device": ({}, {"contrast": "more"}),
    "large": ({"size": "large"}, {}),
    "English": ({"lang": "en"}, {}),
    "forced colours": ({}, {"forced_colors": "active"}),
}
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, .answer label, .line, textarea')]
  .filter((target) => !target.closest('p:not(.act)') && !target.matches('.skip'))
  .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
UNEQUAL = """() => [...document.querySelectorAll('.answers')].filter((group) => {
  const boxes = [...group.querySelectorAll('.answer label')];
  const look = (box) => { const s = getComputedStyle(box);
    return [s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight].join(); };
  const free = boxes.filter((box) => !box.previousElementSibling.checked);
  const grid = getComputedStyle(group).display === 'grid';
  const sizes = new Set(grid ? boxes.map((box) => `${box.offsetHeight} ${box.offsetWidth}`) : []);
  return new Set(free.map(look)).size > 1 || sizes.size > 1;
}).length"""


def dress(page: Page, served: Served, theme: str) -> None:
    """Choose a theme's colours, size or language, as the page for the display does."""
    cookies = THEMES[theme][0].items()
    page.context.add_cookies([{"name": name, "value": value, "url": served.url} for name, value in cookies])


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_and_nothing_is_too_small_cut_or_wider_than_the_glass(
    web: Served, opened: Opens, theme: str
) -> None:
    # axe is a script, which the pages forbid; only here is their policy set aside.
    with opened("about:blank", width=320, bypass_csp=True, **THEMES[theme][1]) as page:
        dress(page, web, theme)
        for name in walk(page, web.interview):
            examine(page, f"{theme}, {name}")


@pytest.mark.parametrize("theme", THEMES)
def test_the_pages_around_are_as_good(web: Served, opened: Opens, theme: str) -> None:
    around = ["/", "/privacy", "/accessibility", "/display", "/withdraw", "/withdraw/done", "/nothing"]
    around += [f"/s/{web.survey.wave}", f"/s/{web.survey.wave}?q=yen+hoa", f"{web.survey.base}/declined"]
    with opened("about:blank", width=320, bypass_csp=True, **THEMES[theme][1]) as page:
        dress(page, web, theme)
        for path in around:
            page.goto(web.url + path)
            examine(page, f"{theme}, {path}")
        page.goto(web.interview)
        press(page, "button[value=agree]")
        for path in ("", "/later", "/stop", "/resume"):
            page.goto(web.interview + path)
            examine(page, f"{theme}, {path or 'begun'}")
        press(page, "main .act button")
        examine(page, f"{theme}, wrong code")


def examine(page: Page, name: str) -> None:
    """Everything that can be measured on a page, at each width."""
    page.mouse.move(0, 0)  # what the pointer is over looks chosen
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SIDEWAYS) <= 0, (name, width)
        assert page.evaluate(CUT_WORDS) == [], (name, width)
        assert page.evaluate(SMALL_TARGETS) == [], (name, width)
        assert page.evaluate(UNEQUAL) == 0, (name, width)
        if width != 390:
            assert violations(page) == [], (name, width)
    page.set_viewport_size({"width": 320, "height": 900})
    style = page.add_style_tag(content=TEXT_SPACING)
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert page.evaluate(CUT_WORDS) == [], name
    style.evaluate("(style) => style.remove()")


def test_what_is_measured_is_found(web: Served, opened: Opens) -> None:
    with opened(web.interview, width=320, bypass_csp=True) as page:
        press(page, "button[value=agree]")
        page.add_style_tag(
            content=".answer label { min-height: 0; padding: 0 } .answer:first-child label { color: red }"
        )
        assert page.evaluate(SMALL_TARGETS) != []
        assert page.evaluate(UNEQUAL) > 0
        page.add_style_tag(content="h1 { width: 1em; overflow-wrap: anywhere } main { width: 400px }")
        assert page.evaluate(CUT_WORDS) != []
        assert page.evaluate(SIDEWAYS) > 0
        page.evaluate("document.querySelector('legend').remove()")
        page.evaluate("document.querySelector('html').removeAttribute('lang')")
        assert violations(page) != []


def test_the_policy_stops_what_is_not_ours_and_the_browser_says_so(web: Served, opened: Opens) -> None:
    with opened(web.interview) as page:
        said = watch(page)
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.org/x\">')")
        assert sum("Content Security Policy" in message for message in said) == 2


def test_the_skip_link_comes_first_and_leads_to_the_content(web: Served, opened: Opens) -> None:
    with opened(web.interview) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_the_accessibility_tree_names_item_answer_and_fault(web: Served, opened: Opens) -> None:
    with opened(web.interview, width=390) as page:
        press(page, "button[value=agree]")
        press(page, "main .act button")
        assert page.title().startswith("Lỗi:")
        assert page.evaluate("document.activeElement.id") == "faults"
        group = page.get_by_role("group").first
        assert "loại thủ tục nào" in (group.locator("legend").text_content() or "")
        described = group.get_attribute("aria-describedby") or ""
        assert "Chưa có câu trả lời" in page.locator(f"#{described.strip()}").inner_text()
        assert group.get_by_role("radio", name="Xây dựng").count() == 1
        page.get_by_role("alert").get_by_role("link").first.click()
        assert page.evaluate("document.activeElement.id") == "q-procedure_group"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_wrong_code_brings_the_focus_to_what_is_wrong(web: Served, opened: Opens, *, scripts: bool) -> None:
    with opened(f"{web.interview}/resume", width=390, java_script_enabled=scripts) as page:
        press(page, "main .act button")
        assert page.title().startswith("Lỗi:")
        assert page.evaluate("document.activeElement.className") == "summary"


def test_forced_colours_show_what_is_chosen_and_how_far_one_is(web: Served, opened: Opens) -> None:
    with opened(web.interview, width=390, forced_colors="active") as page:
        press(page, "button[value=agree]")
        fill(page)
        chosen = page.locator("input:checked + label").first
        assert chosen.evaluate("(box) => getComputedStyle(box).outlineStyle") == "solid"
        colour = "(part) => getComputedStyle(part).backgroundColor"
        done, ahead = page.locator(".bar .done").first, page.locator(".bar span").last
        assert done.evaluate(colour) != ahead.evaluate(colour)


def test_nothing_moves(web: Served, opened: Opens) -> None:
    with opened("about:blank", width=390) as page:
        for name in walk(page, web.interview):
            assert page.evaluate("document.getAnimations().length") == 0, name


def test_four_times_enlarged_nothing_scrolls_sideways(web: Served, opened: Opens) -> None:
    with opened("about:blank", width=320, height=256, device_scale_factor=4) as page:
        for name in walk(page, web.interview):
            assert page.evaluate(SIDEWAYS) <= 0, name
            assert page.evaluate(SMALL_TARGETS) == [], name


def test_a_closed_tab_goes_on_where_it_was(web: Served, opened: Opens) -> None:
    with opened(web.interview, width=390) as page:
        press(page, "button[value=agree]")
        fill(page)
        press(page, "main .act button")
        where = page.url
        with contextlib.closing(page.context.new_page()) as other:
            page.close()
            other.goto(web.interview)
            press(other, "button[value=continue]")
            assert other.url == where
