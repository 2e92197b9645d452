"""Setting an account up: a link with one button, a password, a telephone; then somebody is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request
from markupsafe import Markup

from survey.accounts import links, passwords, setting_up, totp
from survey.i18n import _
from survey.web import errors, limits
from survey.web.access import PUBLIC
from survey.web.accounts import claims, setup_cookie
from survey.web.accounts.views import HOME, begin, weakness_fault
from survey.web.site import site, speech

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from survey.accounts.setting_up import Setup
    from survey.web.accounts.claims import Fault

account_setup = Blueprint("account_setup", __name__)
account_setup.add_url_rule("/sign-in/link/<code>", "link", methods=["GET"], who=PUBLIC)
account_setup.add_url_rule("/sign-in/link/<code>", "use_link", methods=["POST"], who=PUBLIC)
account_setup.add_url_rule("/sign-in/password", "password", methods=["GET"], who=PUBLIC)
account_setup.add_url_rule("/sign-in/password", "choose_password", methods=["POST"], who=PUBLIC)
account_setup.add_url_rule("/sign-in/telephone", "telephone", methods=["GET"], who=PUBLIC)
account_setup.add_url_rule("/sign-in/telephone", "enrol_telephone", methods=["POST"], who=PUBLIC)
account_setup.register_error_handler(passwords.BusyError, claims.busy)

_GONE = 410
_NO_LINK = (
    _("The link does not work"),
    _("It is too old, or another came after it. Ask whoever runs the site for a new one."),
)
_SECRET_GROUP = 4


@account_setup.endpoint("account_setup.link")
def link(code: str) -> AnyResponse:
    """The one button of a link; or when it was used, so that a stolen one is noticed."""
    with site().stores.main.reading() as connection:
        found = links.look(connection, code, site().clock())
    if found is None:
        return errors.page(404, _NO_LINK)
    page = render_template("accounts/link.html", link=found)
    return make_response(page, 200 if found.used is None else _GONE)


@account_setup.endpoint("account_setup.use_link")
def use_link(code: str) -> AnyResponse:
    """Use the link up and go on in this browser; pressed twice, the second press leads on as well."""
    limits.guess("link")
    with site().stores.main.writing() as connection:
        begun = setting_up.begin(connection, claims.key(), code, site().clock())
    if begun is None:
        setup = _under_way()
        going_on = _step(setup) if setup is not None else f"/sign-in/link/{code}"
        return redirect(going_on, 303)
    answer = make_response(redirect("/sign-in/password", 303))
    setup_cookie.put(answer, begun)
    return answer


@account_setup.endpoint("account_setup.password")
def password() -> AnyResponse:
    """Asks for a password of the holder's own."""
    setup = _under_way()
    return redirect(_step(setup), 303) if setup is None else _password_page(setup, None)


@account_setup.endpoint("account_setup.choose_password")
def choose_password() -> AnyResponse:
    """Keep the password and go on to the telephone."""
    setup = _under_way()
    if setup is None:
        return redirect(_step(setup), 303)
    new = request.form.get("new", "")
    found = weakness_fault(new, setup.name)
    if found is not None:
        return _password_page(setup, found)
    hashed = passwords.hashed(new)
    with site().stores.main.writing() as connection:
        setting_up.choose_password(connection, setup_cookie.take(), hashed)
    return redirect("/sign-in/telephone", 303)


@account_setup.endpoint("account_setup.telephone")
def telephone() -> AnyResponse:
    """Shows the secret to the telephone and asks for the code that it makes of it."""
    setup = _under_way()
    if setup is None or setup.password is None:
        return redirect(_step(setup), 303)
    return _telephone_page(setup, None)


@account_setup.endpoint("account_setup.enrol_telephone")
def enrol_telephone() -> AnyResponse:
    """Password and telephone count from now on, and the holder is signed in."""
    limits.guess("sign-in")
    setup = _under_way()
    if setup is None or setup.password is None:
        return redirect(_step(setup), 303)
    with site().stores.main.writing() as connection:
        signed_in = setting_up.finish(
            connection,
            claims.key(),
            setup_cookie.take(),
            request.form.get(claims.CODE, ""),
            who=claims.who(setup.name),
            now=site().clock(),
        )
    if signed_in is None:
        words = speech().gettext(claims.WRONG_CODE)
        return _telephone_page(setup, claims.Fault(claims.CODE, words))
    answer = make_response(begin(redirect(HOME, 303), signed_in))
    flash(_("The account is set up. From now on sign in with your password and a code of the telephone."))
    setup_cookie.drop(answer)
    return answer


def _under_way() -> Setup | None:
    with site().stores.main.reading() as connection:
        return setting_up.begun(connection, claims.key(), setup_cookie.take(), site().clock())


def _step(setup: Setup | None) -> str:
    """Where setting up goes on."""
    if setup is None:
        return "/sign-in"
    return "/sign-in/password" if setup.password is None else "/sign-in/telephone"


def _password_page(setup: Setup, fault: Fault | None) -> Response:
    page = render_template(
        "accounts/choose_password.html", name=setup.name, fault=fault, least=passwords.LEAST
    )
    return make_response(page) if fault is None else fault.on(make_response(page))


def _telephone_page(setup: Setup, fault: Fault | None) -> Response:
    address = totp.address(setup.secret, setup.name)
    drawn = segno.make_qr(address, error="m").svg_inline(omitsize=True, lineclass=None, svgclass=None)
    groups = [
        setup.secret[start : start + _SECRET_GROUP] for start in range(0, len(setup.secret), _SECRET_GROUP)
    ]
    page = render_template(
        "accounts/telephone.html",
        name=setup.name,
        address=address,
        drawn=Markup(drawn),  # noqa: S704 - drawn from our own address, no text of others in it
        groups=groups,
        fault=fault,
    )
    return make_response(page) if fault is None else fault.on(make_response(page))
