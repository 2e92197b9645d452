"""What a demonstration tells whoever starts it: its waves, its places, and links that work now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from survey.audit.writes import record
from survey.demo.home import CITY, QUESTIONNAIRE, SAMPLE, TRUTH, WEB
from survey.registry.devices import PAIRING_MINUTES, new_pairing
from survey.site import ACTOR
from survey.waves import reads
from survey.waves.sheet import kiosk_address, pairing_address, web_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from survey.config import Home
    from survey.site import Site

# As survey.demo.home, this is loaded by the process that serves pages: no statistics.


def told(site: Site, url: str, now: datetime) -> dict[str, Any]:
    """The machine form; makes a pairing link for every place, which ends the earlier ones.

    Args:
        site: the demonstration.
        url: where it is served.
        now: in the time zone of the site.
    """
    with site.stores.main.writing() as connection:
        places = _places(connection, url, now)
        detail = {"places": len(places), "minutes": PAIRING_MINUTES}
        record(connection, now=now, actor=ACTOR, act="pairing made", subject="every place", detail=detail)
        found = reads.waves(connection, now.date())
    waves = [_wave(site.home, wave.id, wave.instrument, wave.state) for wave in found]
    return {
        "home": str(site.home.path),
        "url": url,
        "waves": [*waves, _wave(site.home, SAMPLE, QUESTIONNAIRE, "frozen")],
        "places": places,
        "sign_in": {},
        "truth": str(site.home.path / CITY / TRUTH),
    }


def _places(connection: Connection, url: str, now: datetime) -> list[dict[str, str]]:
    return [
        {
            "id": place.id,
            "name": place.name,
            "agency": place.organisation,
            "web": web_address(url, WEB, place.id),
            "kiosk": kiosk_address(url, place.id),
            "pair": pairing_address(url, place.id, new_pairing(connection, place.id, now)),
        }
        for place in reads.places_of(connection, WEB, now.date())
    ]


def _wave(home: Home, wave: str, instrument: str, state: str) -> dict[str, str | None]:
    """A wave with the folders that it has."""
    folders = {"frozen": home.waves / wave, "result": home.results / wave}
    there = {name: str(folder) if folder.is_dir() else None for name, folder in folders.items()}
    return {"id": wave, "instrument": instrument, "state": state, **there}
