"""The interview at a kiosk: one item a screen, one tap an answer, nothing left behind.

A screen that nobody touches goes on by itself, by a `Refresh` header: to the question whether somebody is
still there, then to the start. So loading the start is what erases; it is the one thing that a GET does here,
and a timer without scripts can do no other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, g, make_response, redirect, request, session
from flask_wtf.csrf import validate_csrf  # type: ignore[import-untyped]  # it ships no types
from wtforms import ValidationError

from questionnaires.wording import texts
from survey import i18n
from survey.answers import consents
from survey.answers.sending import was_sent
from survey.i18n import _
from survey.registry import devices
from survey.registry import reads as registry
from survey.web import cookies, errors, limits
from survey.web.access import DEVICE
from survey.web.interview import draft as drafts
from survey.web.interview import kiosk_visit as visits
from survey.web.interview import sending
from survey.web.interview.draft import Draft
from survey.web.interview.entry import page_numbered
from survey.web.interview.fields import ItemForm, spoken
from survey.web.interview.flow import numbers
from survey.web.interview.kiosk_consent import ICONS, KioskConsent, kiosk_consent
from survey.web.interview.kiosk_visit import OneByOne, Visit, address, goes_on
from survey.web.site import site, speech

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState
    from werkzeug.wrappers import Response as AnyResponse

    from survey.web.interview.flow import Page

kiosk = Blueprint("kiosk", __name__)
_PLACE = "/k/<place>"
kiosk.add_url_rule(f"{_PLACE}/pair/<code>", "offer", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/pair/<code>", "pair", methods=["POST"], who=DEVICE)
kiosk.add_url_rule(_PLACE, "start", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(_PLACE, "agree", methods=["POST"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/about/<code>", "about", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/<int:number>", "item", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/<int:number>", "answer", methods=["POST"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/idle", "idle", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/stop", "stop", methods=["GET"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/stop", "erase", methods=["POST"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/display", "change_display", methods=["POST"], who=DEVICE)
kiosk.add_url_rule(f"{_PLACE}/thanks", "thanks", methods=["GET"], who=DEVICE)

DEVICE_COOKIE = "kiosk"
IDLE_SECONDS = 60
READING_SECONDS = 300
WARNING_SECONDS = 20
THANKS_SECONDS = 15
START_SECONDS = 600
CLOSED_SECONDS = 300
_KEPT_DAYS = 400  # browsers keep a cookie no longer; it is renewed daily
_CODE = re.compile("[a-z2-7]{16}")
_SUFFIX = re.compile(r"(/\d{1,3}|/idle|/stop)?")
_GONE = 400
_UNPROCESSABLE = 422

_NO_KIOSK = (
    _("This device is not the kiosk of this place"),
    _("Who runs the survey makes a link for it: longdan pair, then the place."),
)
_NO_PAIRING = (
    _("The link does not work any more"),
    _("It works once, within 15 minutes. Ask for a new one."),
)

_CLOSED = (
    _("No survey is open here now"),
    _("This screen begins by itself when there is one."),
    _("Look again"),
)
_OVER = (
    _("These answers are not on this device any more"),
    _("They were sent or erased. Nobody can see them here."),
    _("Start anew"),
)
_IDLE = _("Are you still there?")
_STOP = _("Stop and erase the answers?")


@kiosk.record_once
def _ask_ourselves(state: BlueprintSetupState) -> None:
    """Forged and stale forms get a quiet page of the kiosk, not the error page of the web."""
    state.app.extensions["csrf"].exempt(kiosk)


@kiosk.before_request
def _enter() -> Response | None:
    """Let the place's own device in, and no form but our own."""
    visits.settle_language()
    place = str((request.view_args or {})["place"])
    pairing = request.endpoint in {"kiosk.offer", "kiosk.pair"}
    if not pairing and not _is_kiosk(place):
        return errors.page(403, _NO_KIOSK)
    if request.method == "POST" and not _is_ours():
        return errors.page(400, errors.WORDS[400]) if pairing else _gone(place)
    return None


@kiosk.after_request
def _leave(response: Response) -> Response:
    """Hand over the renewed cookie; an error goes away by itself."""
    if g.get("renewed"):
        cookies.put(response, DEVICE_COOKIE, g.renewed, days=_KEPT_DAYS)
    if response.status_code >= _GONE and g.get("at_kiosk") and "Refresh" not in response.headers:
        goes_on(response, WARNING_SECONDS, f"{address(g.at_kiosk)}/idle")
    return response


def _is_kiosk(place: str) -> bool:
    cookie, now, store = cookies.take(DEVICE_COOKIE), site().clock(), site().stores.main
    if not cookie:
        return False
    with store.reading() as connection:
        known = devices.is_current(connection, cookie, place, now)
    if not known:
        with store.writing() as connection:
            came = devices.recognise(connection, cookie, place, now)
        known, g.renewed = came.state == "paired", came.cookie
    g.at_kiosk = place if known else ""
    return known


