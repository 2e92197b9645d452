"""Ten thousand guesses at each secret code find nothing, are soon refused, and shut nobody else out.

A code has 80 bits: whoever tries a thousand a second for a year, at a site with a million codes, finds one
with a chance of three in a hundred million. The limits keep the noise down; that no guess has a side effect
is what is proved here.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from survey.answers import codes, drafts, receipts
from survey.answers.models import Draft, Inbox, Response, Withdrawal
from survey.answers.settling import settle
from survey.registry import devices
from survey.registry.models import Device, Pairing
from survey.web import limits
from survey.web.interview import draft as kept_drafts
from survey.web.site import EXTENSION
from tests.survey.answers.collecting import DAY
from tests.survey.web.collecting import Person, Reader, collect
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks
from tests.survey.web.test_interview import CODE, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.survey.web.collecting import Survey

GUESSES = 10_000
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.9"}
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def web(site: Site) -> Iterator[Survey]:
    opened = collect(site)
    yield opened
    opened.app.extensions[EXTENSION].stores.close()


@pytest.fixture
def kiosks(site: Site) -> Iterator[Survey]:
    opened = collect_at_kiosks(site)
    yield opened
    opened.app.extensions[EXTENSION].stores.close()


def guesses(person: Person, path: str, data: dict[str, list[str]], *, field: str = "") -> list[int]:
    """The statuses of ten thousand tries, each from a forged address that no proxy vouches for."""
    statuses = []
    for number in range(GUESSES):
        code = codes.show(secrets.token_bytes(10))
        forged = {"X-Forwarded-For": f"203.0.113.{number % 256}", "Forwarded": f"for=192.0.2.{number % 256}"}
        letters = secrets.token_hex(8).translate(str.maketrans("0189", "mnop"))
        where = path if field else path.replace("*", letters)
        form = data | ({field: [code]} if field else {})
        statuses.append(person.client.post(where, data=form, headers=forged).status_code)
    return statuses


def refused_from(statuses: list[int], *, answered: set[int]) -> None:
    """The first thirty are answered, all others refused."""
    assert set(statuses[: limits.GUESSES]) <= answered
    assert set(statuses[limits.GUESSES :]) == {429}


@ON_SQLITE
def test_guesses_at_a_pairing_code(kiosks: Survey) -> None:
    thief, kiosk = Kiosk(kiosks), Kiosk(kiosks)
    link = kiosk.link()
    form = Reader(thief.get(link).text).filled()
    refused_from(guesses(thief, f"{thief.base}/pair/*", form), answered={403})
    assert (count(kiosks, Device), count(kiosks, Pairing)) == (0, 1)
    kiosk.client.environ_base.update(ELSEWHERE)
    assert kiosk.send(link).location == kiosk.base, "the code is still good for who has it"


@ON_SQLITE
def test_guesses_at_a_receipt(web: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = CODE.findall(Person(web).finish().text)
    for _ in range(20):
        Person(web).finish()
    settle(web.site.stores.main, web.site.home)
    (waiting,) = CODE.findall(Person(web).finish().text)
    monkeypatch.setattr(receipts, "WITHDRAWAL_SECONDS", 0.0)
    thief = Person(web)
    form = Reader(thief.get("/withdraw").text).filled()
    refused_from(guesses(thief, "/withdraw", form, field="code"), answered={303})
    settle(web.site.stores.main, web.site.home)
    assert (count(web, Inbox), count(web, Response), count(web, Withdrawal)) == (1, 21, 0)
    for mine in (code, waiting):
        person = Person(web)
        person.client.environ_base.update(ELSEWHERE)
        person.send("/withdraw", {"code": mine})
    settle(web.site.stores.main, web.site.home)
    assert (count(web, Inbox), count(web, Response)) == (0, 20)


@ON_SQLITE
def test_guesses_at_the_code_of_a_draft(web: Survey) -> None:
    person = Person(web)
    person.agree()
    thief = Person(web)
    form = Reader(thief.get(f"{web.base}/resume").text).filled()
    refused_from(guesses(thief, f"{web.base}/resume", form, field="code"), answered={422})
    assert thief.client.get_cookie(kept_drafts.cookie_name(web.wave)) is None
    assert count(web, Draft) == 1


def test_guesses_behind_every_limit(kiosks: Survey) -> None:
    """Somebody with ten thousand addresses is limited by nothing but the length of the codes."""
    store = kiosks.site.stores.main
    place = kiosks.places[0].id
    code = Kiosk(kiosks).link().rpartition("/")[2]
    person = drafts.new()
    with store.writing() as connection:
        drafts.write(
            connection, person, wave=kiosks.wave, instrument=kiosks.instrument, content={}, today=DAY, days=60
        )
        for _ in range(GUESSES):
            guess = secrets.token_bytes(10)
            letters = guess.hex()[:16].translate(str.maketrans("0189", "mnop"))
            assert devices.pair(connection, letters, place, kiosks.clock.now) is None
            assert drafts.read(connection, guess, today=DAY) is None
            assert devices.recognise(connection, letters, place, kiosks.clock.now).state == "unknown"
        assert devices.pair(connection, code, place, kiosks.clock.now) is not None
        assert drafts.read(connection, person, today=DAY) == {}
