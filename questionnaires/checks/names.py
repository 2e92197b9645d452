"""Names: their form, and that each is used once, never like a column of the frozen wave or a form's field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from questionnaires.checks.places import placed_items
from questionnaires.faults import Fault
from questionnaires.model import AGENCY_FORM, NAME_FORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.faults import Path
    from questionnaires.model import Instrument

Named = list[tuple["Path", str]]

# The columns of `responses/part-*.parquet` that are no item; the layout is a contract with other programs.
RESERVED_NAMES = frozenset({
    "response", "instrument", "mode", "day", "language", "channel", "procedure", "place", "received",
    "decides", "helps", "consent", "repeat", "interviewer", "seconds", "stratum", "psu", "ssu", "weight",
    "fpc1", "fpc2", "flags",
})  # fmt: skip

# The fields that the forms of an interview have beside the items; a test compares them with the pages.
FORM_NAMES = frozenset({"act", "csrf_token", "token"})


def _kinds(instrument: Instrument) -> dict[str, Named]:
    return {
        "scale": [(("scales", i, "name"), scale.name) for i, scale in enumerate(instrument.scales)],
        "construct": [(("constructs", i, "name"), part.name) for i, part in enumerate(instrument.constructs)],
        "section": [(("sections", i, "name"), section.name) for i, section in enumerate(instrument.sections)],
        "item": [((*path, "name"), item.name) for path, item in placed_items(instrument)],
    }


def name_form(instrument: Instrument) -> Iterator[Fault]:
    """Names are small letters, digits and single underscores; agency codes may be freer."""
    own: Named = [(("name",), instrument.name)]
    for kind, named in [("instrument", own), *_kinds(instrument).items()]:
        small = [name for _, name in named]
        for path, name in named:
            differs_in_case = name != name.lower() and small.count(name.lower()) > 0
            if not re.fullmatch(NAME_FORM, name) and not differs_in_case:
                yield Fault("NAME_FORM", path, f"The {kind} name `{name}` is not of its form.")
    for index, construct in enumerate(instrument.constructs):
        if construct.agency is not None and not re.fullmatch(AGENCY_FORM, construct.agency):
            path = ("constructs", index, "agency")
            yield Fault("NAME_FORM", path, f"The agency code `{construct.agency}` is not of its form.")


def name_reserved(instrument: Instrument) -> Iterator[Fault]:
    """An item's name becomes a column beside those of the wave, and a field of a form."""
    for path, item in placed_items(instrument):
        if item.name in RESERVED_NAMES:
            yield Fault("NAME_RESERVED", (*path, "name"), f"`{item.name}` is a column of every frozen wave.")
        if item.name in FORM_NAMES:
            yield Fault("NAME_OF_FORM", (*path, "name"), f"`{item.name}` is a field of every interview.")


def name_duplicate(instrument: Instrument) -> Iterator[Fault]:
    """Within a kind a name is used once, and no two differ in capitals only."""
    agencies: Named = [
        (("constructs", index, "agency"), construct.agency)
        for index, construct in enumerate(instrument.constructs)
        if construct.agency is not None
    ]
    for kind, named in _kinds(instrument).items():
        seen: dict[str, str] = {}
        for path, name in named:
            other = seen.setdefault(name.lower(), name)
            if other != name:
                yield Fault("NAME_CASE", path, f"The {kind} names `{other}` and `{name}` differ in capitals.")
            elif path != next(place for place, known in named if known == name):
                yield Fault("NAME_DUPLICATE", path, f"The {kind} name `{name}` is used already.")
    spelled: dict[str, str] = {}
    for path, agency in agencies:
        other = spelled.setdefault(agency.lower(), agency)
        if other != agency:
            yield Fault("NAME_CASE", path, f"The agency codes `{other}` and `{agency}` differ in capitals.")