def _is_ours() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


@kiosk.endpoint("kiosk.offer")
def offer(place: str, code: str) -> AnyResponse:
    """One button; a link alone, which any preview may follow, pairs nothing."""
    del code  # whether it is right is told after the button alone
    with site().stores.main.reading() as connection:
        there = registry.place(connection, place, site().today()) if registry.is_place_id(place) else None
    if there is None:
        abort(404)
    return visits.page("pair.html", place, anew=True, place=there)


@kiosk.endpoint("kiosk.pair")
def pair(place: str, code: str) -> AnyResponse:
    """Make this device the kiosk of the place."""
    limits.guess("pairing")
    paired = None
    if registry.is_place_id(place) and _CODE.fullmatch(code):
        with site().stores.main.writing() as connection:
            paired = devices.pair(connection, code, place, site().clock())
    if paired is None:
        return errors.page(403, _NO_PAIRING)
    response: Response = make_response(redirect(address(place), 303))
    cookies.put(response, DEVICE_COOKIE, paired.cookie, days=_KEPT_DAYS)
    return response


@kiosk.endpoint("kiosk.start")
def start(place: str) -> AnyResponse:
    """The place, the consent and a button a language; whatever was there before is erased."""
    chosen = "chosen" in request.args  # how this very screen looks was changed
    visits.drop()
    visits.settle_language(i18n.LANGUAGES[0])
    if not chosen:
        session.clear()
    with site().stores.main.reading() as connection:
        found = visits.visit(connection, place)
    if found is None:
        return goes_on(_words(place, _CLOSED, anew=True), CLOSED_SECONDS, address(place))
    consents = _consents(found)
    response = visits.page(
        "start.html",
        place,
        anew=not chosen,
        place=found.here.place,
        token=drafts.new_token(),
        consents=consents,
        lines=list(zip(ICONS, zip(*(consent.lines for consent in consents), strict=True), strict=True)),
    )
    if not chosen:
        visits.forget(response)
    return goes_on(response, IDLE_SECONDS if chosen else START_SECONDS, address(place))


@kiosk.endpoint("kiosk.about")
def about(place: str, code: str) -> AnyResponse:
    """What happens to the data, in a language of the start."""
    with site().stores.main.reading() as connection:
        found = visits.visit(connection, place)
    consent = None if found is None else _consent(found, code)
    if consent is None:
        return redirect(address(place), 303)
    visits.settle_language(code)
    words = (consent.about, consent.details, speech().gettext("Back"))
    response = visits.page("words.html", place, words=words, to=f"{address(place)}?chosen")
    return goes_on(response, READING_SECONDS, address(place))


def _consents(found: Visit) -> list[KioskConsent]:
    return [
        kiosk_consent(found.version.instrument, site().settings, language) for language in found.languages
    ]


def _consent(found: Visit, code: str) -> KioskConsent | None:
    return next((consent for consent in _consents(found) if consent.language == code), None)


@kiosk.endpoint("kiosk.agree")
def agree(place: str) -> AnyResponse:
    """Begin, in the language of the button, if the text agreed to is the present one."""
    token = drafts.read_token(request.form.get("token", ""))
    visits.drop()
    with site().stores.main.writing() as connection:
        found = visits.visit(connection, place)
        consent = None if found is None else _consent(found, request.form.get("language", ""))
        if (
            found is None
            or consent is None
            or token is None
            or request.form.get("consent") != consent.hash
            or was_sent(connection, token)
        ):
            return redirect(address(place), 303)
        draft = Draft(
            place=place,
            instrument=found.version.hash,
            consent=consents.keep(connection, consent.text),
            token=token.hex(),
            begun=int(site().clock().timestamp()),
            typed={},
        )
        begun = visits.begin(connection, found, draft)
    response: Response = make_response(redirect(found.next_address(begun), 303))
    visits.remember(response, begun, consent.language)
    return response


@kiosk.endpoint("kiosk.item")
def item(place: str, number: int) -> AnyResponse:
    """One item, as if it had no answer yet: who stands there now may not be who answered."""
    with site().stores.main.reading() as connection:
        found = visits.visit(connection, place)
        begun = None if found is None else visits.load(connection, found)
    if found is None or begun is None:
        return redirect(address(place), 303)
    page = page_numbered(begun, number)
    if page is None:
        return redirect(found.next_address(begun), 303)
    form = begun.form(page)
    form.take({})
    return _item_page(found, begun, page, form)


