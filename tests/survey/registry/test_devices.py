"""Kiosks: a code works once, for 15 minutes; a cookie for a day; a copied cookie shuts the device out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from survey.registry import devices
from survey.registry.models import Device, Pairing, SupersededCookie
from survey.stores import open_stores
from tests.survey.registry.unit_files import CITY, as_csv, places, take_in

if TYPE_CHECKING:
    from pathlib import Path

    from survey.registry.devices import Paired, Recognised
    from survey.site import Site

MORNING = datetime(2026, 7, 1, 1, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Kiosks:
    """A site with two places, and the acts of whoever comes there."""

    site: Site
    here: str
    there: str

    def code(self, now: datetime = MORNING, place: str | None = None) -> str:
        with self.site.stores.main.writing() as connection:
            return devices.new_pairing(connection, place or self.here, now)

    def pair(self, code: str, now: datetime = MORNING, place: str | None = None) -> Paired | None:
        with self.site.stores.main.writing() as connection:
            return devices.pair(connection, code, place or self.here, now)

    def cookie(self) -> str:
        paired = self.pair(self.code())
        assert paired is not None
        return paired.cookie

    def come(self, cookie: str, now: datetime, place: str | None = None) -> Recognised:
        with self.site.stores.main.writing() as connection:
            return devices.recognise(connection, cookie, place or self.here, now)

    def current(self, cookie: str, now: datetime, place: str | None = None) -> bool:
        with self.site.stores.main.reading() as connection:
            return devices.is_current(connection, cookie, place or self.here, now)

    def seen(self) -> list[datetime]:
        with self.site.stores.main.reading() as connection:
            return list(connection.scalars(select(Device.seen).order_by(Device.id)))


@pytest.fixture
def kiosks(site: Site, tmp_path: Path) -> Kiosks:
    take_in(site, as_csv(tmp_path, CITY))
    return Kiosks(site, places(site)["BD-1"][0], places(site)["NH-1"][0])


def test_a_code_has_80_bits_and_works_once(kiosks: Kiosks) -> None:
    code = kiosks.code()
    assert re.fullmatch("[a-z2-7]{16}", code)
    first = kiosks.pair(code)
    assert first is not None
    assert first.place == kiosks.here
    assert kiosks.pair(code) is None


def test_a_code_works_for_15_minutes(kiosks: Kiosks) -> None:
    code = kiosks.code()
    assert kiosks.pair(code, MORNING + timedelta(minutes=15)) is None
    assert kiosks.pair(code, MORNING + timedelta(minutes=15, seconds=-1)) is not None


def test_a_code_is_of_its_place_and_the_latest_alone(kiosks: Kiosks) -> None:
    code = kiosks.code()
    assert kiosks.pair(code, place=kiosks.there) is None
    later = kiosks.code()
    assert kiosks.pair(code) is None
    assert kiosks.pair(later) is not None


@pytest.mark.parametrize("code", ["", "a" * 16, "A" * 16, "\0", "ạ" * 16, "a" * 100_000])
def test_no_other_text_pairs(code: str, kiosks: Kiosks) -> None:
    kiosks.code()
    assert kiosks.pair(code) is None
    assert kiosks.come(code, MORNING).state == "unknown"
    assert not kiosks.current(code, MORNING)


def test_neither_code_nor_cookie_is_kept(kiosks: Kiosks) -> None:
    code = kiosks.code()
    with kiosks.site.stores.main.reading() as connection:
        assert code.encode() not in repr(connection.execute(select(Pairing)).all()).encode()
    paired = kiosks.pair(code)
    assert paired is not None
    renewed = kiosks.come(paired.cookie, MORNING + DAY).cookie
    assert renewed is not None
    with kiosks.site.stores.main.reading() as connection:
        kept = repr(
            [connection.execute(select(table)).all() for table in (Device, Pairing, SupersededCookie)]
        )
    assert paired.cookie not in kept
    assert renewed not in kept


def test_a_cookie_is_known_at_its_place_alone(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    assert kiosks.come(cookie, MORNING).state == "paired"
    assert kiosks.come(cookie, MORNING, kiosks.there).state == "unknown"
    assert kiosks.current(cookie, MORNING)
    assert not kiosks.current(cookie, MORNING, kiosks.there)


def test_a_device_is_seen_to_the_minute(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    assert kiosks.seen() == [MORNING.replace(second=0)]
    later = MORNING + timedelta(minutes=3, seconds=30)
    assert not kiosks.current(cookie, later)
    kiosks.come(cookie, later)
    assert kiosks.seen() == [later.replace(second=0, microsecond=0)]
    assert kiosks.current(cookie, later)


def test_a_cookie_is_renewed_on_another_day_and_the_new_one_takes_over(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    assert kiosks.come(cookie, MORNING + timedelta(hours=1)).cookie is None
    assert not kiosks.current(cookie, MORNING + DAY)
    renewed = kiosks.come(cookie, MORNING + DAY).cookie
    assert renewed not in {None, cookie}
    assert renewed is not None
    assert kiosks.come(renewed, MORNING + DAY) == devices.Recognised("paired", 1)
    assert kiosks.current(renewed, MORNING + DAY)
    assert not kiosks.current(cookie, MORNING + DAY)


def test_a_reply_that_was_lost_locks_nobody_out(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    offered = {kiosks.come(cookie, MORNING + DAY * day).cookie for day in (1, 1, 2, 5)}
    assert len(offered) == 1
    [renewed] = offered
    assert renewed is not None
    assert kiosks.come(renewed, MORNING + DAY * 5).state == "paired"


def test_a_superseded_cookie_shuts_the_device_out_and_raises_a_flag(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    renewed = kiosks.come(cookie, MORNING + DAY).cookie
    assert renewed is not None
    kiosks.come(renewed, MORNING + DAY)
    assert kiosks.come(cookie, MORNING + DAY * 2).state == "revoked"
    assert kiosks.come(renewed, MORNING + DAY * 2).state == "revoked"
    assert kiosks.come(cookie, MORNING + DAY * 3).state == "revoked"
    assert not kiosks.current(renewed, MORNING + DAY * 2)
    with kiosks.site.stores.main.reading() as connection:
        [flag] = devices.revoked(connection)
    on = (MORNING + DAY * 2).date()
    assert flag == devices.RevokedDevice(1, kiosks.here, on, "superseded_cookie")


def test_who_copied_a_cookie_and_is_first_is_found_out_by_the_kiosk(kiosks: Kiosks) -> None:
    cookie = kiosks.cookie()
    stolen = kiosks.come(cookie, MORNING + DAY).cookie
    assert stolen is not None
    kiosks.come(stolen, MORNING + DAY)
    assert kiosks.come(cookie, MORNING + DAY).state == "revoked"
    assert kiosks.come(stolen, MORNING + DAY).state == "revoked"


def test_a_place_may_have_several_kiosks(kiosks: Kiosks) -> None:
    first, second = kiosks.cookie(), kiosks.cookie()
    with kiosks.site.stores.main.writing() as connection:
        devices.revoke(connection, 1, "lost", MORNING)
        devices.revoke(connection, 1, "found", MORNING + DAY)
    assert [kiosks.come(cookie, MORNING).state for cookie in (first, second)] == ["revoked", "paired"]
    with kiosks.site.stores.main.reading() as connection:
        assert [(flag.why, flag.on) for flag in devices.revoked(connection)] == [("lost", MORNING.date())]


def test_the_web_may_do_all_of_it(kiosks: Kiosks) -> None:
    code = kiosks.code()
    web = open_stores(kiosks.site.home, role="web")
    kiosks.site = kiosks.site._replace(stores=web)
    paired = kiosks.pair(code)
    assert paired is not None
    renewed = kiosks.come(paired.cookie, MORNING + DAY).cookie
    assert renewed is not None
    assert kiosks.come(renewed, MORNING + DAY).state == "paired"
    assert kiosks.come(paired.cookie, MORNING + DAY).state == "revoked"
    web.close()
