"""The printed sheet in a real browser: one A4 page a place, also with the longest name, and no fault told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from survey.waves import reads
from survey.waves.sheet import write_sheet
from tests.survey.registry.unit_files import CITY, as_csv, take_in
from tests.survey.waves.places import TODAY, kiosk_core, open_wave, publish

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site
    from tests.browser.conftest import Opens

PAGES = re.compile(rb"/Type\s*/Page\b")
LONGEST = ("Trung tâm Phục vụ hành chính công phường Nghĩa Đô mở rộng " * 4)[:200].strip()


@pytest.fixture
def sheet(site: Site, tmp_path: Path) -> Path:
    take_in(site, as_csv(tmp_path, f"{CITY}place,L-1,{LONGEST},00004,2025-07-01,,\n"))
    publish(site, kiosk_core())
    wave = "w" * 40
    opened = open_wave(site, wave, modes=("web", "kiosk"))
    with site.stores.main.reading() as connection:
        view = reads.known_wave(connection, wave, TODAY)
    return write_sheet(site.home, view, opened.places, opened.head)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_place_has_one_page_and_its_code_can_be_scanned(sheet: Path, opened: Opens) -> None:
    with opened(sheet.as_uri()) as page:
        messages: list[str] = []
        page.on("console", lambda message: messages.append(message.text))
        page.reload()
        assert messages == []
        assert len(PAGES.findall(page.pdf(prefer_css_page_size=True))) == 3
        page.emulate_media(media="print")
        boxes = [code.bounding_box() for code in page.locator(".code svg").all()]
        # 85 mm at 96 points an inch; the quiet zone is part of it
        assert [box is not None and abs(box["width"] - 321) < 2 for box in boxes] == [True] * 3
        names = page.locator("h1").all()
        sizes = [float(name.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) for name in names]
        assert min(sizes) > 26


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_phone_shows_the_sheet_without_sideways_scroll(sheet: Path, opened: Opens) -> None:
    with opened(sheet.as_uri(), width=320) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