def _item_page(found: Visit, begun: OneByOne, page: Page, form: ItemForm, *, status: int = 200) -> Response:
    instrument, language = begun.instrument, speech()
    words = texts(instrument, spoken(instrument, language))
    places = numbers(instrument, begun.answers())
    before = begun.before(page)
    (field,) = form.items()
    response = visits.page(
        "item.html",
        found.here.place.id,
        status=status,
        place=found.here.place,
        field=field,
        token=begun.draft.token,
        number=places.get(field.item.name, 0),
        of=len(places),
        section_title=language.keep_together(words[f"section.{page.section.name}.title"]),
        section_words=language.keep_together(words.get(f"section.{page.section.name}.wording", "")),
        before=f"{found.base}/{before.number}" if before else "",
    )
    return goes_on(response, IDLE_SECONDS, f"{found.base}/idle")


@kiosk.endpoint("kiosk.answer")
def answer(place: str, number: int) -> AnyResponse:
    """Keep an answer and go on; the last one sends, once however often it comes."""
    token = drafts.read_token(request.form.get("token", ""))
    with site().stores.main.writing() as connection:
        found = visits.visit(connection, place)
        begun = None if found is None else visits.load(connection, found, to_change=True)
        if begun is None and token is not None and was_sent(connection, token):
            return redirect(f"{address(place)}/thanks", 303)
        if found is None or begun is None or token is None:
            return _gone(place)
        page = page_numbered(begun, number)
        if page is None or begun.draft.token != token.hex():
            return redirect(found.next_address(begun), 303)
        form = ItemForm(begun.instrument, page.items, speech())
        form.take(request.form.to_dict(flat=False))
        if not form.validate():
            return _item_page(found, begun, page, form, status=_UNPROCESSABLE)  # no button sends this
        kept = begun.with_page(number, form.typed(), valid=True)
        if kept.unfinished() is not None:
            drafts.save(connection, found.here.wave, kept)
            return redirect(found.next_address(kept), 303)
    limits.interview(place)
    taken = sending.send(found.here, kept, token, repeat=False, mode="kiosk")
    # where the wave closed meanwhile, the start says so and erases
    response: Response = make_response(redirect(f"{found.base}/thanks" if taken else found.base, 303))
    if taken:
        visits.forget_draft(response)
    return response


@kiosk.endpoint("kiosk.idle")
def idle(place: str) -> AnyResponse:
    """Asks whether somebody is still there; goes to the start when nobody is."""
    return _asked(place, _IDLE)


@kiosk.endpoint("kiosk.stop")
def stop(place: str) -> AnyResponse:
    """Asks before what was answered is erased; nobody answering erases it as well."""
    return _asked(place, _STOP)


def _asked(place: str, title: str) -> AnyResponse:
    with site().stores.main.reading() as connection:
        found = visits.visit(connection, place)
        begun = None if found is None else visits.load(connection, found)
    if found is None or begun is None:
        return redirect(address(place), 303)
    response = visits.page(
        "idle.html",
        place,
        place=found.here.place,
        title=speech().gettext(title),
        seconds=speech().integer(WARNING_SECONDS),
        going_on=found.next_address(begun),
    )
    return goes_on(response, WARNING_SECONDS, address(place))


@kiosk.endpoint("kiosk.erase")
def erase(place: str) -> AnyResponse:
    """Erase what was answered; the start then clears the device."""
    visits.drop()
    return redirect(address(place), 303)


@kiosk.endpoint("kiosk.change_display")
def change_display(place: str) -> AnyResponse:
    """Larger text, more contrast, and back; both end with the visit."""
    suffix = request.form.get("suffix", "")
    back = suffix if _SUFFIX.fullmatch(suffix) else ""
    response: Response = make_response(redirect(f"{address(place)}{back or '?chosen'}", 303))
    for name in visits.DISPLAY:
        visits.show_as(response, name, request.form.get(name, ""))
    return response


@kiosk.endpoint("kiosk.thanks")
def thanks(place: str) -> AnyResponse:
    """The same for all answers, without a receipt; goes to the start by itself."""
    with site().stores.main.reading() as connection:
        there = registry.place(connection, place, site().today())
    response = visits.page("thanks.html", place, place=there, seconds=speech().integer(THANKS_SECONDS))
    return goes_on(response, THANKS_SECONDS, address(place))


def _gone(place: str) -> Response:
    """A form of a visit that is over: nothing of it is here, and nothing of it is shown."""
    return goes_on(_words(place, _OVER, status=_GONE), WARNING_SECONDS, address(place))


def _words(place: str, words: tuple[str, str, str], *, status: int = 200, anew: bool = False) -> Response:
    title, paragraph, act = (speech().gettext(text) for text in words)
    return visits.page(
        "words.html", place, status=status, anew=anew, words=(title, (paragraph,), act), to=address(place)
    )
