"""The cookie of a browser in which an account is being set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.web import cookies

if TYPE_CHECKING:
    from flask import Response

_COOKIE = "setup"


def put(response: Response, token: str) -> None:
    """Let the browser carry what is under way, until it is closed."""
    cookies.put(response, _COOKIE, token)


def take() -> str:
    """What the browser carries; empty when nothing."""
    return cookies.take(_COOKIE)


def drop(response: Response) -> None:
    """It is done."""
    cookies.drop(response, _COOKIE)
