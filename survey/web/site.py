"""The site that a request belongs to: its home, its stores, its clock, and the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request

from survey import i18n
from survey.web import cookies

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from survey.config import Home, Settings
    from survey.stores import Stores

EXTENSION = "longdan"
LANGUAGE_COOKIE = "lang"


@dataclass(frozen=True)
class Site:
    """What pages need of the site.

    Attributes:
        home: its folder and settings.
        stores: its databases, by the role of the web.
        clock: tells the time (UTC); nothing else in the web does.
    """

    home: Home
    stores: Stores
    clock: Callable[[], datetime]

    @property
    def settings(self) -> Settings:
        """What `longdan.toml` says."""
        return self.home.settings

    def today(self) -> date:
        """The day where the site is."""
        return self.clock().astimezone(self.settings.zone).date()


def site() -> Site:
    """The site of this request."""
    return cast("Site", current_app.extensions[EXTENSION])


def language() -> i18n.Language:
    """The language that the reader chose: by `?lang=`, else by the cookie, else Vietnamese."""
    chosen = request.args.get("lang", "")
    if chosen not in i18n.LANGUAGES:
        chosen = cookies.take(LANGUAGE_COOKIE)
    return i18n.language(chosen if chosen in i18n.LANGUAGES else i18n.LANGUAGES[0])


def speech() -> i18n.Language:
    """The language of this request's page, settled once."""
    if "speech" not in g:
        g.speech = language()
    return cast("i18n.Language", g.speech)
