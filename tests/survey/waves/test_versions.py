"""Versions are named by their hash and never change; who started on one goes on with it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from questionnaires.canonical import instrument_hash
from questionnaires.model import ItemType
from survey.refusal import Refusal
from survey.waves import reads, writes
from survey.waves.models import InstrumentVersion, Wave
from tests.survey.waves.places import LAST, NOW, TODAY, kiosk_core, open_wave, other, publish, version

if TYPE_CHECKING:
    from survey.site import Site
    from survey.waves.reads import Version


def offered(site: Site, wave: str, asked: str | None = None) -> Version | None:
    with site.stores.main.reading() as connection:
        return reads.version_for(connection, wave, asked)


def test_the_same_again_is_quiet(city: Site) -> None:
    first = instrument_hash(kiosk_core())
    assert publish(city, kiosk_core()) == writes.Published(first, new=False)
    second = publish(city, other("Tên khác"), minutes=1)
    assert (second.new, second.waves) == (True, ())
    assert publish(city, kiosk_core(), minutes=2).new is False
    assert version(city).hash == second.hash


def test_what_is_published_comes_back_the_same(city: Site) -> None:
    assert version(city).instrument == kiosk_core()


def test_open_waves_offer_a_new_version_to_those_who_start(city: Site) -> None:
    open_wave(city, "follows")
    open_wave(city, "stays", pinned=True)
    open_wave(city, "ends-today", to_day=TODAY)
    open_wave(city, "closed")
    with city.stores.main.writing() as connection:
        connection.execute(update(Wave).where(Wave.id == "closed").values(closed=NOW))
    first = version(city).hash
    second = publish(city, other("Bản thứ hai"), minutes=1)
    assert second.waves == ("ends-today", "follows")
    started, starting = offered(city, "follows", first), offered(city, "follows")
    assert started is not None
    assert starting is not None
    assert (started.hash, starting.hash) == (first, second.hash)
    assert starting.instrument.title == "Bản thứ hai"
    stays = offered(city, "stays")
    assert stays is not None
    assert stays.hash == first
    assert offered(city, "stays", second.hash) is None
    with city.stores.main.reading() as connection:
        assert [one.hash for one in reads.versions_of(connection, "follows")] == [first, second.hash]


def test_a_clock_that_was_put_back_changes_no_order(city: Site) -> None:
    open_wave(city, "w")
    for minutes, title in enumerate(("Hai", "Ba", "Bốn")):
        second = publish(city, other(title), minutes=-minutes * 60)
        assert version(city).hash == second.hash
        found = offered(city, "w")
        assert found is not None
        assert found.hash == second.hash


def test_a_version_that_a_kiosk_cannot_ask_is_not_published_for_an_open_kiosk(city: Site) -> None:
    first, *later = kiosk_core().sections
    written = dataclasses.replace(first.items[0], type=ItemType.SHORT_TEXT, scale=None, missing=())
    longer = dataclasses.replace(
        kiosk_core(), sections=(dataclasses.replace(first, items=(written, *first.items[1:])), *later)
    )
    open_wave(city, "w", modes=("kiosk",))
    with pytest.raises(Refusal, match="KIOSK_ITEM"):
        publish(city, longer)
    with city.stores.main.reading() as connection:
        assert len(reads.versions_of(connection, "w")) == 1
    with city.stores.main.writing() as connection:
        connection.execute(update(Wave).values(closed=NOW))
    assert publish(city, longer).waves == ()


@pytest.mark.parametrize("asked", ["", "0" * 64, "A" * 64, "\0", "../x"])
def test_no_other_hash_is_a_version(asked: str, city: Site) -> None:
    open_wave(city, "w")
    assert offered(city, "w", asked) is None
    assert offered(city, "nowhere") is None


def test_a_wave_may_open_with_an_earlier_version(city: Site) -> None:
    first = version(city)
    publish(city, other("Bản thứ hai"), minutes=1)
    assert version(city, digits=first.hash[:8]) == first
    open_wave(city, "w", version=first, pinned=True, to_day=LAST)
    found = offered(city, "w")
    assert found is not None
    assert found.hash == first.hash


@pytest.mark.parametrize("digits", ["", "8f02c43", "0" * 64, "zzzzzzzz"])
def test_an_unknown_hash_is_refused_with_those_there_are(digits: str, city: Site) -> None:
    with pytest.raises(Refusal) as refusal:
        version(city, digits=digits)
    [fault] = refusal.value.faults
    assert fault.code == "UNKNOWN_VERSION"
    assert version(city).hash[:12] in fault.remedy


def test_an_instrument_that_was_never_published_has_no_version(city: Site) -> None:
    with city.stores.main.reading() as connection:
        assert writes.version_named(connection, "nothing") is None
        with pytest.raises(KeyError):
            reads.instrument(connection, "0" * 64)


def test_a_published_version_cannot_be_changed(city: Site) -> None:
    with pytest.raises(DatabaseError), city.stores.main.writing() as connection:
        connection.execute(update(InstrumentVersion).values(form="{}"))
