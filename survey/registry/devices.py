"""Kiosks: paired to a place by a code that works once, known afterwards by a cookie that is renewed daily.

Only hashes of codes and cookies are kept. The next cookie is made from the one that came, so that two
requests at once get the same; the old one stays good until the next has come back, and revokes the device
after that: two then hold what one had. Verbs take a connection of a transaction; a revocation has to be
committed.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Date, String, delete, insert, or_, select, type_coerce, update

from survey.registry.models import Device, Pairing, SupersededCookie

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

PAIRING_BYTES = 10  # 80 bits
PAIRING_MINUTES = 15
_COOKIE_BYTES = 32
CAME_BACK = "superseded_cookie"

State = Literal["paired", "revoked", "unknown"]


@dataclass(frozen=True)
class Paired:
    """A device that has just become the kiosk of a place, and the cookie by which it is known."""

    device: int
    place: str
    cookie: str


@dataclass(frozen=True)
class Recognised:
    """Who came with a cookie; `cookie` is what the device is to carry from now on, where that changes."""

    state: State
    device: int | None = None
    cookie: str | None = None


@dataclass(frozen=True)
class RevokedDevice:
    """A flag for the department: a kiosk that was shut out, where, when and why."""

    device: int
    place: str
    on: date
    why: str


def new_pairing(connection: Connection, place: str, now: datetime) -> str:
    """A code of 80 bits in 16 base32 letters that pairs one device to the place within 15 minutes.

    An earlier code of the place that nobody used ends with it.
    """
    code = b32encode(secrets.token_bytes(PAIRING_BYTES)).decode().lower()
    connection.execute(delete(Pairing).where(or_(Pairing.place == place, Pairing.expires <= now)))
    expires = now + timedelta(minutes=PAIRING_MINUTES)
    connection.execute(insert(Pairing).values(code_hash=_hash(code), place=place, expires=expires))
    return code


def pair(connection: Connection, code: str, place: str, now: datetime) -> Paired | None:
    """Make the bearer of a code the kiosk of the place; the code is used up.

    Returns:
        None for a code that is unknown, used, too old or of another place.
    """
    used = connection.execute(
        delete(Pairing).where(Pairing.code_hash == _hash(code), Pairing.place == place, Pairing.expires > now)
    )
    if used.rowcount != 1:
        return None
    cookie = urlsafe_b64encode(secrets.token_bytes(_COOKIE_BYTES)).decode().rstrip("=")
    today = _day(now)
    made = connection.execute(
        insert(Device)
        .values(
            place=place,
            paired_on=today,
            cookie_hash=_hash(cookie),
            renewal_key=secrets.token_bytes(_COOKIE_BYTES),
            renewed_on=today,
            seen=_minute(now),
        )
        .returning(Device.id)
    )
    return Paired(device=made.scalar_one(), place=place, cookie=cookie)


def recognise(connection: Connection, cookie: str, place: str, now: datetime) -> Recognised:
    """Who comes with a cookie to a place: notes that it was seen, renews the cookie once a day.

    Returns:
        `paired`; `revoked` when the device is shut out, by this call where a superseded cookie came back;
        `unknown` for any other cookie, and for a device of another place.
    """
    came = _hash(cookie)
    device = connection.execute(
        select(Device).where(or_(Device.cookie_hash == came, Device.offered_hash == came)).with_for_update()
    ).one_or_none()
    if device is None:
        return _superseded(connection, came, now)
    if device.revoked_on is not None:
        return Recognised("revoked", device.id)
    if device.place != place:
        return Recognised("unknown")
    if came == device.offered_hash:
        _take_over(connection, device, now)
        return Recognised("paired", device.id)
    following = _following(device, cookie) if device.renewed_on < _day(now) else None
    changed = {"offered_hash": _hash(following)} if following else {}
    if changed or device.seen < _minute(now):
        connection.execute(update(Device).where(Device.id == device.id).values(seen=_minute(now), **changed))
    return Recognised("paired", device.id, following)


def is_current(connection: Connection, cookie: str, place: str, now: datetime) -> bool:
    """Whether the cookie is that of the place's kiosk and there is nothing to note: a read, for every tap."""
    device = connection.execute(select(Device).where(Device.cookie_hash == _hash(cookie))).one_or_none()
    return (
        device is not None
        and device.place == place
        and device.revoked_on is None
        and device.offered_hash is None
        and device.renewed_on >= _day(now)
        and device.seen >= _minute(now)
    )


def revoke(connection: Connection, device: int, why: str, now: datetime) -> None:
    """Shut a device out for good; the first reason stands."""
    connection.execute(
        update(Device)
        .where(Device.id == device, Device.revoked_on.is_(None))
        .values(revoked_on=_day(now), revoked_why=why)
    )


def revoked(connection: Connection) -> list[RevokedDevice]:
    """The flags that the department reads: every device that was shut out, the latest first."""
    day, why = type_coerce(Device.revoked_on, Date), type_coerce(Device.revoked_why, String)
    rows = connection.execute(
        select(Device.id, Device.place, day, why)
        .where(Device.revoked_on.is_not(None))
        .order_by(Device.revoked_on.desc(), Device.id)
    )
    return [RevokedDevice(*row) for row in rows]


def _superseded(connection: Connection, came: bytes, now: datetime) -> Recognised:
    found = select(SupersededCookie.device).where(SupersededCookie.cookie_hash == came)
    device = connection.execute(found).scalar_one_or_none()
    if device is None:
        return Recognised("unknown")
    revoke(connection, device, CAME_BACK, now)
    return Recognised("revoked", device)


def _take_over(connection: Connection, device: Row[Any], now: datetime) -> None:
    """The cookie that was offered came back: from now on it is the one, and that before it is superseded."""
    connection.execute(insert(SupersededCookie).values(cookie_hash=device.cookie_hash, device=device.id))
    connection.execute(
        update(Device)
        .where(Device.id == device.id)
        .values(cookie_hash=device.offered_hash, offered_hash=None, renewed_on=_day(now), seen=_minute(now))
    )


def _following(device: Row[Any], cookie: str) -> str:
    made = hmac.digest(device.renewal_key, cookie.encode(), "sha256")
    return urlsafe_b64encode(made).decode().rstrip("=")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)
