"""The interview on the web: consent, sections, looking over, sending, thanks; after each POST a GET."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_wtf.csrf import validate_csrf  # type: ignore[import-untyped]  # it ships no types
from wtforms import ValidationError

from survey.answers import consents, receipts
from survey.answers.sending import was_sent
from survey.web import cookies, limits
from survey.web.access import CITIZEN
from survey.web.interview import draft as drafts
from survey.web.interview import entry, sending
from survey.web.interview.consent import web_consent
from survey.web.interview.draft import Draft, Interview
from survey.web.interview.views_of_pages import look_over, over, page_of_items
from survey.web.site import site, speech

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from werkzeug.wrappers import Response as AnyResponse

    from survey.waves.reads import Version

interview = Blueprint("interview", __name__)
_PLACE = "/s/<wave>/<place>"
interview.add_url_rule(_PLACE, "start", methods=["GET"], who=CITIZEN)
interview.add_url_rule(_PLACE, "agree", methods=["POST"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/<int:number>", "page", methods=["GET"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/<int:number>", "answer", methods=["POST"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/look", "look", methods=["GET"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/look", "send", methods=["POST"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/thanks", "thanks", methods=["GET"], who=CITIZEN)
interview.add_url_rule(f"{_PLACE}/thanks", "done", methods=["POST"], who=CITIZEN)

_UNPROCESSABLE = 422
_STALE = 400
_GONE = 410


@interview.endpoint("interview.start")
def start(wave: str, place: str) -> str:
    """The place in large type and the consent; or the question whether to go on with what was begun."""
    with site().stores.main.reading() as connection:
        here = entry.opened(connection, wave, place)
        begun = drafts.load(connection, here.wave)
        version = entry.version(connection, here)
    return render_template(
        "interview/start.html",
        **here.words(version.instrument),
        draft=begun is not None,
        token=drafts.new_token(),
        consent=web_consent(here.wave, version.instrument, site().settings, speech()),
    )


@interview.endpoint("interview.agree")
def agree(wave: str, place: str) -> AnyResponse:
    """Begin, go on, or erase what was begun and show the consent again."""
    act = request.form.get("act", "")
    with site().stores.main.writing() as connection:
        here = entry.opened(connection, wave, place)
        begun = drafts.load(connection, here.wave)
        if begun is not None and act != "new":
            return redirect(entry.next_address(here.wave, begun), 303)
        if begun is not None:
            drafts.erase(connection, begun)
            response: Response = make_response(redirect(here.base, 303))
            cookies.drop(response, drafts.cookie_name(here.wave.id))
            return response
        new = _begun(connection, here)
    if new is None:
        return redirect(here.base, 303)
    response = make_response(redirect(entry.next_address(here.wave, new), 303))
    drafts.remember(response, here.wave, new.secret)
    return response


def _begun(connection: Connection, here: entry.Here) -> Interview | None:
    """The interview that an agreement begins; None when it was to another text than the present one."""
    version: Version = entry.version(connection, here)
    consent = web_consent(here.wave, version.instrument, site().settings, speech())
    token = drafts.read_token(request.form.get("token", ""))
    if request.form.get("act") != "agree" or request.form.get("consent") != consent.hash or token is None:
        return None
    if was_sent(connection, token):
        return None  # the form of an interview that is over, sent again
    draft = Draft(
        place=here.place.id,
        instrument=version.hash,
        consent=consents.keep(connection, consent.text),
        token=token.hex(),
        begun=int(site().clock().timestamp()),
        typed={},
    )
    return drafts.begin(connection, here.wave, draft, version.instrument)


@interview.endpoint("interview.page")
def page(wave: str, place: str, number: int) -> AnyResponse:
    """A page of items as it was left, with its faults if it was sent with any."""
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
        begun = drafts.load(connection, here.wave)
    if not entry.goes_on(here.wave):
        return _over(here, begun)
    if begun is None or begun.draft.place != here.place.id:
        return redirect(here.base, 303)
    found = entry.page_numbered(begun, number)
    if found is None:
        return redirect(entry.next_address(here.wave, begun), 303)
    form = begun.form(found)
    if number in begun.draft.tried:
        form.validate()
    return make_response(page_of_items(here, begun, found, form))


@interview.endpoint("interview.answer")
def answer(wave: str, place: str, number: int) -> AnyResponse:
    """Keep a page; go on when it is whole, else show it again with its faults. Nothing typed is lost."""
    with site().stores.main.writing() as connection:
        here = entry.known(connection, wave, place)
        begun = drafts.load(connection, here.wave, to_change=True)
        if begun is None or begun.draft.place != here.place.id:
            return entry.gone(here)
        found = entry.page_numbered(begun, number)
        if found is None:
            return redirect(entry.next_address(here.wave, begun), 303)
        sent = request.form.to_dict(flat=False)
        if not _is_ours():
            form = begun.form(found, sent)
            return make_response(page_of_items(here, begun, found, form, stale=True), _STALE)
        kept = begun.answered(found, sent)
        if not entry.goes_on(here.wave):
            return _over(here, kept)
        try:
            drafts.save(connection, here.wave, kept)
        except ValueError:
            # longer than a draft can be: the text is given back in the answer itself
            form = begun.form(found, sent)
            form.validate()
            return make_response(page_of_items(here, begun, found, form), _UNPROCESSABLE)
    valid = number in kept.draft.done
    going_on = entry.next_address(here.wave, kept) if valid else f"{here.base}/{number}#faults"
    response: Response = make_response(redirect(going_on, 303))
    drafts.remember(response, here.wave, kept.secret)
    return response


def _is_ours() -> bool:
    """Whether the form came from a page of ours; asked here, so that what was typed can be given back."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


