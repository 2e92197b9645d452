"""One-time codes of 6 digits, a new one every 30 seconds (RFC 6238), each good for one use.

The secret is sealed under the key `totp` and bound to its account: neither the database nor the key alone
makes codes, and a secret moved to another row opens nothing.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from datetime import datetime

ISSUER = "Lòng dân"
DIGITS: Final = 6
STEP_SECONDS: Final = 30
_DRIFT = 1  # steps by which a telephone's clock may be off
_NONCE = 12


def new_secret() -> str:
    """160 random bits in 32 base32 letters."""
    return pyotp.random_base32()


def seal(key: bytes, account: int, secret: str) -> bytes:
    """The secret as it is kept."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), _bound(account))


def unseal(key: bytes, account: int, sealed: bytes) -> str | None:
    """The secret again; None where it was sealed under another key or for another account."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(account)).decode()
    except InvalidTag:
        return None


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code this is, of those that a clock may show now; None for any other code."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    counter = pyotp.HOTP(secret, digits=DIGITS)
    found = None
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if hmac.compare_digest(counter.at(step).encode(), digits.encode()):
            found = step
    return found


def address(secret: str, name: str) -> str:
    """What the QR code says and an app on the same device opens: `otpauth://totp/...`."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=name, issuer_name=ISSUER
    )


def _bound(account: int) -> bytes:
    return f"totp of account {account}".encode()
