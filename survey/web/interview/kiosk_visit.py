"""A visit to a kiosk: what the device keeps of a person between two taps, and how all of it goes away.

Cookies that end with the browser: the draft's secret, the language, how the screen looks. The screen starts
light and in the usual size whatever the device says, and for everybody anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, make_response, render_template, request

from survey import i18n
from survey.answers import codes
from survey.answers import drafts as kept_drafts
from survey.registry import reads as registry
from survey.waves import reads as waves
from survey.web import cookies
from survey.web.interview import draft as drafts
from survey.web.interview.draft import Draft, Interview
from survey.web.interview.entry import Here
from survey.web.interview.flow import Page
from survey.web.site import site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from survey.waves.reads import Version

DISPLAY = {"theme": ("light", "contrast"), "size": ("normal", "large")}
_DRAFT, _LANGUAGE = "kiosk-draft", "kiosk-lang"


class OneByOne(Interview):
    """An interview in which every item has a page of its own."""

    @property
    def pages(self) -> tuple[Page, ...]:
        """One page an item."""
        asked = [(section, item) for section in self.instrument.sections for item in section.items]
        return tuple(Page(number, section, (item,)) for number, (section, item) in enumerate(asked, start=1))

    def with_page(self, number: int, typed: Mapping[str, Sequence[str]], *, valid: bool) -> OneByOne:
        """The same after an item was answered."""
        return OneByOne(self.secret, self.draft.with_page(number, typed, valid=valid), self.instrument)

    def before(self, page: Page) -> Page | None:
        """The page that was asked before this one."""
        earlier = [other for other in self.shown_pages() if other.number < page.number]
        return earlier[-1] if earlier else None


@dataclass(frozen=True)
class Visit:
    """A place's kiosk and the wave that is asked there now."""

    here: Here
    version: Version

    @property
    def base(self) -> str:
        """The address under which the pages of the kiosk lie."""
        return address(self.here.place.id)

    @property
    def languages(self) -> list[i18n.Language]:
        """In which languages one can answer: those that both the questions and the interface speak."""
        spoken = self.version.instrument.languages
        return [i18n.language(code) for code in i18n.LANGUAGES if code in spoken] or [i18n.language("vi")]

    def next_address(self, interview: OneByOne) -> str:
        """The first item that has no answer yet; the last stays when all have."""
        page = interview.unfinished() or interview.shown_pages()[-1]
        return f"{self.base}/{page.number}"


def address(place: str) -> str:
    """Where the kiosk of a place starts."""
    return f"/k/{place}"


def visit(connection: Connection, place: str) -> Visit | None:
    """What is asked at a place's kiosk now; None when nothing is."""
    today = site().today()
    wave = waves.kiosk_wave(connection, place, today)
    there = registry.place(connection, place, today)
    version = None if wave is None else waves.version_for(connection, wave.id, None)
    if wave is None or there is None or version is None:
        return None
    return Visit(Here(wave, there), version)


def load(connection: Connection, found: Visit, *, to_change: bool = False) -> OneByOne | None:
    """The interview that was begun on this device; None when there is none."""
    secret = _secret()
    begun = (
        None if secret is None else drafts.opened(connection, found.here.wave, secret, to_change=to_change)
    )
    if begun is None or begun.draft.place != found.here.place.id:
        return None
    return OneByOne(begun.secret, begun.draft, begun.instrument)


def begin(connection: Connection, found: Visit, draft: Draft) -> OneByOne:
    """Keep a new interview."""
    begun = drafts.begin(connection, found.here.wave, draft, found.version.instrument)
    return OneByOne(begun.secret, begun.draft, begun.instrument)


def drop() -> None:
    """Forget the interview that was begun on this device."""
    secret = _secret()
    if secret is not None:
        with site().stores.main.writing() as connection:
            kept_drafts.drop(connection, secret)


def settle_language(code: str = "") -> None:
    """Speak the language that was chosen at the start."""
    wanted = code or cookies.take(_LANGUAGE)
    g.speech = i18n.language(wanted if wanted in i18n.LANGUAGES else i18n.LANGUAGES[0])


def remember(response: Response, interview: OneByOne, language: str) -> None:
    """Let the device open the draft and speak the language until the visit is over."""
    cookies.put(response, _DRAFT, codes.show(interview.secret))
    cookies.put(response, _LANGUAGE, language)


def show_as(response: Response, name: str, value: str) -> None:
    """Keep a choice of the display until the visit is over."""
    if value in DISPLAY[name]:
        cookies.put(response, _display_cookie(name), value)


def forget_draft(response: Response) -> None:
    """The answers are sent or erased."""
    cookies.drop(response, _DRAFT)


def forget(response: Response) -> None:
    """Nothing of the last person is left on the device."""
    for name in (_DRAFT, _LANGUAGE, *map(_display_cookie, DISPLAY)):
        if cookies.take(name):
            cookies.drop(response, name)


def display() -> dict[str, str]:
    """How this visit wants the screen to look."""
    taken = {name: cookies.take(_display_cookie(name)) for name in DISPLAY}
    return {name: taken[name] if taken[name] in allowed else allowed[0] for name, allowed in DISPLAY.items()}


def page(template: str, kiosk: str, *, status: int = 200, anew: bool = False, **values: object) -> Response:
    """A page of the kiosk.

    Args:
        template: its file.
        kiosk: the id of its place.
        status: of HTTP.
        anew: look as for somebody who has just come.
        **values: what the template asks for.
    """
    looks = {name: allowed[0] for name, allowed in DISPLAY.items()} if anew else display()
    base = address(kiosk)
    suffix = request.path.removeprefix(base)
    html = render_template(f"kiosk/{template}", base=base, suffix=suffix, **looks, **values)
    return make_response(html, status)


def goes_on(response: Response, seconds: int, where: str) -> Response:
    """Let the screen go on by itself, without a script."""
    response.headers["Refresh"] = f"{seconds}; url={where}"
    return response


def _secret() -> bytes | None:
    return codes.read(cookies.take(_DRAFT))


def _display_cookie(name: str) -> str:
    return f"kiosk-{name}"
