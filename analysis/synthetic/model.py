"""What the known-truth city is made of: units, places, procedures, items, and the numbers behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = NDArray[Any]

ROLES = ("received", "decides", "helps")
GROUPS = ("construction", "land_housing", "tax", "other")
CHANNELS = ("counter", "online", "post")
MISSING_CODES = {"dont_know": -1, "refused": -2, "not_applicable": -3}
"""How `City.codes` holds a missing reason; an answer is its code 1..5."""


@dataclass(frozen=True)
class Unit:
    """An organisation: a commune or ward that receives visits, or a department that only decides."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class ItemSpec:
    """One rated item on 1..5, the construct it measures and the role it judges.

    Attributes:
        name: the item's name in the instrument.
        construct: what it measures, for example `access`.
        role: whom it judges: `received`, `decides` or `helps`.
        applies: share of people of average satisfaction to whom it applies; 1 = everybody. Items with a
            lower share are nested: who is asked the rarer is asked the commoner. For complaints it is the
            share who made one; the dissatisfied complain more.
    """

    name: str
    construct: str
    role: str
    applies: float = 1.0


@dataclass(frozen=True)
class Place:
    """A service point, the position in `City.units` of the unit that receives there, and its visits."""

    code: str
    unit: int
    visits: int


@dataclass(frozen=True)
class Procedure:
    """A kind of errand.

    Attributes:
        group: one of `GROUPS`.
        decides: position in `City.units` of the department that decides, or -1 for the receiving unit.
        helps: likewise for the department that takes part.
        share: share of all visits.
        difficulty: how far it lowers latent satisfaction.
    """

    group: str
    decides: int
    helps: int
    share: float
    difficulty: float


@dataclass(frozen=True, kw_only=True)
class CityModel:
    """The assumptions of the city, in units of the latent scale (residual standard deviation 1).

    Attributes:
        deciding_kinds: kinds of units that decide and receive nothing; every other unit receives.
        urban_kinds: kinds of units most of whose visitors live in town.
        decided_locally: share of the errands of each of `GROUPS` that the receiving unit decides itself;
            where no department decides in a group it decides all.
        days: length of the wave in days.
        mean_quality: mean of true quality; with the thresholds it sets the level of satisfaction.
        unit_sd: spread of true quality between units.
        construct_sd: spread between the constructs of one unit.
        person_sd: spread between people: one person's answers go together.
        day_sd: spread between the days of one place: what makes clustering cost precision.
        thresholds: latent values above which an answer is 2, 3, 4, 5.
        complaint_slope: how much more the dissatisfied complain.
        dont_know: least and greatest share of don't-knows of an item.
        refused: least and greatest share of refusals of an item.
        response: least and greatest response probability of a unit.
        improvement: added to every true quality of the units named, by code: a city in which something
            changed and nothing else did.
    """

    deciding_kinds: tuple[str, ...] = ("department",)
    urban_kinds: tuple[str, ...] = ("phuong",)
    decided_locally: tuple[float, float, float, float] = (0.4, 0.3, 0.3, 0.75)
    days: int = 60
    mean_quality: float = 1.25
    unit_sd: float = 0.32
    construct_sd: float = 0.15
    person_sd: float = 0.7
    day_sd: float = 0.2
    thresholds: tuple[float, float, float, float] = (-1.3, -0.75, 0.0, 1.9)
    complaint_slope: float = 0.5
    dont_know: tuple[float, float] = (0.01, 0.08)
    refused: tuple[float, float] = (0.002, 0.01)
    response: tuple[float, float] = (0.45, 0.9)
    improvement: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class City:
    """A finite population of visits with everything that each would answer.

    Visits are ordered by receiving unit, place and day, so that each of these is one contiguous run.

    Attributes:
        units: the organisations, in the order given.
        items: the rated items, in the order given.
        places: the service points.
        procedures: the kinds of errands.
        constructs: names of the constructs, in order of first appearance.
        quality: true quality, units x constructs.
        response: response probability of each unit's visitors.
        visits: one array a variable, each of length N: `place`, `procedure` (positions), `received`,
            `decides`, `helps` (positions in `units`), `day` (from 0), `channel` (position in `CHANNELS`),
            `difficulty` (of the procedure), and the person: `sex` 1..2, `age` 1..5, `education` 1..6,
            `urban` 1 town, 2 country.
        codes: int8, items x visits: 1..5, or a value of `MISSING_CODES`.
    """

    units: tuple[Unit, ...]
    items: tuple[ItemSpec, ...]
    places: tuple[Place, ...]
    procedures: tuple[Procedure, ...]
    constructs: tuple[str, ...]
    quality: Array
    response: Array
    visits: dict[str, Array]
    codes: NDArray[np.int8]

    @property
    def size(self) -> int:
        """N, the number of visits."""
        return int(self.codes.shape[1])

    def strata(self, kind: str) -> dict[str, int]:
        """Visits of each stratum, by place code or by code of the receiving unit (`place`, `received`)."""
        labels = [place.code for place in self.places] if kind == "place" else [u.code for u in self.units]
        counts = np.bincount(self.visits[kind], minlength=len(labels))
        return {label: int(n) for label, n in zip(labels, counts, strict=True) if n}
