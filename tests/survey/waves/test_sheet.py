"""The printed sheet: a page a place, the address as text and as code, nothing that loads or runs."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import segno

from survey.config import Home
from survey.waves import reads
from survey.waves.sheet import render_sheet, web_address, write_sheet
from tests.survey.registry.unit_files import as_csv, places, take_in
from tests.survey.waves.places import TODAY, open_wave

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site
    from survey.waves.plan import Mode
    from survey.waves.writes import Opened

URL = "https://longdan.example.vn"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Page(HTMLParser):
    """The texts, tags and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def rendered(site: Site, *modes: Mode) -> tuple[str, Opened]:
    opened = open_wave(site, "w", modes=modes)
    with site.stores.main.reading() as connection:
        wave = reads.known_wave(connection, "w", TODAY)
    return render_sheet(URL, wave, opened.places, opened.head), opened


def test_a_page_a_place_with_address_host_plan_and_head(city: Site) -> None:
    html, opened = rendered(city, "web", "kiosk")
    text = " ".join("".join(Page(html).texts).split())
    assert html.count('<section class="page"') == 2
    for place in opened.places:
        assert place.name in text
        assert place.organisation_name in text
        assert f"{URL}/s/w/{place.id}" in text
        assert f"Máy khảo sát của điểm này: {URL}/k/{place.id}" in text
    assert text.count(f"Địa chỉ trên màn hình phải bắt đầu bằng {URL}/ ") == 2
    # for the eye in groups, copied in one piece
    assert text.count(opened.head) == 2
    assert text.count(opened.plan_hash[:16]) == 2
    assert "01/07/2026 – 30/09/2026" in text


def test_the_code_is_that_of_the_address_and_no_micro_qr(city: Site) -> None:
    html, opened = rendered(city, "web")
    drawn = re.findall(r'<svg viewBox="0 0 (\d+) \1"><path stroke="#000" d="([^"]+)"/></svg>', html)
    for (size, path), place in zip(drawn, opened.places, strict=True):
        expected = segno.make(web_address(URL, "w", place.id), micro=False, error="m")
        assert int(size) == expected.symbol_size()[0]
        assert dark_modules(path) == {
            (x, y)
            for y, row in enumerate(expected.matrix_iter(border=4))
            for x, dark in enumerate(row)
            if dark
        }


def dark_modules(path: str) -> set[tuple[int, int]]:
    """Where the line of a code is drawn, walked step by step."""
    x, y, dark = 0.0, 0.0, set()
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            dark |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
        elif command == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return dark


def test_a_kiosk_alone_has_no_link_for_the_web(city: Site) -> None:
    html, opened = rendered(city, "kiosk")
    assert "/s/w/" not in html
    assert all(f"{URL}/k/{place.id}" in html for place in opened.places)


def test_nothing_loads_and_nothing_runs(city: Site) -> None:
    page = Page(rendered(city, "web")[0])
    contents = [value or "" for tag, name, value in page.attributes if (tag, name) == ("meta", "content")]
    [policy] = [content for content in contents if "default-src" in content]
    [style] = [text for text in page.texts if "@page" in text]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert {"script", "link", "img", "iframe", "a"} & set(page.tags) == set()
    assert {name for _, name, _ in page.attributes} & {"src", "href", "style", "onload"} == set()


def test_names_are_text_whatever_they_hold(city: Site, tmp_path: Path) -> None:
    name = '<script>alert("x")</script> & Đ'
    take_in(city, as_csv(tmp_path, f'place,X,"{name.replace(chr(34), chr(34) * 2)}",SNV,2026-01-01,,\n'))
    html, _ = rendered(city, "web")
    assert "<script" not in html
    assert name in unescape(html)


def test_a_sheet_is_written_whole_for_its_owner_alone(city: Site) -> None:
    opened = open_wave(city, "w")
    home = Home(city.home.path, city.home.settings.model_copy(update={"site_url": URL}))
    with city.stores.main.reading() as connection:
        wave = reads.known_wave(connection, "w", TODAY)
    path = write_sheet(home, wave, opened.places, opened.head)
    again = write_sheet(home, wave, opened.places, opened.head)
    assert path == again == home.sheets / "w.html"
    assert [one.name for one in home.sheets.iterdir()] == ["w.html"]
    assert places(city)["BD-1"][0] in path.read_text(encoding="utf-8")
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600
