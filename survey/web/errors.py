"""Errors in words: what is wrong and how to go on; never a trace, never what was typed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # it ships no types
from werkzeug.exceptions import HTTPException

from survey.i18n import _
from survey.stores import UNAVAILABLE
from survey.web import logs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

# what is wrong; how to go on
WORDS = {
    400: (_("The page could not be read"), _("Please go back and try again.")),
    403: (_("No permission to see this page"), _("Open the link that you were given once more.")),
    404: (_("Page not found"), _("Check the address, or choose a survey from the front page.")),
    405: (_("Page not found"), _("Check the address, or choose a survey from the front page.")),
    413: (_("Too much was sent at once"), _("Go back, shorten the text and send again.")),
    429: (_("Too many attempts"), _("Wait a few minutes, then try again.")),
    500: (_("Something failed on our side"), _("Go back and try again in a few minutes.")),
    503: (_("The site is being worked on"), _("Try again in a few minutes.")),
}
_NOT_KEPT = (
    _("What you sent could not be kept just now"),
    _("It is still in this page. Wait a moment, then press “Try again”: nothing is counted twice."),
)
_INTERVIEWS = ("/s/", "/k/")
_STALE = (
    _("This page had grown old"),
    _("Go back, load the page again and send once more. The browser must allow cookies."),
)


def register(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _crashed)
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _unavailable)


def page(status: int, words: tuple[str, str], *, sent: Iterable[tuple[str, str]] = ()) -> Response:
    """An error as a page: a heading, what to do, and what was sent to be sent again."""
    title, remedy = words
    html = render_template(
        "error.html",
        title=title,
        remedy=remedy,
        sent=list(sent),
        request_id=g.get("request_id", ""),
        status=status,
    )
    return make_response(html, status)


def _stale(error: CSRFError) -> Response:
    del error  # it says which part of the token was wrong, which helps nobody here
    return page(400, _STALE)


def _refused(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    ours = error.code >= HTTPStatus.INTERNAL_SERVER_ERROR
    known = error.code if error.code in WORDS else 500 if ours else 400
    answer = page(error.code, WORDS[known])
    for name in ("Allow", "Retry-After"):
        value = dict(error.get_headers()).get(name)
        if value:
            answer.headers[name] = value
    return answer


def _unavailable(error: Exception) -> Response:
    """The disk is full or the database gone: nothing was kept, and an interview gets back what was sent."""
    logs.crash(error)
    if request.method != "POST" or not request.path.startswith(_INTERVIEWS):
        return page(503, WORDS[503])
    return page(503, _NOT_KEPT, sent=request.form.items(multi=True))


def _crashed(error: Exception) -> Response:
    logs.crash(error)
    return page(500, WORDS[500])
