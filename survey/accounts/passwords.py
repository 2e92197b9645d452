"""Passwords: hashed by argon2id; long enough, not made of the name, and nothing else is asked of them.

OWASP's first choice of memory, with a second pass (RFC 9106; about 0.08 s). Two are worked out at a time at
most, so that a flood of attempts takes at most 92 MiB and two cores.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST, MOST = 12, 200  # characters
BESIDE_NAME = 8  # characters beside the account's name, at least
_AT_ONCE = 2
_PATIENCE = 5  # seconds

Weakness = Literal["short", "long", "name", "different"]

_hasher = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(_AT_ONCE)


class BusyError(Exception):
    """So many passwords are being checked that this one would wait too long."""


def weakness(password: str, again: str, name: str) -> Weakness | None:
    """What is wrong with a password that somebody chooses for the account of that name; None: nothing."""
    plain = _normal(password)
    if len(plain) < LEAST:
        return "short"
    if len(plain) > MOST:
        return "long"
    if len(plain.casefold().replace(name, "")) < BESIDE_NAME:
        return "name"
    return None if plain == _normal(again) else "different"


def hashed(password: str) -> str:
    """The hash of a password with its parameters and salt.

    Raises:
        BusyError: too many are under way.
    """
    with _turn():
        return _hasher.hash(_normal(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password of that hash; for no hash at all it takes as long to say no.

    Raises:
        BusyError: too many are under way.
    """
    with _turn():
        nobody = _nobody()
        try:
            _hasher.verify(kept or nobody, _normal(password)[: MOST + 1])
        except VerifyMismatchError:
            return False
        return kept is not None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex())


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_PATIENCE):
        raise BusyError
    try:
        yield
    finally:
        _turns.release()


def _normal(text: str) -> str:
    """As typed on any keyboard: a letter and its marks in one form (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)
