"""Items, sections and constructs: each has the fields that its type needs, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.checks.places import placed_items, scale_or_none
from questionnaires.faults import Fault
from questionnaires.item_types import ITEM_TYPES, OFFERED_REASONS
from questionnaires.wording import source_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument, Item

_TYPED_FIELDS = ("scale", "construct", "missing", "low", "high", "max_length")


def no_items(instrument: Instrument) -> Iterator[Fault]:
    """There is something to ask."""
    if not instrument.sections:
        yield Fault("NO_ITEMS", ("sections",), "The instrument has no sections.")
    for index, section in enumerate(instrument.sections):
        if not section.items:
            yield Fault("NO_ITEMS", ("sections", index), f"The section `{section.name}` has no items.")


def typed_fields(instrument: Instrument) -> Iterator[Fault]:
    """An item has what its type needs and nothing its type ignores."""
    for path, item in placed_items(instrument):
        rule = ITEM_TYPES[item.type]
        given = {name for name in _TYPED_FIELDS if getattr(item, name) not in (None, ())}
        for name in sorted(rule.needs - given):
            yield Fault("FIELD_MISSING", path, f"The {item.type} item `{item.name}` has no `{name}`.")
        for name in sorted(given - rule.needs - rule.allows):
            if name == "construct":
                message = f"`{item.name}` is a {item.type} item and has a construct."
                yield Fault("CONSTRUCT_NOT_RATED", (*path, name), message)
            else:
                message = f"The {item.type} item `{item.name}` has no use for `{name}`."
                yield Fault("FIELD_FOREIGN", (*path, name), message)


def bounds(instrument: Instrument) -> Iterator[Fault]:
    """The bounds of a number and of a text leave room for an answer."""
    for path, item in placed_items(instrument):
        if item.low is not None and item.high is not None and item.low >= item.high:
            message = f"`{item.name}` goes from {item.low} to {item.high}."
            yield Fault("BOUNDS", (*path, "low"), message)
        if item.max_length is not None and item.max_length < 1:
            yield Fault(
                "BOUNDS", (*path, "max_length"), f"`{item.name}` allows {item.max_length} characters."
            )


def missing_reasons(instrument: Instrument) -> Iterator[Fault]:
    """A respondent is offered reasons that a person can have, each with a wording."""
    for path, item in placed_items(instrument):
        seen = set()
        for place, reason in enumerate(item.missing):
            if reason not in OFFERED_REASONS or reason in seen:
                message = f"`{item.name}` offers `{reason}`."
                yield Fault("MISSING_REASON", (*path, "missing", place), message)
            seen.add(reason)
        worded = set(instrument.missing_wording)
        scale = scale_or_none(instrument, item)
        worded |= set(scale.missing_wording) if scale else set()
        for reason in sorted(seen & set(OFFERED_REASONS) - worded):
            message = f"`{item.name}` offers `{reason}`, which has no wording."
            yield Fault("MISSING_WORDING", (*path, "missing"), message)


def no_dont_know(instrument: Instrument) -> Iterator[Fault]:
    """Nobody is forced into the middle category: don't know and refused are always there (C5)."""
    for path, item in placed_items(instrument):
        if ITEM_TYPES[item.type].substantive:
            offered = _offered(instrument, item)
            lacking = [reason for reason in ("dont_know", "refused") if reason not in offered]
            if lacking:
                message = f"`{item.name}` does not offer {' and '.join(lacking)}."
                yield Fault("NO_DONT_KNOW", path, message)


def _offered(instrument: Instrument, item: Item) -> set[str]:
    """The reasons on the item, and those that outside data record by a code of the scale."""
    scale = scale_or_none(instrument, item)
    coded = {missing.reason.value for missing in scale.missing_codes} if scale else set()
    return coded | {reason.value for reason in item.missing}


def construct_judges(instrument: Instrument) -> Iterator[Fault]:
    """A construct judges exactly one: who played a role, or a named agency."""
    for index, construct in enumerate(instrument.constructs):
        if (construct.role is None) == (construct.agency is None):
            both = "neither a role nor an agency" if construct.role is None else "a role and an agency"
            message = f"The construct `{construct.name}` has {both}."
            yield Fault("CONSTRUCT_JUDGES", ("constructs", index), message)


def empty_text(instrument: Instrument) -> Iterator[Fault]:
    """A text has something to read."""
    for text in source_texts(instrument):
        if not text.text.strip():
            yield Fault("EMPTY_TEXT", text.path, f"The text `{text.key}` is empty.")
