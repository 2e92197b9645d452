"""The report as people meet it: on a phone, in the dark, enlarged, by keyboard or screen reader, on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey.scoring.report.page import render
from survey.scoring.report.standing import shown
from tests.browser.measures import CUT_WORDS, SIDEWAYS, TEXT_SPACING, WIDTHS, until, violations
from tests.survey.scoring.report.samples import hanoi, hanoi_open, kansas_city

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import ConsoleMessage

    from tests.browser.conftest import Opens

SAMPLES = {"kansas_city": (kansas_city, "en"), "hanoi": (hanoi, "vi"), "hanoi_open": (hanoi_open, "vi")}
THEMES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"color_scheme": "light", "contrast": "more"},
    "dark, more contrast": {"color_scheme": "dark", "contrast": "more"},
}
SMALL_TARGETS = """() => [...document.querySelectorAll('summary, a')]
  .filter((target) => !target.closest('p'))
  .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
OPEN_SOME = (
    """() => document.querySelectorAll('details').forEach((part, place) => { part.open = place < 3 })"""
)


@pytest.fixture(params=SAMPLES)
def report(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a sample report stands on the disk."""
    make, code = SAMPLES[request.param]
    return written(tmp_path, render(make(), code))


@pytest.fixture
def wards(tmp_path: Path) -> str:
    return written(tmp_path, render(hanoi(), "vi"))


def written(folder: Path, html: str) -> str:
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8", newline="\n")
    return file.as_uri()


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(report: str, theme: str, opened: Opens) -> None:
    # axe is a script, which the page forbids; only here is its policy set aside.
    with opened(report, bypass_csp=True, **THEMES[theme]) as page:
        page.evaluate(OPEN_SOME)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], width


def test_axe_sees_a_planted_fault(wards: str, opened: Opens) -> None:
    with opened(wards, bypass_csp=True) as page:
        page.evaluate("document.querySelector('svg.mark[role=img]').removeAttribute('aria-label')")
        assert any(fault.startswith("svg-img-alt") for fault in violations(page))


def test_nothing_scrolls_sideways_and_no_word_is_cut(report: str, opened: Opens) -> None:
    with opened(report) as page:
        page.evaluate(OPEN_SOME)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(SIDEWAYS) <= 0, width
            assert page.evaluate(CUT_WORDS) == [], width


def test_four_times_enlarged_nothing_scrolls_sideways(report: str, opened: Opens) -> None:
    with opened(report, width=320, height=256, device_scale_factor=4) as page:
        page.evaluate(OPEN_SOME)
        assert page.evaluate(SIDEWAYS) <= 0


def test_wider_text_spacing_loses_nothing(report: str, opened: Opens) -> None:
    with opened(report, width=320, bypass_csp=True) as page:
        page.evaluate(OPEN_SOME)
        page.add_style_tag(content=TEXT_SPACING)
        assert page.evaluate(SIDEWAYS) <= 0
        assert page.evaluate(CUT_WORDS) == []


def test_a_cut_word_would_be_seen(wards: str, opened: Opens) -> None:
    with opened(wards, width=320, bypass_csp=True) as page:
        page.add_style_tag(content="h1 { width: 2em; overflow-wrap: anywhere }")
        assert page.evaluate(CUT_WORDS) != []


def test_targets_are_large_enough(report: str, opened: Opens) -> None:
    with opened(report) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.locator(".skip").focus()
            assert page.evaluate(SMALL_TARGETS) == [], width


def test_the_page_keeps_its_own_policy_and_asks_for_nothing(report: str, opened: Opens) -> None:
    messages: list[str] = []
    requests: list[str] = []

    def note(message: ConsoleMessage) -> None:
        messages.append(message.text)

    with opened("about:blank") as page:
        page.on("console", note)
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(report)
        page.evaluate(OPEN_SOME)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 248, 243)"
    assert messages == []
    assert requests == [report]


def test_the_policy_stops_what_it_does_not_know(tmp_path: Path, opened: Opens) -> None:
    html = render(hanoi(), "vi")
    planted = html.replace("<h1>", '<script>document.title = "ran"</script><h1 style="color: red">', 1)
    assert planted != html
    messages: list[str] = []
    with opened("about:blank") as page:
        page.on("console", lambda message: messages.append(message.text))
        page.goto(written(tmp_path, planted))
        assert page.title() != "ran"
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(23, 35, 42)"
    assert sum("Content Security Policy" in message for message in messages) == 2


@pytest.mark.parametrize("width", WIDTHS)
def test_marks_stand_on_the_glass_where_the_axis_says(wards: str, width: int, opened: Opens) -> None:
    with opened(wards, width=width) as page:
        ends = page.evaluate(
            """() => [...document.querySelector('#grid').children].map((line) => line.getAttribute('x1'))"""
        )
        assert (ends[0], ends[-1]) == ("0%", "100%")
        start = int(page.locator("svg.axis").first.locator("text:not(.label)").first.text_content() or "")
        places = page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.scores tr:has(.mark)')].map((row) => {
              const drawing = row.querySelector('svg.mark').getBoundingClientRect();
              const box = (selector) => row.querySelector(selector).getBoundingClientRect();
              const dot = box('circle'), whisker = box('.whisker');
              const share = (x) => (x - drawing.left) / drawing.width;
              return [row.querySelector('a').textContent, [
                share(dot.left + dot.width / 2), share(whisker.left), share(whisker.right),
                Math.abs(dot.top + dot.height / 2 - (drawing.top + drawing.height / 2))]];
            }))"""
        )
        report = hanoi()
        names = {code: agency.name for code, agency in report.agencies.items()}
        compared = 0
        for code, row in report.headlines().items():
            numbers = shown(row)
            if numbers is None:
                continue
            key = next(name for name in places if name.endswith(f" {names[code]}"))
            *shares, off_centre = places[key]
            found = [start + share * (100 - start) for share in shares]
            expected = [numbers.estimate, numbers.low, numbers.high]
            assert found == pytest.approx(expected, abs=0.25), key
            assert off_centre < 1
            compared += 1
        assert compared > 20


