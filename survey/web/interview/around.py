"""Round the interview: finding the place, keeping it for later, stopping, and withdrawing a response."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request

from survey.answers import codes, receipts
from survey.i18n import sort_key
from survey.waves import reads as waves
from survey.web import cookies, limits
from survey.web.access import CITIZEN
from survey.web.interview import draft as drafts
from survey.web.interview import entry
from survey.web.site import site, speech

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response as AnyResponse

    from survey.registry.reads import PlaceView

around = Blueprint("around", __name__)
_PLACE = "/s/<wave>/<place>"
around.add_url_rule("/s/<wave>", "places", methods=["GET"], who=CITIZEN)
around.add_url_rule(f"{_PLACE}/declined", "declined", methods=["GET"], who=CITIZEN)
around.add_url_rule(f"{_PLACE}/later", "later", methods=["GET"], who=CITIZEN)
around.add_url_rule(f"{_PLACE}/resume", "resume", methods=["GET", "POST"], who=CITIZEN)
around.add_url_rule(f"{_PLACE}/stop", "stop", methods=["GET"], who=CITIZEN)
around.add_url_rule(f"{_PLACE}/stop", "erase", methods=["POST"], who=CITIZEN)
around.add_url_rule("/withdraw", "withdraw", methods=["GET", "POST"], who=CITIZEN)
around.add_url_rule("/withdraw/done", "withdrawn", methods=["GET"], who=CITIZEN)

_FEW = 12


@around.endpoint("around.places")
def places(wave: str) -> str:
    """The places of a wave, for those who came without the link of one."""
    with site().stores.main.reading() as connection:
        found = entry.wave_of(connection, wave)
        every = waves.places_of(connection, found.id, site().today())
        version = waves.version_for(connection, found.id, None)
    sought = " ".join(request.args.get("q", "")[:100].split())
    return render_template(
        "interview/places.html",
        wave=found,
        title=entry.title(version.instrument) if version else found.id,
        many=len(every) > _FEW,
        sought=sought,
        found=matching(every, sought),
    )


def matching(places: Iterable[PlaceView], sought: str) -> list[PlaceView]:
    """The places whose name or organisation has the words in it, in the order of the alphabet.

    Marks do not matter, but names that have them as they were typed come first.
    """
    exact, plain = unicodedata.normalize("NFC", sought).casefold(), _plain(sought)
    found = [place for place in places if plain in _plain(f"{place.name} {place.organisation_name}")]
    return sorted(
        found,
        key=lambda place: (exact not in place.name.casefold(), sort_key(place.name)),
    )


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("đ", "d")


@around.endpoint("around.declined")
def declined(wave: str, place: str) -> str:
    """Taking part is free; nothing is kept of a person who does not."""
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
    _ = speech().gettext
    return render_template(
        "interview/words.html",
        place=here.place,
        title=_("You are not taking part"),
        paragraphs=[_("Nothing was recorded.")],
        back=("/", _("To the front page")),
    )


@around.endpoint("around.later")
def later(wave: str, place: str) -> AnyResponse:
    """How to go on later: here by itself, elsewhere by a code."""
    with site().stores.main.reading() as connection:
        here = entry.going_on(connection, wave, place)
        begun = drafts.load(connection, here.wave)
    if begun is None:
        return redirect(here.base, 303)
    language = speech()
    _ = language.gettext
    days = language.integer(site().settings.draft_days)
    html = render_template(
        "interview/words.html",
        place=here.place,
        title=_("Continue later"),
        paragraphs=[
            _("The pages that you have finished are kept for %(days)s days.", days=days),
            _("On this device, open the same link again."),
            _("On another device, open the link there and enter this code:"),
        ],
        code=codes.show(begun.secret),
        afterwards=_(
            "Whoever has the code can read and send your answers. On a shared device, erase them instead."
        ),
        back=(entry.next_address(here.wave, begun), _("Continue now")),
        other=(f"{here.base}/stop", _("Do not send, erase all")),
    )
    return make_response(html)


@around.endpoint("around.resume")
def resume(wave: str, place: str) -> AnyResponse:
    """Go on with an interview that was begun on another device."""
    with site().stores.main.reading() as connection:
        here = entry.going_on(connection, wave, place)
        fault = ""
        if request.method == "POST":
            limits.guess("resume")
            secret = codes.read(request.form.get("code", ""))
            begun = None if secret is None else drafts.opened(connection, here.wave, secret)
            if begun is not None:
                response: Response = make_response(redirect(entry.next_address(here.wave, begun), 303))
                drafts.remember(response, here.wave, begun.secret)
                return response
            fault = speech().gettext(
                "The code is not right, or its part was sent or erased. It has 16 letters and digits."
            )
    _ = speech().gettext
    html = render_template(
        "interview/code.html",
        fault=fault,
        title=_("Continue from another device"),
        paragraphs=[_("The code was shown under “Save, continue later”.")],
        label=_("Code"),
        act=_("Continue"),
        back=here.base,
    )
    return make_response(html, 422 if fault else 200)


@around.endpoint("around.stop")
def stop(wave: str, place: str) -> AnyResponse:
    """Asks before what was entered is erased."""
    with site().stores.main.reading() as connection:
        here = entry.going_on(connection, wave, place)
        begun = drafts.load(connection, here.wave)
    if begun is None:
        return redirect(here.base, 303)
    _ = speech().gettext
    html = render_template(
        "interview/words.html",
        place=here.place,
        title=_("Erase the answers?"),
        paragraphs=[_("Nothing is sent. What was erased cannot be brought back.")],
        act=_("Erase the answers"),
        grave=True,
        back=(entry.next_address(here.wave, begun), _("Keep them")),
    )
    return make_response(html)


@around.endpoint("around.erase")
def erase(wave: str, place: str) -> AnyResponse:
    """Erase what was entered, here and on the server."""
    with site().stores.main.writing() as connection:
        here = entry.known(connection, wave, place)
        begun = drafts.load(connection, here.wave)
        if begun is not None:
            drafts.erase(connection, begun)
    response: Response = make_response(redirect(f"{here.base}/declined", 303))
    cookies.drop(response, drafts.cookie_name(here.wave.id))
    return response


@around.endpoint("around.withdraw")
def withdraw() -> AnyResponse:
    """Asks for a receipt code; known and unknown codes are answered alike."""
    if request.method == "POST":
        limits.guess("receipt")
        receipts.withdraw(site().stores.main, request.form.get("code", ""))
        return redirect("/withdraw/done", 303)
    _ = speech().gettext
    html = render_template(
        "interview/code.html",
        fault="",
        title=_("Withdraw a response"),
        paragraphs=[
            _("Enter the receipt code that was shown after sending."),
            _("The response is then deleted for good. This is possible until the survey is closed."),
        ],
        label=_("Receipt code"),
        act=_("Withdraw the response"),
        back="/",
    )
    return make_response(html)


@around.endpoint("around.withdrawn")
def withdrawn() -> str:
    """The same for every code, so that nobody can try out a code that he was given."""
    _ = speech().gettext
    return render_template(
        "interview/words.html",
        title=_("The code was received"),
        paragraphs=[
            _(
                "If it belongs to a response of a survey that is not closed, this response is deleted: at "
                "once, or in the coming night if it has been mixed with others."
            ),
            _("So that nobody can be made to prove an answer, this page is the same for every code."),
        ],
        back=("/", _("To the front page")),
    )
