"""A site with an open wave, and persons who answer it over HTTP as a browser without scripts does."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from questionnaires import loader
from survey.app import create_app
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units
from survey.waves import reads
from survey.waves.opening import Opening
from survey.waves.writes import open_wave, publish, version_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask import Flask
    from werkzeug.test import TestResponse

    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView
    from survey.site import Site
    from survey.waves.plan import Mode

    Choose = Callable[[str, list[str]], str]

NOW = datetime(2026, 11, 16, 2, 30, tzinfo=UTC)
TODAY = NOW.date()
WAVE = "quy-4-2026"
WARDS = ("Yên Hòa", "Cầu Giấy", "Đống Đa")


@dataclass
class Clock:
    """The time of a test, which it moves itself."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Survey:
    """A wave that is open at a few places, and the application that serves it."""

    site: Site
    app: Flask
    clock: Clock
    instrument: Instrument
    places: list[PlaceView]
    wave: str = WAVE

    @property
    def base(self) -> str:
        """Where the interview of the first place is."""
        return f"/s/{self.wave}/{self.places[0].id}"

    def publish(self, instrument: Instrument) -> str:
        """Publish a further version."""
        with self.site.stores.main.writing() as connection:
            now = self.clock.now
            return publish(connection, instrument, now=now, today=TODAY, actor="test", breaking="offer").hash


@dataclass(frozen=True)
class Control:
    """One control of a form."""

    tag: str
    type: str
    name: str
    value: str
    chosen: bool


class Reader(HTMLParser):
    """What a browser without scripts makes of a page: its forms, its title, its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.controls: list[Control] = []
        self.forms = 0
        self.links: list[str] = []
        self.ids: list[str] = []
        self._text: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.ids += [known["id"]] if "id" in known else []
        if tag == "form":
            self.forms += 1
        elif tag == "a":
            self.links.append(known["href"])
        elif tag in {"input", "button"} and "name" in known:
            chosen = "checked" in known or known.get("type") in {"hidden", "text"}
            kind = known.get("type", "submit")
            self.controls.append(Control(tag, kind, known["name"], known.get("value", ""), chosen))
        elif tag == "textarea":
            self.controls.append(Control(tag, "text", known["name"], "", chosen=True))
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            last = self.controls.pop()
            # the first line feed of a text area does not count
            text = "".join(self._text).removeprefix("\n")
            self.controls.append(Control(last.tag, last.type, last.name, text, chosen=True))
            self._text = None

    def filled(self) -> dict[str, list[str]]:
        """What the form would send as it stands, without a button."""
        sent: dict[str, list[str]] = {}
        for control in self.controls:
            if control.tag != "button" and control.chosen:
                sent.setdefault(control.name, []).append(control.value)
        return sent

    def choices(self) -> dict[str, list[str]]:
        """The values of radio buttons and check boxes, by name."""
        found: dict[str, list[str]] = {}
        for control in self.controls:
            if control.type in {"radio", "checkbox"}:
                found.setdefault(control.name, []).append(control.value)
        return found


def first(name: str, values: list[str]) -> str:
    """The first answer of every item."""
    del name
    return values[0]


@dataclass
class Person:
    """Somebody with a browser of their own."""

    survey: Survey
    base: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.survey.app.test_client()
        self.base = self.base or self.survey.base

    def get(self, path: str, **settings: Any) -> TestResponse:
        """Load a page; a fragment stays in the browser."""
        return self.client.get(path.split("#", maxsplit=1)[0], headers=dict(self.headers), **settings)

    def post(self, path: str, data: Mapping[str, Any], **settings: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(
            path.split("#", maxsplit=1)[0], data=data, headers=dict(self.headers), **settings
        )

    def send(self, path: str, data: Mapping[str, Any] | None = None, *, button: str = "") -> TestResponse:
        """Load a page and send its form with these values in place of its own."""
        page = Reader(self.get(path).text)
        filled: dict[str, Any] = {**page.filled(), **(data or {})}
        if button:
            filled["act"] = button
        return self.post(path, filled)

    def agree(self) -> str:
        """Agree to the consent; where the interview goes on."""
        answer = self.send(self.base, button="agree")
        assert answer.status_code == 303
        return answer.location

    def walk(self, choose: Choose = first, *, start: str = "", texts: Mapping[str, str] | None = None) -> str:
        """Answer page after page up to looking over; returns its address."""
        where = start or self.agree()
        while not where.endswith("/look"):
            page = Reader(self.get(where).text)
            data: dict[str, Any] = {name: choose(name, values) for name, values in page.choices().items()}
            data |= {name: text for name, text in (texts or {}).items() if name in page.filled()}
            answer = self.send(where, data)
            assert answer.status_code == 303, answer.text
            assert answer.location != where + "#faults", Reader(self.get(where).text).choices()
            where = answer.location
        return where

    def finish(self, choose: Choose = first, **settings: Any) -> TestResponse:
        """A whole interview; the page of thanks."""
        sent = self.send(self.walk(choose, **settings))
        assert sent.status_code == 303
        return self.get(sent.location)


def units(wards: tuple[str, ...]) -> Iterator[str]:
    """The lines of a file of units: a city with wards, a place each."""
    yield "kind,code,name,parent,valid_from,valid_to,predecessors"
    yield "thanh_pho,HN,Ủy ban nhân dân thành phố Hà Nội,,2025-07-01,,"
    for number, ward in enumerate(wards):
        yield f"phuong,P{number},Ủy ban nhân dân phường {ward},HN,2025-07-01,,"
        yield f"place,D{number},Điểm phục vụ phường {ward},P{number},2025-07-01,,"


def collect(  # noqa: PLR0913 - what a wave may differ in
    site: Site,
    *,
    instrument: Instrument | None = None,
    first_day: date = TODAY,
    last_day: date = TODAY + timedelta(days=45),
    wards: tuple[str, ...] = WARDS,
    wave: str = WAVE,
    modes: tuple[Mode, ...] = ("web",),
    limited: bool = True,
) -> Survey:
    """Open a wave on a fresh site."""
    asked = instrument or loader.shipped("service_responsibility")
    file = site.home.path.parent / "units.csv"
    file.write_text(unicodedata.normalize("NFC", "\n".join(units(wards)) + "\n"), encoding="utf-8")
    begun = min(NOW, datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC))
    with site.stores.main.writing() as connection:
        import_units(connection, read_units(file), now=begun, actor="test")
        publish(connection, asked, now=begun, today=begun.date(), actor="test")
        version = version_named(connection, asked.name)
        assert version is not None
        opening = Opening(
            wave=wave, version=version, pinned=False, from_day=first_day, to_day=last_day, modes=modes
        )
        open_wave(connection, opening, now=begun, today=begun.date(), actor="test")
        places = reads.places_of(connection, wave, first_day)
    clock = Clock()
    app = create_app(site.home, clock=clock, limited=limited)
    return Survey(site, app, clock, asked, places, wave)
