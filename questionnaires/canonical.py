"""The canonical form of an instrument and its hash, which names an instrument for good.

Canonical is JSON in UTF-8 and NFC with sorted keys, no spaces and no fields at their default. How the YAML
was laid out does not show in it; every wording in every language and every recipe does.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata

from pydantic import TypeAdapter

from questionnaires.model import Instrument

_ADAPTER = TypeAdapter(Instrument)


def to_json(instrument: Instrument) -> str:
    """The canonical JSON of an instrument."""
    data = _ADAPTER.dump_python(instrument, mode="json", exclude_defaults=True)
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return unicodedata.normalize("NFC", text)


def from_json(text: str) -> Instrument:
    """The instrument whose canonical JSON this is.

    Raises:
        ValueError: the text is not JSON of an instrument; the message lists each fault.
    """
    return _ADAPTER.validate_json(unicodedata.normalize("NFC", text))


def instrument_hash(instrument: Instrument) -> str:
    """SHA-256 of the canonical form, in 64 hexadecimal digits."""
    return hashlib.sha256(to_json(instrument).encode("utf-8")).hexdigest()
