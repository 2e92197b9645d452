"""The web application of one site: stores by the role of the web, pages by reader, guards round them all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf import CSRFProtect  # type: ignore[import-untyped]  # it ships no types
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from survey import keys, migrations
from survey.stores import open_stores
from survey.web import access, cookies, errors, headers, limits, logs, pages, static_files
from survey.web.accounts import again
from survey.web.accounts.setting_up import account_setup
from survey.web.accounts.views import accounts
from survey.web.health import health
from survey.web.interview.around import around
from survey.web.interview.kiosk import kiosk
from survey.web.interview.views import interview
from survey.web.public.views import public
from survey.web.site import EXTENSION, Site

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.config import Home, Settings

BODY_LIMIT = 1_000_000
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


def create_app(home: Home, *, clock: Callable[[], datetime] = utc_now, limited: bool = True) -> Flask:
    """The web application of a site.

    Args:
        home: the site's folder and settings.
        clock: tells the time (UTC).
        limited: False lifts the limits of requests, for measuring speed.

    Raises:
        Refusal: a key is missing, or the schema of a database is not the one that this code expects.
    """
    stores = open_stores(home, role="web")
    migrations.check(stores)
    app = Flask(__name__, static_folder=None, template_folder="web/templates")
    own_keys = {purpose: keys.read(home, purpose) for purpose in keys.PURPOSES}
    _configure(app, home.settings, own_keys["session"])
    app.extensions[EXTENSION] = Site(home, stores, clock)
    logs.register(app)
    limits.register(app, limited=limited)
    access.register(app)
    CSRFProtect(app).exempt(
        "survey.web.interview.views.answer"
    )  # it asks itself, to give back what was typed
    again.register(app)
    headers.register(app)
    errors.register(app)
    static_files.register(app)
    pages.register(app)
    for blueprint in (health, public, around, interview, kiosk, accounts, account_setup):
        app.register_blueprint(blueprint)
    return app


def _configure(app: Flask, settings: Settings, session_key: bytes) -> None:
    app.config.update(
        SECRET_KEY=session_key,
        SESSION_COOKIE_NAME=cookies.full_name("session", secure=settings.secure),
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        TRUSTED_HOSTS=[urlsplit(settings.site_url).hostname, *settings.trusted_hosts, *_LOOPBACK],
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: people leave a page open over lunch
        WTF_CSRF_SSL_STRICT=False,  # it asks for a referrer, which our pages tell browsers not to send
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.autoescape = True
    if settings.proxies:
        # the host comes from the settings alone
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0)  # type: ignore[method-assign]  # Flask documents this way of wrapping
