"""Headers of every answer: what a page may load, who may frame it, and what a browser may keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from survey.web import cookies
from survey.web.site import LANGUAGE_COOKIE, site, speech

if TYPE_CHECKING:
    from flask import Flask, Response

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
_YEAR = 31_536_000


def register(app: Flask) -> None:
    """Put the headers on every answer of the application."""
    app.after_request(_seal)
    app.after_request(_remember_language)


def _seal(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if site().settings.secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    if "Cache-Control" not in response.headers:
        # what a page shows depends on cookies, and interviews leave nothing on a shared device
        response.headers["Cache-Control"] = "no-store"
    return response


def _remember_language(response: Response) -> Response:
    if request.args.get("lang") == speech().code:
        cookies.put(response, LANGUAGE_COOKIE, speech().code, days=365)
    return response
