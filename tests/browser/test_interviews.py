"""Both interviews from first page to last: scripts on and off, both languages, by pointer and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from questionnaires.model import Missing
from tests.browser.hands import COMMENT, HANDS, begin, tap, walk
from tests.browser.measures import watch
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.parametrize("hand", HANDS),
    pytest.mark.parametrize("language", ["vi", "en"]),
    pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"]),
]

REASONS = {reason.value for reason in Missing}


def meant(chosen: dict[str, str]) -> dict[str, int | Missing]:
    """What was chosen on the page as the store keeps it."""
    return {name: Missing(text) if text in REASONS else int(text) for name, text in chosen.items()}


def hosts(page: Page) -> set[str]:
    """The hosts that are asked for anything from now on."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    return asked


def test_on_the_web(web: Served, opened: Opens, language: str, hand: str, *, scripts: bool) -> None:
    chosen: dict[str, str] = {}
    with opened(f"{web.url}/?lang={language}", width=390, java_script_enabled=scripts) as page:
        said, asked = watch(page), hosts(page)
        names = list(walk(page, web.interview, chosen, HANDS[hand]))
        assert names[0] == "start"
        assert names[-2:] == ["look", "thanks"]
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(".code").inner_text().count("-") == 3
        assert asked == {web.url.removeprefix("http://")}
    assert said == []
    (response,) = waiting(web.survey)
    assert (response.language, response.mode) == (language, "web")
    assert response.values == meant(chosen)
    assert response.comments == {"comment": COMMENT}


def test_at_a_kiosk(at_kiosk: Served, opened: Opens, language: str, hand: str, *, scripts: bool) -> None:
    chosen: dict[str, str] = {}
    with opened("about:blank", width=800, height=1280, java_script_enabled=scripts) as page:
        said, asked = watch(page), hosts(page)
        at_kiosk.pair(page)
        begin(page, language, HANDS[hand])
        for place in range(12):
            assert page.locator("html").get_attribute("lang") == language
            name, value = tap(page, place, HANDS[hand])
            chosen[name] = value
        assert page.url == f"{at_kiosk.kiosk}/thanks"
        HANDS[hand].press(page, "a.first")
        assert page.url == at_kiosk.kiosk
        assert asked == {at_kiosk.url.removeprefix("http://")}
    assert said == []
    (response,) = waiting(at_kiosk.survey)
    assert (response.language, response.mode) == (language, "kiosk")
    assert response.values == meant(chosen)
