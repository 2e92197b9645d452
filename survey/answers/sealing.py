"""Sealing: canonical JSON, padded to a size that its content does not change, under AES-256-GCM.

NIST SP 800-38D: a nonce of 96 random bits is safe for far more messages than a batch or a draft ever has.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from questionnaires.item_types import ITEM_TYPES, ExportType, variables
from survey.answers.values import text_limit
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from questionnaires.model import Instrument

_NONCE = 12
_LENGTH = 4  # bytes that say where the padding begins
_STEP: Final = 4096
_HEADER = 2560  # what a response has beside its answers, at its longest
_VALUE = 24  # a code, a number or a missing reason with its marks
_LETTER = 4  # bytes of a character in UTF-8, at most; line ends, quotes and backslashes take two


def size_of(instrument: Instrument, *, further: int = 0) -> int:
    """How many bytes everything that may be answered takes at most, rounded up.

    It depends on the instrument alone: were long comments longer when sealed, their place in the inbox would
    lead to them after settling.

    Args:
        instrument: what is asked.
        further: bytes that the content has beside a response.
    """
    size = _HEADER + further
    for item in instrument.items:
        names = variables(item, instrument.scale_of(item) if item.scale is not None else None)
        size += sum(len(name) + _VALUE for name in names)
        if ITEM_TYPES[item.type].export is ExportType.TEXT:
            size += len(item.name) + _VALUE + _LETTER * text_limit(item)
    return -(-size // _STEP) * _STEP


def seal(key: bytes, content: Mapping[str, Any], *, size: int, bound_to: bytes) -> bytes:
    """Seal content so that every content costs the same bytes.

    Args:
        key: 32 bytes.
        content: what JSON can say.
        size: bytes after padding (`size_of`).
        bound_to: where it belongs; it cannot be opened elsewhere.

    Raises:
        ValueError: the content is longer than the size.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    plain = text.encode("utf-8")
    room = size - _LENGTH - len(plain)
    if room < 0:
        raise ValueError(f"{len(plain)} bytes to seal where {size - _LENGTH} are the most")
    nonce = secrets.token_bytes(_NONCE)
    padded = len(plain).to_bytes(_LENGTH) + plain + bytes(room)
    return nonce + AESGCM(key).encrypt(nonce, padded, bound_to)


def unseal(key: bytes, sealed: bytes, *, bound_to: bytes) -> dict[str, Any]:
    """Open what was sealed.

    Raises:
        Refusal: the key is another, or the bytes were changed or moved.
    """
    try:
        padded = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except InvalidTag as error:
        fault = Fault(
            code="SEAL",
            where=f"sealed row {bound_to.hex()[:16]}",
            expected="bytes sealed under this key for this row",
            got="another key, or changed bytes",
            remedy="Compare the database with a backup; it was changed behind the program.",
        )
        raise Refusal([fault]) from error
    end = _LENGTH + int.from_bytes(padded[:_LENGTH])
    content: dict[str, Any] = json.loads(padded[_LENGTH:end])
    return content
