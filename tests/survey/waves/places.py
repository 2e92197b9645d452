"""A site with two places, and waves opened there as the command opens them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from questionnaires import loader
from survey.waves import writes
from survey.waves.opening import Opening

if TYPE_CHECKING:
    from questionnaires.model import Instrument
    from survey.site import Site
    from survey.waves.reads import Version
    from survey.waves.writes import Opened, Published

NOW = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
TODAY = date(2026, 7, 1)
LAST = date(2026, 9, 30)


@cache
def kiosk_core() -> Instrument:
    return loader.shipped("kiosk_core")


def other(title: str) -> Instrument:
    """A further version of the same questionnaire."""
    return dataclasses.replace(kiosk_core(), title=title)


def publish(site: Site, instrument: Instrument, *, minutes: int = 0) -> Published:
    now = NOW + timedelta(minutes=minutes)
    with site.stores.main.writing() as connection:
        return writes.publish(connection, instrument, now=now, today=TODAY, actor="command")


def version(site: Site, name: str = "kiosk_core", digits: str | None = None) -> Version:
    with site.stores.main.reading() as connection:
        found = writes.version_named(connection, name, digits)
    assert found is not None
    return found


def open_wave(site: Site, wave: str, **asked: object) -> Opened:
    """Open a wave; what is not asked for is the first version, on the web, from today to the last day."""
    given = {"pinned": False, "from_day": TODAY, "to_day": LAST, "modes": ("web",)} | asked
    opening = Opening(wave=wave, **({"version": version(site)} | given))
    with site.stores.main.writing() as connection:
        return writes.open_wave(connection, opening, now=NOW, today=TODAY, actor="command")
