"""The cookie of a signed-in browser: a random token, and until when a page may follow the last one.

The database knows the token's hash. The minute of the last page stands in the cookie itself, signed, and is
renewed with every page: so half an hour without one ends the session, and looking at pages writes nothing.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app

from survey.accounts.sessions import IDLE
from survey.web import cookies
from survey.web.site import site

if TYPE_CHECKING:
    from flask import Response

COOKIE = "account"
_FORM = re.compile(r"([\w-]{43})\.([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Carried:
    """What a browser carries: the token of a session, and since when no page was asked for."""

    token: str
    seen: datetime

    @property
    def idle(self) -> bool:
        """Whether too long."""
        return site().clock() - self.seen >= IDLE


def carried() -> Carried | None:
    """What this browser carries, if it comes from us."""
    found = _FORM.fullmatch(cookies.take(COOKIE))
    if found is None or not hmac.compare_digest(_signature(found[1], found[2]), found[3]):
        return None
    return Carried(found[1], datetime.fromtimestamp(int(found[2]) * 60, UTC))


def put(response: Response, token: str) -> None:
    """Let the browser carry the token of a session in which a page was asked for just now."""
    minute = str(int(site().clock().timestamp()) // 60)
    cookies.put(response, COOKIE, f"{token}.{minute}.{_signature(token, minute)}")


def drop(response: Response) -> None:
    """Let the browser forget it."""
    cookies.drop(response, COOKIE)


def renew(response: Response, carrying: Carried) -> None:
    """Note that a page was asked for, unless the view gave or took the cookie itself."""
    own = any(line.startswith(_full_name() + "=") for line in response.headers.getlist("Set-Cookie"))
    if not own and site().clock() - carrying.seen >= timedelta(minutes=1):
        put(response, carrying.token)


def _full_name() -> str:
    return cookies.full_name(COOKIE, secure=site().settings.secure)


def _signature(token: str, minute: str) -> str:
    key = current_app.secret_key
    if not isinstance(key, bytes):
        raise TypeError("the application has no key of its own")
    return hmac.digest(key, f"account {token} {minute}".encode(), "sha256").hex()
