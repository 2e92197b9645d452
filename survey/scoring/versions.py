"""The versions of an instrument in one wave: what is rated there, and what of it may be taken together.

The version that the plan sealed decides recipes, weights and constructs. Items that others added were given
no weight before the answers were seen, so that no composite is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.changes import incomparable
from questionnaires.model import ItemType

if TYPE_CHECKING:
    from questionnaires.model import Construct, Instrument, Item
    from survey.frozen.reading import FrozenWave


@dataclass(frozen=True, kw_only=True)
class RatedBy:
    """A rated item with its construct, as one version has them: the plan's, else the first that asks it."""

    instrument: Instrument
    item: Item
    construct: Construct


@dataclass(frozen=True, kw_only=True)
class Versions:
    """What the versions of a wave rate.

    Attributes:
        planned: the version by whose recipes the wave is scored.
        rated: its rated items that have a construct, in its order.
        added: those that only other versions have, in the order in which they came.
        changed: names of items that versions ask so differently that answers may not be pooled.
        partly: names of items that some respondents were not offered.
    """

    planned: Instrument
    rated: tuple[RatedBy, ...]
    added: tuple[RatedBy, ...]
    changed: frozenset[str]
    partly: frozenset[str]

    @property
    def all(self) -> tuple[RatedBy, ...]:
        """Every rated item."""
        return self.rated + self.added


def versions_of(wave: FrozenWave) -> Versions:
    """What the versions of a wave rate, and how far they ask the same.

    Raises:
        Refusal: there are several versions, and the plan names none of them.
    """
    planned = wave.instrument
    every = tuple(wave.instruments.values())
    found: dict[str, RatedBy] = {}
    for instrument in (planned, *every):
        for one in _rated(instrument):
            found.setdefault(one.item.name, one)
    asked = [
        {item.name for item in instrument.items}
        for version, instrument in wave.instruments.items()
        if wave.manifest.responses.get(version, 0) > 0
    ]
    return Versions(
        planned=planned,
        rated=tuple(one for one in found.values() if one.instrument is planned),
        added=tuple(one for one in found.values() if one.instrument is not planned),
        changed=incomparable(every) & found.keys(),
        partly=frozenset(name for name in found if not all(name in names for names in asked)),
    )


def _rated(instrument: Instrument) -> list[RatedBy]:
    constructs = {construct.name: construct for construct in instrument.constructs}
    return [
        RatedBy(instrument=instrument, item=item, construct=constructs[item.construct])
        for item in instrument.items
        if item.type is ItemType.RATING and item.construct is not None
    ]