def test_the_standard_is_one_line_through_all_rows(wards: str, opened: Opens) -> None:
    with opened(wards) as page:
        label, *lines = page.evaluate(
            """() => {
              const label = document.querySelector('.axis .label').getBoundingClientRect();
              const uses = [...document.querySelectorAll('.scores use[href="#standard"]')];
              return [label.left + label.width / 2, ...uses.map((use) => use.getBoundingClientRect().left)];
            }"""
        )
        assert len(lines) > 20
        assert lines == pytest.approx([label] * len(lines), abs=1.5)


def test_a_folded_table_is_still_a_table_to_a_screen_reader(report: str, opened: Opens) -> None:
    with opened(report) as page:
        counts = []
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            table = page.get_by_role("table").first
            roles = ("row", "rowheader", "columnheader", "cell")
            counts.append([table.get_by_role(role).count() for role in roles])
            assert table.get_by_role("columnheader").all_inner_texts()
        assert counts[0] == counts[1]
        assert counts[0][2] == 4
        assert page.locator("svg.mark[role=img]").first.get_attribute("aria-label")


def test_the_keyboard_reaches_everything(wards: str, opened: Opens) -> None:
    with opened(wards, width=320) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.scores') !== null")
        region = page.locator(".scroll").first
        region.focus()
        page.keyboard.press("ArrowRight")
        until(page, "document.querySelector('.scroll').scrollLeft > 0")
        summary = page.locator("summary").first
        summary.focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        page.keyboard.press("Enter")
        assert page.locator("details").first.evaluate("(part) => part.open")
        assert page.locator("table.parts").first.is_visible()


def test_forced_colours_keep_every_mark(wards: str, opened: Opens) -> None:
    with opened(wards, forced_colors="active") as page:
        ink = page.evaluate("getComputedStyle(document.body).color")
        for mark in (".scores .whisker", ".scores .dot"):
            assert page.locator(mark).first.evaluate("(mark) => getComputedStyle(mark).fill") == ink
        for mark in ("#standard", ".scores .hollow"):
            assert page.locator(mark).first.evaluate("(mark) => getComputedStyle(mark).stroke") == ink


def test_paper_is_black_on_white_and_the_table_stays_a_table(wards: str, opened: Opens) -> None:
    with opened(wards, color_scheme="dark", width=700) as page:
        page.emulate_media(media="print")
        body = page.evaluate(
            "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
        )
        assert body == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert page.evaluate("getComputedStyle(document.querySelector('.scores')).display") == "table"
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.scores .dot')).fill") == "rgb(0, 0, 0)"
        )
        assert not page.locator("summary").first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF-")
