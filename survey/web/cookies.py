"""Cookies: `__Host-` and Secure on https, so that no other site and no script can set or read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, request

if TYPE_CHECKING:
    from flask import Response

_PREFIX = "__Host-"


def full_name(name: str, *, secure: bool) -> str:
    """The name under which a cookie travels; browsers honour the prefix on https only."""
    return _PREFIX + name if secure else name


def take(name: str) -> str:
    """What the reader's browser keeps under this name; empty when nothing."""
    return request.cookies.get(full_name(name, secure=_secure()), "")


def put(response: Response, name: str, value: str, *, days: int | None = None) -> None:
    """Ask the browser to keep a value, for so many days or until it is closed."""
    secure = _secure()
    response.set_cookie(
        full_name(name, secure=secure),
        value,
        max_age=None if days is None else days * 86_400,
        secure=secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop(response: Response, name: str) -> None:
    """Ask the browser to forget a value."""
    secure = _secure()
    response.delete_cookie(
        full_name(name, secure=secure), secure=secure, httponly=True, samesite="Lax", path="/"
    )


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