@interview.endpoint("interview.look")
def look(wave: str, place: str) -> AnyResponse:
    """All answers before they are sent, each with a way to change it."""
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
        begun = drafts.load(connection, here.wave)
    if not entry.goes_on(here.wave):
        return _over(here, begun)
    if begun is None or begun.draft.place != here.place.id:
        return redirect(here.base, 303)
    if begun.unfinished() is not None:
        return redirect(entry.next_address(here.wave, begun), 303)
    return make_response(look_over(here, begun))


@interview.endpoint("interview.send")
def send(wave: str, place: str) -> AnyResponse:
    """Send the response, once however often this comes; the thanks are the same each time."""
    token = drafts.read_token(request.form.get("token", ""))
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
        begun = drafts.load(connection, here.wave)
        mine = token is not None and begun is not None and begun.draft.token == token.hex()
        again = not mine and token is not None and was_sent(connection, token)
    if not again and not entry.goes_on(here.wave):
        return _over(here, begun)
    if token is None or not (mine or again):
        return entry.gone(here) if begun is None else redirect(f"{here.base}/look", 303)
    if mine and begun is not None:
        if begun.unfinished() is not None:
            return redirect(entry.next_address(here.wave, begun), 303)
        limits.interview(here.place.id)
        repeat = bool(cookies.take(sending.cookie_name(here.wave.id)))
        if not sending.send(here, begun, token, repeat=repeat):
            return _over(here, begun)  # it closed while the form was on its way
    response: Response = make_response(redirect(f"{here.base}/thanks", 303))
    if again and begun is not None:
        return response  # an earlier interview sent again while another one is under way
    cookies.put(response, sending.cookie_name(here.wave.id), token.hex(), days=sending.days_left(here.wave))
    cookies.drop(response, drafts.cookie_name(here.wave.id))
    return response


def _over(here: entry.Here, begun: Interview | None) -> Response:
    """The wave takes no more answers; what was entered is given back to who entered it."""
    return entry.shut(here.wave) if begun is None else make_response(over(here, begun), _GONE)


@interview.endpoint("interview.thanks")
def thanks(wave: str, place: str) -> AnyResponse:
    """The same thanks for all answers; the receipt for the browser that sent, until it is put away."""
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
    kept = cookies.take(sending.cookie_name(here.wave.id))
    if not kept:
        return redirect(here.base, 303)
    token = drafts.read_token(kept)
    receipt = "" if token is None else receipts.code(token)
    return make_response(render_template("interview/thanks.html", **here.words(None), receipt=receipt))


@interview.endpoint("interview.done")
def done(wave: str, place: str) -> AnyResponse:
    """Put the receipt away; only that this browser has answered is remembered."""
    with site().stores.main.reading() as connection:
        here = entry.known(connection, wave, place)
    response: Response = make_response(redirect(f"{here.base}/thanks", 303))
    if cookies.take(sending.cookie_name(here.wave.id)):
        days = sending.days_left(here.wave)
        cookies.put(response, sending.cookie_name(here.wave.id), sending.PUT_AWAY, days=days)
    return response
