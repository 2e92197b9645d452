"""Acts that cannot be undone ask for the code of the telephone again, unless one was entered just now.

The form that was sent is given back with the question, and sent on with the answer: views know nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from survey.accounts import signing_in
from survey.web import access, limits
from survey.web.accounts import claims
from survey.web.site import site

if TYPE_CHECKING:
    from flask import Flask, Response

    from survey.web.accounts.claims import Fault

_ASKED = 403
_NOT_SENT_ON = {claims.CODE, "csrf_token"}


def register(app: Flask) -> None:
    """Ask before the views do; after the guard of roles and that of forms."""
    app.before_request(_ask)


def _ask() -> Response | None:
    rule = access.rule()
    if rule is None or not rule.fresh_totp or request.method != "POST" or access.is_fresh():
        return None
    if not request.form.get(claims.CODE):
        return _page(None)
    limits.guess("sign-in")
    name = access.current().name
    outcome = signing_in.prove(
        site().stores.main, claims.key(), claims.claim(name), access.token(), site().clock()
    )
    if outcome.token is not None:
        return None
    return _page(claims.fault(outcome, claims.CODE, claims.WRONG_CODE))


def _page(fault: Fault | None) -> Response:
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_SENT_ON]
    page = render_template("accounts/again.html", sent=sent, fault=fault, back=_back())
    return make_response(page, _ASKED) if fault is None else fault.on(make_response(page))


def _back() -> str:
    """The page of the act, where it has the same address; else that of the account."""
    adapter = current_app.create_url_adapter(request)
    try:
        found = adapter is not None and adapter.match(request.path, method="GET")
    except HTTPException:
        found = False
    return request.path if found else "/account"
