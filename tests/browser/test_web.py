"""The web interview in a real browser: with scripts and without, by keyboard, in every size and theme."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from survey.cli.serve import listen
from survey.web.site import EXTENSION
from tests.browser.test_report import CUT_WORDS, SIDEWAYS, TEXT_SPACING
from tests.survey.web.collecting import Survey, collect
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from survey.site import Site
    from tests.browser.conftest import Opens

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WIDTHS = (320, 390, 1280)
THEMES = {
    "light": {},
    "dark": {"theme": "dark"},
    "contrast": {"theme": "contrast"},
    "large": {"size": "large"},
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
  const heights = new Set(grid ? boxes.map((box) => Math.round(box.offsetHeight)) : []);
  return new Set(free.map(look)).size > 1 || heights.size > 1;
}).length"""


class Served(NamedTuple):
    """A survey and where it is served."""

    survey: Survey
    url: str

    @property
    def interview(self) -> str:
        """The address of the interview."""
        return self.url + self.survey.base


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    survey = collect(site, limited=False)
    server = listen(survey.app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Served(survey, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    server.task_dispatcher.shutdown(cancel_pending=True)
    thread.join(10)
    survey.app.extensions[EXTENSION].stores.close()


def watch(page: Page) -> list[str]:
    """What the browser complains of, policy violations among it, from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def fill(page: Page, turn: int) -> None:
    """Choose an answer of every item, another one each turn, and write where one can."""
    for group in page.query_selector_all("fieldset"):
        boxes = group.query_selector_all(".answer label")
        boxes[turn % len(boxes)].click()
        turn += 1
    for box in page.query_selector_all("textarea"):
        box.fill("Nên có thêm ghế ngồi chờ.")


def walk(page: Page, served: Served) -> Iterator[str]:
    """Go from the consent to the thanks; yields the name of each page when it stands there."""
    page.goto(served.interview)
    yield "start"
    page.click("button[value=agree]")
    turn = 0
    while "/look" not in page.url:
        if turn == 0:
            page.click("main button:not(.listen)")
            yield "faults"
        fill(page, turn)
        yield page.url.rpartition("/")[2]
        page.click("main .act button")
        turn += 1
    yield "look"
    page.click("main .act button")
    yield "thanks"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_whole_interview(served: Served, opened: Opens, language: str, *, scripts: bool) -> None:
    with opened("about:blank", width=390, java_script_enabled=scripts) as page:
        said = watch(page)
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(f"{served.url}/?lang={language}")
        names = list(walk(page, served))
        assert names[0] == "start"
        assert names[-2:] == ["look", "thanks"]
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(".code").inner_text().count("-") == 3
        assert hosts == {served.url.removeprefix("http://")}
    assert said == []
    (response,) = waiting(served.survey)
    assert response.language == language
    assert response.comments == {"comment": "Nên có thêm ghế ngồi chờ."}


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_and_nothing_is_too_small_cut_or_wider_than_the_glass(
    served: Served, opened: Opens, theme: str
) -> None:
    with opened("about:blank", width=320, bypass_csp=True) as page:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": served.url} for name, value in THEMES[theme].items()]
        )
        for name in walk(page, served):
            examine(page, f"{theme}, {name}")


@pytest.mark.parametrize("theme", THEMES)
def test_the_pages_around_are_as_good(served: Served, opened: Opens, theme: str) -> None:
    with opened("about:blank", width=320, bypass_csp=True) as page:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": served.url} for name, value in THEMES[theme].items()]
        )
        around = ["/", "/privacy", "/accessibility", "/display", "/withdraw", "/withdraw/done", "/nothing"]
        base = served.survey.base
        around += [f"/s/{served.survey.wave}", f"/s/{served.survey.wave}?q=yen+hoa", f"{base}/declined"]
        for path in around:
            page.goto(served.url + path)
            examine(page, f"{theme}, {path}")
        page.goto(served.interview)
        page.click("button[value=agree]")
        for path in ("", "/later", "/stop", "/resume"):
            page.goto(served.interview + path)
            examine(page, f"{theme}, {path or 'begun'}")
        page.click("main .act button")
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
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], (name, width)
    page.set_viewport_size({"width": 320, "height": 900})
    style = page.add_style_tag(content=TEXT_SPACING)
    assert page.evaluate(SIDEWAYS) <= 0, name
    assert page.evaluate(CUT_WORDS) == [], name
    style.evaluate("(style) => style.remove()")


def test_what_is_measured_is_found(served: Served, opened: Opens) -> None:
    with opened(served.interview, width=320, bypass_csp=True) as page:
        page.click("button[value=agree]")
        page.add_style_tag(
            content=".answer label { min-height: 0; padding: 0 } .answer:first-child label { color: red }"
        )
        assert page.evaluate(SMALL_TARGETS) != []
        assert page.evaluate(UNEQUAL) > 0


def test_the_interview_by_keyboard_alone(served: Served, opened: Opens) -> None:
    with opened(served.interview, width=1280) as page:
        press_to(page, "button[value=agree]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/1")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(12):
            for group in range(page.locator("fieldset").count()):
                press_to(page, f"fieldset >> nth={group} >> input >> nth=0")
                page.keyboard.press("Space")
                page.keyboard.press("ArrowDown")
            before = page.url
            press_to(page, "main .act button")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, before=before: url != before)
            if page.url.endswith("/look"):
                break
        press_to(page, "main .act button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks")
    (response,) = waiting(served.survey)
    assert response.values["signs"] == 2


def press_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; it shows where it is on the way."""
    wanted = page.locator(selector).first
    for _ in range(80):
        if wanted.evaluate("(one) => one === document.activeElement"):
            ring = wanted.evaluate(
                "(one) => getComputedStyle(one.matches('input') ? one.nextElementSibling : one).outlineWidth"
            )
            assert ring == "3px", selector
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_accessibility_tree_names_item_answer_and_fault(served: Served, opened: Opens) -> None:
    with opened(served.interview, width=390) as page:
        page.click("button[value=agree]")
        page.click("main .act button")
        assert page.title().startswith("Lỗi:")
        assert page.evaluate("document.activeElement.id") == "faults"
        group = page.get_by_role("group").first
        assert "loại thủ tục nào" in (group.locator("legend").text_content() or "")
        described = group.get_attribute("aria-describedby") or ""
        assert "Chưa có câu trả lời" in page.locator(f"#{described.strip()}").inner_text()
        assert group.get_by_role("radio", name="Xây dựng").count() == 1
        page.get_by_role("alert").get_by_role("link").first.click()
        assert page.evaluate("document.activeElement.id") == "q-procedure_group"


def test_back_shows_what_was_entered_and_resubmitting_sends_once(served: Served, opened: Opens) -> None:
    with opened("about:blank", width=390) as page:
        for name in walk(page, served):
            if name == "2":
                page.go_back()
                assert page.locator("input:checked").count() == 2
                page.go_forward()
                fill(page, 1)
        code = page.locator(".code").inner_text()
        page.go_back()
        assert "/look" not in page.url or page.locator("main .act button").count() == 1
        page.goto(served.interview + "/thanks")
        assert page.locator(".code").inner_text() == code
        page.click("main .act button")
        assert page.locator(".code").count() == 0
    assert len(waiting(served.survey)) == 1


def test_questions_are_read_aloud_where_asked_for_and_by_a_voice_of_the_device(
    served: Served, opened: Opens
) -> None:
    voices = """() => {
      window.said = [];
      const voice = {lang: 'vi-VN', localService: %s, name: 'one'};
      Object.defineProperty(speechSynthesis, 'getVoices', {value: () => [voice]});
      Object.defineProperty(speechSynthesis, 'speak', {value: (words) => window.said.push(words.text)});
      window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
    }"""
    for local, heard in (("true", True), ("false", False)):
        with opened("about:blank", width=390) as page:
            page.context.add_cookies([{"name": "sound", "value": "on", "url": served.url}])
            page.context.add_init_script(f"({voices % local})()")
            page.goto(served.interview)
            page.click("button[value=agree]")
            assert (page.locator(".listen").count() > 0) is heard
            if heard:
                page.locator(".listen").first.click()
                assert "Xây dựng" in page.evaluate("window.said")[0]


def test_forced_colours_show_what_is_chosen(served: Served, opened: Opens) -> None:
    with opened(served.interview, width=390, forced_colors="active") as page:
        page.click("button[value=agree]")
        fill(page, 0)
        chosen = page.locator("input:checked + label").first
        assert chosen.evaluate("(box) => getComputedStyle(box).outlineStyle") == "solid"


def test_four_times_enlarged_nothing_scrolls_sideways(served: Served, opened: Opens) -> None:
    with opened("about:blank", width=320, height=256, device_scale_factor=4) as page:
        for name in walk(page, served):
            assert page.evaluate(SIDEWAYS) <= 0, name


def test_a_closed_tab_goes_on_where_it_was(served: Served, opened: Opens) -> None:
    with opened(served.interview, width=390) as page:
        page.click("button[value=agree]")
        fill(page, 0)
        page.click("main .act button")
        where = page.url
        with contextlib.closing(page.context.new_page()) as other:
            page.close()
            other.goto(served.interview)
            other.click("button[value=continue]")
            assert other.url == where
