"""How a sample of the city's visits is to be drawn, checked against the city."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from analysis.errors import StatisticsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.synthetic.model import Array, City

Strata = Literal["received", "place"]
Design = Literal["elements", "place_days"]


@dataclass(frozen=True, kw_only=True)
class SamplePlan:
    """How visits are drawn and who answers.

    Attributes:
        strata: a stratum is a receiving unit or a place.
        design: `elements` draws visits; `place_days` draws days of places and then visits of each.
        allocation: visits (or place-days) drawn in each stratum, at most all of them: one number, a number
            for each stratum, or None = all.
        per_day: with `place_days`, visits drawn of each day, at most all of them; None = all.
        response: probability that a drawn visit is interviewed: one number, a number for each stratum, or
            None = that of the receiving unit in the city. It is ignorable within strata.
        selection: 0, or the log odds ratio of answering for one point more in a visit's mean answer: above 0
            the satisfied answer more, below 0 the dissatisfied. Then it is not ignorable.
    """

    strata: Strata = "received"
    design: Design = "elements"
    allocation: int | Mapping[str, int] | None = 200
    per_day: int | None = None
    response: float | Mapping[str, float] | None = None
    selection: float = 0.0


@dataclass(frozen=True, eq=False)
class Frame:
    """The strata of a plan, in the order of the visits: one element a stratum in each array.

    Attributes:
        labels: codes of the places or units.
        visits: number of visits.
        allocation: visits or place-days to draw, at most.
        response: response probability.
    """

    labels: tuple[str, ...]
    visits: NDArray[np.int64]
    allocation: NDArray[np.int64]
    response: NDArray[np.float64]


def frame_of(city: City, plan: SamplePlan, seed: int) -> Frame:
    """The plan's strata in this city.

    Raises:
        StatisticsError: `BAD_PLAN`, naming every fault.
    """
    refuse(list(_faults(city, plan, seed)))
    strata = city.strata(plan.strata)
    visits = np.array(list(strata.values()), dtype=np.int64)
    allocation = visits if plan.allocation is None else _of_strata(plan.allocation, strata, np.int64)
    if plan.response is None:
        first_visit = np.cumsum(visits) - visits
        response = city.response[city.visits["received"][first_visit]]
    else:
        response = _of_strata(plan.response, strata, np.float64)
    return Frame(tuple(strata), visits, allocation, response)


def refuse(faults: list[tuple[str, str, str]]) -> None:
    """Refuse where there are faults: where, what was expected, what came.

    Raises:
        StatisticsError: `BAD_PLAN`, naming every fault.
    """
    if faults:
        raise StatisticsError(
            "BAD_PLAN",
            where=", ".join(dict.fromkeys(where for where, _, _ in faults)),
            expected="; ".join(expected for _, expected, _ in faults),
            got="; ".join(got for _, _, got in faults),
            remedy="Correct the arguments named.",
        )


def _of_strata(given: float | Mapping[str, float], strata: Mapping[str, int], dtype: type) -> Array:
    return np.array([given[label] if isinstance(given, Mapping) else given for label in strata], dtype=dtype)


def _faults(city: City, plan: SamplePlan, seed: int) -> Iterator[tuple[str, str, str]]:
    """Where, what was expected, what came."""
    if seed < 0:
        yield "seed", "0 or more", str(seed)
    if not math.isfinite(plan.selection):
        yield "selection", "a finite number", str(plan.selection)
    if plan.design not in get_args(Design):
        yield "design", " or ".join(get_args(Design)), repr(plan.design)
    if plan.per_day is not None and (plan.design == "elements" or plan.per_day < 1):
        yield "per_day", "None, or 1 or more with place_days", f"{plan.per_day} with {plan.design}"
    if plan.strata not in get_args(Strata):
        yield "strata", " or ".join(get_args(Strata)), repr(plan.strata)
        return
    labels = set(city.strata(plan.strata))
    for name, given, high in (("allocation", plan.allocation, math.inf), ("response", plan.response, 1)):
        values = given if isinstance(given, Mapping) else {"every stratum": given}
        if isinstance(given, Mapping) and set(given) != labels:
            yield name, "each stratum once", f"not in both: {', '.join(sorted(labels ^ set(given)))}"
        for label, value in values.items():
            if value is not None and not 0 < value <= high:
                yield name, f"above 0, at most {high}", f"{value} for {label}"
