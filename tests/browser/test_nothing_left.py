"""After a kiosk's reset Back, resubmitting, storage and the whole profile on the disk show nothing.

The profile is searched as a thief of the device would: every file, as it is and with what is compressed in it
unpacked, for what was asked and answered, and for every secret of the visit, in each way browsers write text.
"""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import zlib
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from questionnaires import loader
from questionnaires.model import Category
from tests.browser.conftest import FLAGS
from tests.browser.hands import COMMENT, begin, tap, walk
from tests.browser.measures import PATIENCE, press
from tests.browser.serving import serve
from tests.survey.web.collecting import collect
from tests.survey.web.kiosking import collect_at_kiosks
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flask import Flask, Response
    from playwright.sync_api import BrowserContext, Page, Playwright

    from questionnaires.model import Instrument
    from survey.site import Site
    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

    Profile = Callable[[], BrowserContext]

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ASKED, CHOSEN, CODE = "Câu được đánh dấu kxqzwv", "Đáp án được đánh dấu jvqxzk", 714_285_036
HIDDEN = """() => [...document.querySelectorAll('input[type=hidden]')]
  .filter((one) => one.value.length > 15).map((one) => one.value)"""
GZIP = re.compile(rb"\x1f\x8b\x08")
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
TRACES = (str(CODE), "kiosk-draft", "kiosk-size", "kiosk-lang")


def marked() -> Instrument:
    """The shortest survey with an item and an answer that stand nowhere else in the world."""
    instrument = loader.shipped("kiosk_core")
    (errand, *later) = instrument.sections
    item = dataclasses.replace(errand.items[0], wording=ASKED)
    changed = dataclasses.replace(errand, items=(item, *errand.items[1:]))
    scales = tuple(
        dataclasses.replace(scale, categories=(Category(code=CODE, wording=CHOSEN), *scale.categories[1:]))
        if scale.name == item.scale
        else scale
        for scale in instrument.scales
    )
    return dataclasses.replace(instrument, sections=(changed, *later), scales=scales)


@pytest.fixture
def profile(playwright: Playwright, chromium_path: str, tmp_path: Path) -> Profile:
    """Opens the browser on a profile that stays on the disk, as a kiosk's does."""

    def open_browser() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium_path,
            args=list(FLAGS),
            viewport={"width": 800, "height": 1280},
        )
        context.set_default_timeout(PATIENCE * 1000)
        return context

    return open_browser


def spellings(words: Iterable[str]) -> dict[str, bytes]:
    """Each secret as a browser may write it."""
    spelled = {}
    for word in words:
        spelled[f"{word}, UTF-8"] = word.encode()
        spelled[f"{word}, UTF-16"] = word.encode("utf-16-le")
        spelled[f"{word}, in an address"] = quote(word).encode()
        spelled[f"{word}, in a form"] = quote(word, safe="").replace("%20", "+").encode()
    return spelled


def unpacked(content: bytes) -> Iterator[bytes]:
    """What a file says: as it is, and each stream in it that gzip or zlib has packed."""
    yield content
    for start, window in ((GZIP, 16 + zlib.MAX_WBITS), (ZLIB, zlib.MAX_WBITS)):
        for found in start.finditer(content):
            packer = zlib.decompressobj(window)
            try:
                yield packer.decompress(content[found.start() :], 4_000_000)
            except zlib.error:
                continue


def left_in(folder: Path, words: Iterable[str]) -> list[str]:
    """Which words stand in which file of a folder."""
    spelled = spellings(words)
    return [
        f"{file.relative_to(folder)}: {name}"
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
        for text in unpacked(file.read_bytes())
        for name, word in spelled.items()
        if word in text
    ]


def secrets_of(page: Page, device: set[str]) -> set[str]:
    """The tokens in the page, and every cookie but those that the device had before the visit."""
    hidden = set(page.evaluate(HIDDEN))
    cookies = {one["value"] for one in page.context.cookies() if one["name"] not in device}
    return hidden | {value for value in cookies if len(value) > 15}


