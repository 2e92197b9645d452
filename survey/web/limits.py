"""How often: requests an address, interviews an address and place, guesses at secret codes.

Counted in memory and forgotten. Addresses are written nowhere, and in memory they stand as hashes that mean
nothing to another process.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from flask import abort, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

if TYPE_CHECKING:
    from flask import Flask

_EXTENSION = "longdan-attempts"
REQUESTS = "900 per minute"
INTERVIEWS_AN_HOUR = 60
GUESSES = 30
GUESS_SECONDS = 900
_SALT = secrets.token_bytes(32)


class Attempts:
    """Times of the latest attempts by kind and by whom, kept as long as they count."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._times: dict[tuple[str, str], deque[float]] = {}

    def allow(self, kind: str, who: str, *, most: int, seconds: int, now: float) -> bool:
        """Whether one more attempt may be made within the time; it is counted when it may."""
        with self._turn:
            self._forget(now)
            times = self._times.setdefault((kind, who), deque())
            while times and times[0] < now:
                times.popleft()
            if len(times) >= most:
                return False
            times.append(now + seconds)
            return True

    def _forget(self, now: float) -> None:
        for key in [key for key, times in self._times.items() if not times or times[-1] < now]:
            del self._times[key]


def register(app: Flask, *, limited: bool) -> None:
    """Limit the application; `limited=False` is for measuring its speed."""
    app.extensions[_EXTENSION] = Attempts() if limited else None
    Limiter(
        _address,
        app=app,
        default_limits=[REQUESTS],
        storage_uri="memory://",
        enabled=limited,
    )


def guess(kind: str) -> None:
    """Count an attempt at a code of this kind; one too many ends the request with 429.

    Right and wrong codes count alike, else the limit would tell which was right.
    """
    _count(kind, _address(), most=GUESSES, seconds=GUESS_SECONDS)


def interview(place: str) -> None:
    """Count an interview sent from this address about a place; one too many ends the request with 429."""
    _count("interview", f"{_address()} {place}", most=INTERVIEWS_AN_HOUR, seconds=3600)


def _address() -> str:
    """Where the request comes from, as this process alone calls it."""
    return hmac.digest(_SALT, get_remote_address().encode(), "sha256").hex()


def _count(kind: str, who: str, *, most: int, seconds: int) -> None:
    attempts: Attempts | None = current_app.extensions[_EXTENSION]
    if attempts is not None and not attempts.allow(
        kind, who, most=most, seconds=seconds, now=time.monotonic()
    ):
        abort(429)
