"""Rewordings: each is about a text that stands with an item, and tells of other words than those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.changes import same_words
from questionnaires.faults import Fault
from questionnaires.wording import source_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument

_STAND_APART = ("title", "construct.")


def reworded_texts(instrument: Instrument) -> Iterator[Fault]:
    """A rewording names a text that belongs to what is asked, and how it was put otherwise."""
    known = {text.key: text.text for text in source_texts(instrument)}
    # an earlier version may have had a hint or a section's wording where this one has none
    absent = [f"item.{item.name}.hint" for item in instrument.items]
    absent += [f"section.{section.name}.wording" for section in instrument.sections]
    known = dict.fromkeys(absent, "") | known
    for index, one in enumerate(instrument.rewordings):
        path = ("rewordings", index)
        if one.text not in known or one.text.startswith(_STAND_APART):
            message = f"No text that stands with an item has the key `{one.text}`."
            yield Fault("REWORDING_UNKNOWN", (*path, "text"), message)
        elif same_words(known[one.text], one.was or ""):
            message = f"`{one.text}` has the same words as before."
            yield Fault("REWORDING_SAME", (*path, "was" if one.was else "text"), message)
