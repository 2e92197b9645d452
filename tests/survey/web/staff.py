"""Somebody of the staff with a browser, a password and a telephone of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyotp
from sqlalchemy import select

from survey.accounts import writes
from survey.audit.models import Entry
from survey.audit.reads import verify_chain
from survey.web.site import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from survey.site import Site
    from tests.survey.web.collecting import Clock, Survey

PHRASE = "bốn mùa nước lên"
HTTP = "http://127.0.0.1"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SECRET = re.compile(r"secret=([A-Z2-7]{32})")


@dataclass
class Member:
    """A person with an account; the clock is moved on for every code, so that none is used twice."""

    app: Flask
    name: str
    secret: str = ""
    password: str = PHRASE
    base: str = HTTP
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def clock(self) -> Clock:
        """The clock of the application."""
        clock: Clock = self.app.extensions[EXTENSION].clock
        return clock

    def new_browser(self) -> None:
        """Go on with a browser that knows nothing."""
        self.client = self.app.test_client()

    def code(self) -> str:
        """A code that was not used yet."""
        self.clock.now += timedelta(seconds=30)
        return pyotp.TOTP(self.secret).at(self.clock.now)

    def get(self, path: str, **settings: Any) -> TestResponse:
        """Load a page."""
        return self.client.get(path, base_url=self.base, **settings)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **settings: Any) -> TestResponse:
        """Send a form, with a token that a page of the site gave."""
        sent = {"csrf_token": token_in(self.get("/display")), **(data or {})}
        return self.client.post(path, data=sent, base_url=self.base, **settings)

    def post_as_is(self, path: str, data: Mapping[str, Any]) -> TestResponse:
        """Send a form with what stands there and no token beside it."""
        return self.client.post(path, data=data, base_url=self.base)

    def set_up(self, code: str, password: str = PHRASE) -> TestResponse:
        """Use a link, choose a password and enrol a telephone; what the last form answers."""
        assert self.post(f"/sign-in/link/{code}").location == "/sign-in/password"
        chosen = self.post("/sign-in/password", {"new": password, "again": password})
        assert chosen.location == "/sign-in/telephone"
        self.password = password
        return self.enrol()

    def enrol(self) -> TestResponse:
        """Enrol a telephone; what the form answers."""
        shown = _SECRET.search(self.get("/sign-in/telephone").text)
        assert shown is not None
        self.secret = shown[1]
        return self.post("/sign-in/telephone", {"totp": self.code()})

    def sign_in(self, onward: str = "", **changed: str) -> TestResponse:
        """Fill in the form of the sign-in page; what it answers."""
        sent = {"name": self.name, "password": self.password, "totp": self.code(), "next": onward}
        return self.post("/sign-in", sent | changed)

    def cookie(self) -> str:
        """What the browser carries of the session; empty when nothing."""
        names = ("account", "__Host-account")
        found = [self.client.get_cookie(name, domain="127.0.0.1") for name in names]
        return next((cookie.value for cookie in found if cookie is not None), "")


def token_in(page: TestResponse) -> str:
    """The token of the forms of a page."""
    found = _TOKEN.search(page.text)
    assert found is not None, page.text
    return found[1]


def plain(page: TestResponse) -> str:
    """The text of a page with common blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def change(survey: Survey, verb: Callable[..., Any], *values: str) -> Any:
    """What an operator does meanwhile."""
    with survey.site.stores.main.writing() as connection:
        return verb(connection, *values, now=survey.clock.now, actor="test")


def acts(survey: Survey) -> list[tuple[str, str]]:
    """Who did what, as the audit chain has it; and the chain is whole."""
    with survey.site.stores.main.reading() as connection:
        assert verify_chain(connection) == []
        return [(row.actor, row.act) for row in connection.execute(select(Entry).order_by(Entry.number))]


def new_account(site: Site, app: Flask, name: str, role: str, agency: str | None = None) -> str:
    """Add an account; the code of its link."""
    now = app.extensions[EXTENSION].clock()
    with site.stores.main.writing() as connection:
        return writes.add(connection, name, role, agency, now=now, actor="test")


def member(site: Site, app: Flask, name: str, role: str, agency: str | None = None) -> Member:
    """Somebody who has set an account up and is signed in."""
    made = Member(app, name)
    assert made.set_up(new_account(site, app, name, role, agency)).location == "/account"
    return made
