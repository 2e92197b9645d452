"""Reading aloud: offered where the device has a voice of its own for the language, begun on request alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.hands import begin, tap
from tests.browser.measures import VOICES, press

if TYPE_CHECKING:
    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SAID = "window.said.map((words) => [words.text, words.lang, words.voice.name])"


@pytest.mark.parametrize(("own", "heard"), [("true", True), ("false", False)])
def test_on_the_web_where_the_reader_asked_for_it(
    web: Served, opened: Opens, own: str, *, heard: bool
) -> None:
    with opened("about:blank", width=390) as page:
        page.context.add_init_script(VOICES % own)
        page.goto(web.interview)
        press(page, "button[value=agree]")
        assert page.locator(".listen").count() == 0
        page.context.add_cookies([{"name": "sound", "value": "on", "url": web.url}])
        page.reload()
        assert (page.locator(".listen").count() > 0) is heard
        assert page.evaluate(SAID) == []
        if heard:
            page.locator(".listen").first.click()
            ((text, language, voice),) = page.evaluate(SAID)
            assert "loại thủ tục nào" in text
            assert "Xây dựng" in text
            assert text.endswith("Không muốn trả lời.")
            assert (language, voice) == ("vi", "vi-VN")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_at_a_kiosk_on_every_screen_that_has_tools(at_kiosk: Served, opened: Opens, language: str) -> None:
    with opened("about:blank", width=800, height=1280) as page:
        page.context.add_init_script(VOICES % "true")
        at_kiosk.pair(page)
        page.click("#listen")
        ((text, spoken, _),) = page.evaluate(SAID)
        assert spoken == "vi"
        assert "12 câu" in text
        assert "Đồng ý, bắt đầu" in text
        assert "questions" not in text, "each language has its own voice"
        begin(page, language)
        assert page.evaluate(SAID) == [], "nothing is said unasked"
        page.click("#listen")
        ((text, spoken, voice),) = page.evaluate(SAID)
        assert (spoken, voice[:2]) == (language, language)
        for button in page.locator("h1, button.answer").all_inner_texts():
            assert button.replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ") in text
        assert page.url.endswith("/1"), "hearing answers nothing"
        page.goto(f"{at_kiosk.kiosk}/idle")
        page.click("#listen")
        assert "20" in page.evaluate(SAID)[0][0]


@pytest.mark.parametrize(("own", "scripts"), [("false", True), ("true", False)])
def test_at_a_kiosk_no_button_without_a_voice_or_without_scripts(
    at_kiosk: Served, opened: Opens, own: str, *, scripts: bool
) -> None:
    with opened("about:blank", width=800, height=1280, java_script_enabled=scripts) as page:
        page.context.add_init_script(VOICES % own)
        at_kiosk.pair(page)
        begin(page)
        tap(page, 0)
        assert not page.locator("#listen").is_visible()


def test_a_second_press_stops_the_voice(at_kiosk: Served, opened: Opens) -> None:
    speaking = "Object.defineProperty(speechSynthesis, 'speaking', {get: () => window.said.length === 1});"
    cancel = "speechSynthesis.cancel = () => { window.stopped = (window.stopped || 0) + 1; };"
    with opened("about:blank", width=800, height=1280) as page:
        page.context.add_init_script(VOICES % "true" + ";" + speaking + cancel)
        at_kiosk.pair(page)
        page.click("#listen")
        stopped = page.evaluate("window.stopped")
        page.click("#listen")
        assert page.evaluate("window.stopped") == stopped + 1
        assert len(page.evaluate(SAID)) == 1