def visit(served: Served, page: Page) -> tuple[set[str], set[str]]:
    """A visit that is begun, read larger, and left at its first question, which was answered before.

    Returns:
        The names of the cookies that the device had, and the secrets of the visit.
    """
    served.pair(page)
    device = {one["name"] for one in page.context.cookies()} - {"session"}
    begin(page)
    secrets = secrets_of(page, device)
    tap(page, 0)
    secrets |= secrets_of(page, device)
    press(page, "button[name=size]")
    assert page.locator("html").get_attribute("data-size") == "large"
    press(page, "a.tool")
    assert page.url.endswith("/1")
    assert ASKED in page.content()
    return device, secrets | secrets_of(page, device)


def erase(served: Served, page: Page) -> None:
    """The warned reset, ended by its button."""
    page.goto(f"{served.kiosk}/idle")
    press(page, "button.second")
    assert page.url == served.kiosk


def shows_nothing(page: Page) -> bool:
    """Whether no answer, no question and no choice of the last person is on the screen."""
    large = page.locator("html").get_attribute("data-size") == "large"
    return page.locator("button.answer").count() == 0 and ASKED not in page.content() and not large


def test_back_and_resubmitting_show_nothing_and_storage_is_empty(site: Site, opened: Opens) -> None:
    survey = collect_at_kiosks(site, instrument=marked(), limited=False)
    with serve(survey) as served, opened("about:blank", width=800, height=1280) as page:
        device, _ = visit(served, page)
        other = page.context.new_page()
        other.goto(page.url)
        page.bring_to_front()
        erase(served, page)
        for _ in range(6):
            page.go_back()
            assert shows_nothing(page), page.url
        other.bring_to_front()
        tap(other, 0)
        assert shows_nothing(other)
        other.reload()  # a page that a form led to: the browser sends the form once more
        assert shows_nothing(other)
        assert other.locator("h1").inner_text() == "Phiếu này không\N{NO-BREAK SPACE}còn trên máy"
        page.bring_to_front()
        page.goto(served.kiosk)
        assert {one["name"] for one in page.context.cookies()} - {"session"} == device
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert page.evaluate("indexedDB.databases()") == []
        assert waiting(survey) == []


def leaky(app: Flask) -> None:
    """Let browsers keep pages: what a careless server would do."""

    @app.after_request
    def keep(response: Response) -> Response:
        response.headers["Cache-Control"] = "private, max-age=600"
        return response


@pytest.mark.parametrize("kept", [False, True], ids=["as served", "pages that browsers may keep"])
def test_the_profile_on_the_disk_holds_nothing_of_the_visit(
    site: Site, profile: Profile, tmp_path: Path, *, kept: bool
) -> None:
    survey = collect_at_kiosks(site, instrument=marked(), limited=False)
    if kept:
        leaky(survey.app)
    with serve(survey) as served:
        with closing(profile()) as context:
            page = context.new_page()
            device, secrets = visit(served, page)
            erase(served, page)
            page.goto(served.kiosk)
        found = left_in(tmp_path / "profile", {ASKED, CHOSEN, *TRACES, *secrets})
        assert len(secrets) >= 3
        assert left_in(tmp_path / "profile", {"/k/"}) != [], "the profile is one that was used"
        assert bool(found) is kept, found
        if kept:
            assert {ASKED, CHOSEN} <= {one.rpartition(": ")[2].partition(",")[0] for one in found}
        assert cookies_on_disk(tmp_path / "profile") - {"session"} == device
        with closing(profile()) as context:
            page = context.new_page()
            page.goto(served.kiosk)
            assert page.locator("button[name=language]").count() == 2, "the device is still the kiosk"


def test_the_profile_holds_no_comment_after_the_interview_on_the_web(
    site: Site, profile: Profile, tmp_path: Path
) -> None:
    survey = collect(site, limited=False)
    with serve(survey) as served, closing(profile()) as context:
        page = context.new_page()
        for name in walk(page, served.interview):
            del name
        press(page, "main .act button")
    (response,) = waiting(survey)
    assert response.comments == {"comment": COMMENT}
    assert left_in(tmp_path / "profile", {COMMENT}) == []


def cookies_on_disk(profile: Path) -> set[str]:
    """The names of the cookies that the profile keeps."""
    (file,) = [file for file in profile.rglob("Cookies") if file.is_file()]
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM cookies")}
