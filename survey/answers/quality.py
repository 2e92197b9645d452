"""What is noted about a response before the exact seconds are dropped: their band, and two flags.

A flag never removes a response: it is counted by place and day, and shown.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from questionnaires.item_types import variables
from questionnaires.model import ItemType, Missing
from survey.answers.models import SECONDS_BANDS

if TYPE_CHECKING:
    from questionnaires.model import Instrument
    from survey.answers.sent_response import SentResponse

# Band 0 is under 30 seconds, band 7 is 20 minutes and more.
BAND_STARTS: Final = (30, 60, 120, 180, 300, 600, 1200)

# Huang, Curran, Keeney, Poposki, DeShon (2012): nobody reads and answers an item in less.
SECONDS_AN_ITEM: Final = 2
# As many ratings on one scale, all alike, as hardly stand for as many judgements (Krosnick 1991).
RATINGS_ALIKE: Final = 6

SPEED: Final = "speed"
STRAIGHT_LINING: Final = "straight_lining"

if len(BAND_STARTS) + 1 != SECONDS_BANDS:
    raise ValueError("the bands of seconds and the column that keeps them differ")


def band_of(seconds: int | None) -> int | None:
    """The band of a duration; None where it is not known."""
    return None if seconds is None else bisect_right(BAND_STARTS, seconds)


def flags_of(instrument: Instrument, response: SentResponse) -> str:
    """The flags of a response in alphabetical order, separated by a space."""
    found = [SPEED] if _is_fast(instrument, response) else []
    found += [STRAIGHT_LINING] if _is_straight(instrument, response) else []
    return " ".join(found)


def _is_fast(instrument: Instrument, response: SentResponse) -> bool:
    """Whether the person spent less than it takes on what was asked."""
    if response.seconds is None:
        return False
    asked = 0
    for item in instrument.items:
        names = variables(item, instrument.scale_of(item) if item.scale is not None else None)
        reasons = {response.values.get(name) for name in names}
        asked += bool(names) and not reasons & {Missing.OFF_ROUTE, Missing.NOT_REACHED}
    return response.seconds < SECONDS_AN_ITEM * asked


def _is_straight(instrument: Instrument, response: SentResponse) -> bool:
    """Whether all ratings on a scale are the same, where there are several."""
    by_scale: dict[str, list[int | float]] = {}
    for item in instrument.items:
        value = response.values.get(item.name)
        if item.type is ItemType.RATING and value is not None and not isinstance(value, Missing):
            by_scale.setdefault(str(item.scale), []).append(value)
    return any(len(codes) >= RATINGS_ALIKE and len(set(codes)) == 1 for codes in by_scale.values())
