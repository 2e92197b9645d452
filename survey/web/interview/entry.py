"""The way into an interview: which wave and place a link names, and where a begun interview goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, abort, make_response, render_template

from questionnaires.wording import texts
from survey.waves import reads as waves
from survey.waves.ending import counted, takes
from survey.web.interview.fields import spoken
from survey.web.site import site, speech

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView
    from survey.waves.reads import Version, WaveView
    from survey.web.interview.draft import Interview
    from survey.web.interview.flow import Page

_NOT_YET, _OVER = 403, 410


@dataclass(frozen=True)
class Here:
    """The wave and the place of a link."""

    wave: WaveView
    place: PlaceView

    @property
    def base(self) -> str:
        """The address under which all pages of the interview lie."""
        return f"/s/{self.wave.id}/{self.place.id}"

    def words(self, instrument: Instrument | None) -> dict[str, Any]:
        """What every page of the interview tells its template."""
        shared = {"wave": self.wave, "place": self.place, "base": self.base}
        return shared if instrument is None else shared | {"title": title(instrument)}


def title(instrument: Instrument) -> str:
    """The title of an instrument in the reader's language, else in its own."""
    return speech().keep_together(texts(instrument, spoken(instrument, speech()))["title"])


def wave_of(connection: Connection, wave: str) -> WaveView:
    """The wave of a link that collects on the web and takes answers today.

    Ends the request: 404 where there is none, else with a page that says when it opens or that it is over.
    """
    found = waves.wave(connection, wave, site().today())
    if found is None or "web" not in found.modes:
        abort(404)
    if found.state != "open":
        abort(shut(found))
    return found


def known(connection: Connection, wave: str, place: str) -> Here:
    """The wave and place of a link, whether or not answers are taken; 404 where there is none."""
    found = waves.wave(connection, wave, site().today())
    there = None if found is None else waves.place_of(connection, wave, place, site().today())
    if found is None or there is None or "web" not in found.modes:
        abort(404)
    return Here(found, there)


def opened(connection: Connection, wave: str, place: str) -> Here:
    """As `known`, where answers are taken today; else the request ends with a page that says so."""
    here = known(connection, wave, place)
    if here.wave.state != "open":
        abort(shut(here.wave))
    return here


def going_on(connection: Connection, wave: str, place: str) -> Here:
    """As `known`, where an interview that was begun may go on; else the request ends with a page."""
    here = known(connection, wave, place)
    if not goes_on(here.wave):
        abort(shut(here.wave))
    return here


def goes_on(wave: WaveView) -> bool:
    """Whether who has begun an interview may go on with it: nobody begins one outside the days of a wave."""
    now = site().clock().astimezone(site().settings.zone)
    return wave.closed is None and takes(wave.from_day, wave.to_day, counted(wave.to_day, now), now)


def version(connection: Connection, here: Here) -> Version:
    """The version with which a person starts now."""
    found = waves.version_for(connection, here.wave.id, None)
    if found is None:
        abort(404)
    return found


def page_numbered(interview: Interview, number: int) -> Page | None:
    """The page of that number, if it applies and all before it are answered."""
    unfinished = interview.unfinished()
    for page in interview.shown_pages():
        if page.number == number:
            return page
        if unfinished is not None and page.number == unfinished.number:
            return None
    return None


def next_address(wave: WaveView, interview: Interview) -> str:
    """Where an interview goes on: at its first unfinished page, else with looking over."""
    page = interview.unfinished()
    return f"/s/{wave.id}/{interview.draft.place}/{'look' if page is None else page.number}"


def gone(here: Here) -> Response:
    """This browser has no part of an interview any more: it was sent, erased, or grew too old."""
    if not goes_on(here.wave):
        return shut(here.wave)
    _ = speech().gettext
    words = render_template(
        "interview/words.html",
        place=here.place,
        title=_("Nothing is left of this interview on this device"),
        paragraphs=[
            _("It was sent, erased, or has been waiting for too long. The browser must allow cookies."),
        ],
        back=(here.base, _("Start anew")),
    )
    return make_response(words, 400)


def shut(wave: WaveView) -> Response:
    """The page of a wave that takes no answers: not yet, or no more."""
    _ = speech().gettext
    planned = wave.state == "planned"
    words = render_template(
        "interview/words.html",
        title=_("The survey has not begun yet") if planned else _("The survey has ended"),
        paragraphs=[
            _("It takes answers from %(day)s.", day=speech().date(wave.from_day))
            if planned
            else _("It takes no more answers. Thank you for wanting to take part."),
        ],
        back=("/", _("To the front page")),
    )
    return make_response(words, _NOT_YET if planned else _OVER)
