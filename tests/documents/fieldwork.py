"""What happens in the surveys of a document while its commands are given: people come and answer.

Some begin before a further version of the questionnaire and send after it, one sends an empty page, one goes
back and answers otherwise, one sends twice, one answers twice, two withdraw, one never sends. What is kept
here of each is what a frozen wave has to hold.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from questionnaires import loader
from questionnaires.canonical import instrument_hash
from tests.documents.browser import Browser
from tests.documents.frozen import Answered
from tests.documents.persons import Person, Place, visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.documents.browser import Page
    from tests.documents.desk import Desk

    Roles = Callable[[str, str, object], tuple[str, str, str]]

EMPTY_PAGE, BACK, TWICE, AGAIN, WITHDRAWS_AT_ONCE, NEVER_SENDS, WITHDRAWS_LATER = range(7)
PAUSING = (NEVER_SENDS, 7, 8, 9, 10)
BEFORE, ALL, AT_THE_KIOSK = 16, 32, 6
OTHERWISE = 1000  # added to a person's number: other answers, other texts

_PAGE = re.compile(r'<section class="page".*?</section>', re.DOTALL)
_ADDRESS = re.compile(r'<p class="address">([^<]+)</p>')
_FACTS = re.compile(r"<dd>([^<]+)</dd>")
_VERSION = re.compile(r"@([0-9a-f]{64})")


@dataclass
class Fieldwork:
    """The people of the surveys at a desk.

    Attributes:
        desk: where the site is.
        languages: those of the questionnaire on the web.
        roles: who answers for an errand, by wave, place and procedure group.
        sent: what was sent and not withdrawn, by wave.
        withdrawn: how many responses were withdrawn, by wave and place.
    """

    desk: Desk
    languages: tuple[str, ...]
    roles: Roles
    sent: dict[str, Counter[Answered]] = field(default_factory=dict)
    withdrawn: Counter[tuple[str, str]] = field(default_factory=Counter)
    _places: list[Place] = field(default_factory=list)
    _version: str = ""
    _pausing: list[tuple[Person, Page]] = field(default_factory=list)
    _withdrawing: dict[int, Person] = field(default_factory=dict)

    def before(self, command: str) -> None:
        """What people have done by the time a command is given."""
        match command.split()[1]:
            case "settle":
                self._go_on()
                self._come(BEFORE, ALL)
                self._withdraw(WITHDRAWS_AT_ONCE)
            case "close":
                self.desk.stop()
            case _:
                pass

    def after(self, command: str, said: str) -> None:
        """What people do once a command was given, and what is read off its answer."""
        match command.split()[1]:
            case "init":
                self._set_address()
            case "publish":
                (self._version,) = _VERSION.findall(said)
            case "open":
                self._read_sheet(*said.splitlines())
            case "serve":
                self._come(0, BEFORE)
            case "pair":
                self._stand_at_the_kiosk(said.split(maxsplit=1)[0])
            case "settle":
                assert "responses settled" in said
                self._withdraw(WITHDRAWS_LATER)
            case _:
                pass

    def _set_address(self) -> None:
        settings = self.desk.folder / "longdan-site" / "longdan.toml"
        text = settings.read_text(encoding="utf-8")
        assert text.count('site_url = "http://127.0.0.1:8000"') == 1
        settings.write_text(text.replace("http://127.0.0.1:8000", self.desk.site_url), encoding="utf-8")

    def _read_sheet(self, told: str, sheet: str) -> None:
        wave = told.partition(":")[0]
        self.sent[wave] = Counter()
        for page in _PAGE.findall(Path(sheet).read_text(encoding="utf-8")):
            (address,), (period, code) = _ADDRESS.findall(page), _FACTS.findall(page)
            assert period.startswith(f"{wave} ")
            self._places.append(Place(wave, code, address))

    def _come(self, first: int, end: int) -> None:
        """People come to the places of the web: three of four to the first, one in all to the last."""
        places = [place for place in self._places if "/s/" in place.address]
        for number in range(first, end):
            place = places[-1] if number == ALL - 1 else places[number % 4 // 3]
            self._takes_part(Person(number, place, self.languages[number % len(self.languages)]))

    def _takes_part(self, person: Person) -> None:
        page = person.begin(self._version)
        if person.number in PAUSING:
            self._pausing.append((person, person.answer(page)))
            return
        if person.number == EMPTY_PAGE:
            _sends_an_empty_page(person, page)
        if person.number == BACK:
            page = _goes_back(person, page)
        self._sends(person, person.answer_all(page))

    def _go_on(self) -> None:
        for person, page in self._pausing:
            look = person.answer_all(page)
            if person.number != NEVER_SENDS:
                self._sends(person, look)

    def _sends(self, person: Person, look: Page) -> None:
        thanks = person.send(look)
        if person.number in {WITHDRAWS_AT_ONCE, WITHDRAWS_LATER}:
            self._withdrawing[person.number] = person
            return
        self._keep(person)
        if person.number == TWICE:
            again = person.browser.send(look.form_with("token"))
            assert (again.status, again.path) == (200, thanks.path)
        if person.number == AGAIN:
            number = person.number + OTHERWISE
            self._takes_part(Person(number, person.place, person.language, person.browser, repeat=True))

    def _withdraw(self, number: int) -> None:
        person = self._withdrawing[number]
        person.withdraw(self.desk.site_url)
        self.withdrawn[person.place.wave, person.place.code] += 1

    def _stand_at_the_kiosk(self, link: str) -> None:
        """A device becomes the kiosk, which no other is, and people answer there one after another."""
        device = Browser()
        start = device.send(device.get(link).form_with("csrf_token"))
        (place,) = (place for place in self._places if place.address == start.address)
        assert Browser().get(place.address).status == 403
        version = instrument_hash(loader.shipped("kiosk_core"))
        for number in range(AT_THE_KIOSK):
            person = Person(number, place, ("vi", "en")[number % 2], device, mode="kiosk", version=version)
            visit(person)
            self._keep(person)

    def _keep(self, person: Person) -> None:
        place = person.place
        _, procedure = person.sent.get("procedure_group", ("missing", ""))
        kept = Answered(
            version=person.version,
            place=place.code,
            roles=self.roles(place.wave, place.code, procedure),
            mode=person.mode,
            language=person.language,
            repeat=person.repeat,
            answers=frozenset(person.sent.items()),
        )
        self.sent[place.wave][kept] += 1


def _sends_an_empty_page(person: Person, page: Page) -> None:
    """Nothing is chosen: the page comes back and says what is to do."""
    again = person.browser.send(page.form_with("csrf_token"))
    assert again.path == page.path
    assert 'role="alert"' in again.html


def _goes_back(person: Person, page: Page) -> Page:
    """Answers the first page, goes back to it and answers otherwise; the first answers are gone."""
    following = person.answer(page)
    assert page.address in following.links.values()
    person.number += OTHERWISE
    person.sent.clear()
    return person.browser.get(page.address)
