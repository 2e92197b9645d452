"""Signing in and out, and the page of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request
from flask import session as forms

from survey.accounts import links, passwords, reads, sessions, signing_in
from survey.i18n import _
from survey.registry.reads import organisation_name
from survey.web import access, limits, session
from survey.web.access import PUBLIC, STAFF
from survey.web.accounts import claims
from survey.web.pages import own_path
from survey.web.site import site, speech

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from survey.web.accounts.claims import Fault

accounts = Blueprint("accounts", __name__)
accounts.add_url_rule("/sign-in", "sign_in", methods=["GET"], who=PUBLIC)
accounts.add_url_rule("/sign-in", "enter", methods=["POST"], who=PUBLIC)
accounts.add_url_rule("/sign-out", "sign_out", methods=["POST"], who=PUBLIC)
accounts.add_url_rule("/account", "account", methods=["GET"], who=STAFF)
accounts.add_url_rule("/account/links", "see_links", methods=["POST"], who=STAFF)
accounts.add_url_rule("/account/elsewhere", "end_elsewhere", methods=["POST"], who=STAFF)
accounts.add_url_rule("/account/password", "password", methods=["GET"], who=STAFF)
accounts.add_url_rule("/account/password", "change_password", methods=["POST"], who=STAFF)
accounts.register_error_handler(passwords.BusyError, claims.busy)

HOME = "/account"
ROLE_NAMES = {
    "researcher": _("researcher"),
    "agency": _("agency"),
    "department": _("department"),
    "operator": _("operator"),
}
_WHY = {
    "elsewhere": _("You were signed out from another browser at %(moment)s."),
    "password": _("The password was changed at %(moment)s, so every browser was signed out."),
    "set_up": _("The account was set up anew at %(moment)s, so every browser was signed out."),
    "role": _("The role of the account was changed at %(moment)s. Sign in again."),
    "disabled": _("The account was disabled at %(moment)s."),
    "key": _("The keys of the site were changed at %(moment)s. The account needs a new link."),
}
_NOT_YOU = {"password", "set_up"}
WEAKNESSES = {
    "short": _("The password is too short: %(least)s characters or more."),
    "long": _("The password is too long: %(most)s characters at most."),
    "name": _("Too much of the password is the name of the account."),
    "different": _("The two passwords are not the same."),
}


@accounts.endpoint("accounts.sign_in")
def sign_in() -> AnyResponse:
    """Asks for name, password and code; says why this browser is no longer signed in."""
    onward = own_path(request.args.get("next", ""), otherwise=HOME)
    if access.signed_in() is not None:
        return redirect(onward, 303)
    return _sign_in_page(onward, "", None)


@accounts.endpoint("accounts.enter")
def enter() -> AnyResponse:
    """Sign in; whatever is wrong, the answer is the same."""
    limits.guess("sign-in")
    onward = own_path(request.form.get("next", ""), otherwise=HOME)
    name = claims.typed_name()
    outcome = signing_in.sign_in(site().stores.main, claims.key(), claims.claim(name), site().clock())
    if outcome.token is None:
        return _sign_in_page(onward, name, claims.fault(outcome, "name", claims.WRONG_ALL))
    return begin(redirect(onward, 303), outcome.token)


def begin(response: AnyResponse, token: str) -> AnyResponse:
    """A new session begins with the response: its cookie is new, and so are the tokens of forms."""
    forms.clear()
    answer = make_response(response)
    session.put(answer, token)
    return answer


@accounts.endpoint("accounts.sign_out")
def sign_out() -> AnyResponse:
    """End the session here; asked again, or by nobody, it does no more."""
    holder = access.signed_in()
    if holder is not None:
        with site().stores.main.writing() as connection:
            signing_in.sign_out(connection, holder.name, access.token(), site().clock())
    forms.clear()
    flash(_("You are signed out on this device."))
    answer = make_response(redirect("/sign-in", 303))
    session.drop(answer)
    return answer


@accounts.endpoint("accounts.account")
def account() -> str:
    """Who is signed in, where else, and what this role may do."""
    holder, now = access.current(), site().clock()
    with site().stores.main.reading() as connection:
        browsers = reads.sessions(connection, holder.account, now)
        agency = holder.agency and organisation_name(connection, holder.agency, site().today())
    return render_template(
        "accounts/account.html",
        role=ROLE_NAMES[holder.role],
        agency=agency or holder.agency,
        browsers=browsers,
        pages=access.menu(current_app, holder.role),
    )


@accounts.endpoint("accounts.see_links")
def see_links() -> AnyResponse:
    """The holder knows that links of the account were used."""
    with site().stores.main.writing() as connection:
        links.see(connection, access.current().account, site().clock())
    return redirect(HOME, 303)


@accounts.endpoint("accounts.end_elsewhere")
def end_elsewhere() -> AnyResponse:
    """Sign every other browser out."""
    holder, now = access.current(), site().clock()
    with site().stores.main.writing() as connection:
        signing_in.sign_out_elsewhere(connection, holder.account, holder.name, access.token(), now)
    flash(_("Every other browser is signed out."))
    return redirect(HOME, 303)


@accounts.endpoint("accounts.password")
def password() -> str:
    """Asks for the present password and a new one."""
    return render_template("accounts/password.html", fault=None, least=passwords.LEAST)


@accounts.endpoint("accounts.change_password")
def change_password() -> AnyResponse:
    """Exchange the password; other browsers are signed out, this one goes on under another cookie."""
    holder = access.current()
    new = request.form.get("new", "")
    found = weakness_fault(new, holder.name)
    if found is None:
        limits.guess("sign-in")
        claim = claims.claim(holder.name)
        outcome = signing_in.change_password(site().stores.main, claim, new, site().clock())
        if outcome.token is not None:
            answer = begin(redirect(HOME, 303), outcome.token)
            flash(_("The new password counts from now on."))
            return answer
        found = claims.fault(outcome, "password", claims.WRONG_PASSWORD)
    page = render_template("accounts/password.html", fault=found, least=passwords.LEAST)
    return found.on(make_response(page))


def weakness_fault(new: str, name: str) -> Fault | None:
    """What is wrong with the new password of a form, in words; None: nothing."""
    weak = passwords.weakness(new, request.form.get("again", ""), name)
    if weak is None:
        return None
    speak = speech()
    bounds = {"least": speak.integer(passwords.LEAST), "most": speak.integer(passwords.MOST)}
    words = speak.gettext(WEAKNESSES[weak], **bounds)
    return claims.Fault("again" if weak == "different" else "new", words)


def _sign_in_page(onward: str, name: str, fault: Fault | None) -> Response:
    page = render_template(
        "accounts/sign_in.html", onward=onward, name=name[:100], fault=fault, said=_why_not_signed_in()
    )
    return make_response(page) if fault is None else fault.on(make_response(page))


def _why_not_signed_in() -> list[str]:
    """Why the session that this browser had is over; empty where it had none."""
    carried, speak = session.carried(), speech()
    if carried is None:
        return []
    with site().stores.main.reading() as connection:
        ended = reads.why_ended(connection, carried.token)
    if ended is None or ended[0] == "signed_out":
        return [_long_ago(carried)]
    why, when = ended
    moment = speak.moment(when.astimezone(site().settings.zone))
    said = [speak.gettext(_WHY[why], moment=moment)]
    if why in _NOT_YOU:
        said.append(speak.gettext("If that was not you, tell whoever runs the site at once."))
    return said


def _long_ago(carried: session.Carried) -> str:
    speak = speech()
    if carried.idle:
        minutes = speak.integer(int(sessions.IDLE.total_seconds() // 60))
        return speak.gettext(
            "Nothing was done for %(minutes)s minutes, so you were signed out.", minutes=minutes
        )
    hours = speak.integer(int(sessions.LASTS.total_seconds() // 3600))
    return speak.gettext("You were signed out: a sign-in lasts %(hours)s hours at most.", hours=hours)
