"""Consent texts as they were shown, each under its hash: what a person agreed to can be read years later."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from survey.answers.models import ConsentText
from survey.answers.upserts import insert_new
from survey.refusal import Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection


def hash_of(text: str) -> str:
    """SHA-256 of a text, in 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def keep(connection: Connection, text: str) -> str:
    """Keep a consent before somebody answers who agreed to it; the same text again changes nothing.

    Returns:
        The hash by which responses name it.
    """
    digest = hash_of(text)
    insert_new(connection, ConsentText, hash=digest, text=text)
    return digest


def consent_faults(connection: Connection) -> list[Fault]:
    """Hashes whose text is not there any more as it was shown."""
    return [
        Fault(
            code="CONSENT_CHANGED",
            where=f"consent {digest}",
            expected="the text of that SHA-256",
            got=f"a text of {hash_of(text)}" if text else "no text",
            remedy="Put it back from a backup: it was changed behind the program.",
        )
        for digest, text in connection.execute(
            select(ConsentText.hash, ConsentText.text).order_by(ConsentText.hash)
        )
        if hash_of(text) != digest
    ]
