"""Secrets that a link or a cookie carries; the database has their hashes alone."""

from __future__ import annotations

import secrets
from hashlib import sha256

BYTES = 32


def new() -> str:
    """256 random bits in 43 letters that an address may have."""
    return secrets.token_urlsafe(BYTES)


def hash_of(token: str) -> bytes:
    """What is kept of it; no salt is needed where so much is random."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
