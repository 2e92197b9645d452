"""Drawing a sample of visits, with non-response, as columns with a design; and who answers undrawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import StatisticsError
from analysis.synthetic.model import CHANNELS, MISSING_CODES, ROLES, Array, City
from analysis.synthetic.plan import Frame, SamplePlan, frame_of, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_PERSON = ("sex", "age", "education", "urban")
_TELEPHONE_BY_AGE = (0.1, 0.15, 0.25, 0.4, 0.6)
_LEAST_RESPONDENTS = 2
_SATISFIED = 4.0
_COMING_FORWARD = 3  # the streams before it are those of `draw`
_CELLS = {code: reason for reason, code in MISSING_CODES.items()} | {k: str(k) for k in range(6)}
_LOWEST = min(_CELLS)


@dataclass(frozen=True, eq=False)
class Sample:
    """The interviews: n respondents out of the city's N visits.

    Attributes:
        city: the population.
        plan: how they were drawn.
        rows: their positions among the city's visits, rising.
        drawn_as: the columns `stratum`, `weight`, `fpc`, `mode`, and with `place_days` `psu` and `fpc2`.
    """

    city: City
    plan: SamplePlan
    rows: NDArray[np.int64]
    drawn_as: dict[str, Array]

    @property
    def codes(self) -> NDArray[np.int8]:
        """The answers, items x interviews: 1..5 or a value of `MISSING_CODES`."""
        return self.city.codes[:, self.rows]

    @property
    def people(self) -> dict[str, Array]:
        """Codes of the respondents' `sex`, `age`, `education` and `urban`, as in `City.visits`."""
        return {name: self.city.visits[name][self.rows] for name in _PERSON}

    @cached_property
    def columns(self) -> dict[str, Array]:
        """What a freeze of outside data takes: `id`, design, roles, procedure, channel and the items.

        Items are text: a code `1`..`5` or a missing reason.
        """
        city, visits = self.city, self.city.visits
        units = _text([unit.code for unit in city.units])
        groups = _text([procedure.group for procedure in city.procedures])
        cells = _text([_CELLS[code] for code in sorted(_CELLS)])
        return {
            "id": self.rows + 1,
            **self.drawn_as,
            **{role: units[visits[role][self.rows]] for role in ROLES},
            "procedure": groups[visits["procedure"][self.rows]],
            "channel": _text(CHANNELS)[visits["channel"][self.rows]],
            **{item.name: cells[city.codes[k, self.rows] - _LOWEST] for k, item in enumerate(city.items)},
        }

    @property
    def design(self) -> dict[str, object]:
        """The design file that belongs to `columns`."""
        clustered = self.plan.design == "place_days"
        return {
            "basis": "probability",
            "id": "id",
            "mode": "mode",
            "strata": "stratum",
            **({"psu": "psu"} if clustered else {}),
            "weights": "weight",
            "fpc": ["fpc", "fpc2"] if clustered else "fpc",
            "roles": {role: role for role in ROLES},
            "ignore": ["procedure", "channel"],
        }


@dataclass(frozen=True, eq=False)
class _Groups:
    """Contiguous runs of visits from which visits are drawn: the strata, or the place-days."""

    labels: tuple[str, ...]
    visits: NDArray[np.int64]
    stratum: NDArray[np.int64]


def draw(city: City, seed: int, plan: SamplePlan | None = None) -> Sample:
    """Draw visits without replacement in each stratum and interview those who respond.

    `elements`: the weight is visits over respondents of the stratum, so that its respondents stand for all
    its visits; `fpc` counts the visits of the stratum. `place_days`: the weight is the product over the two
    stages, place-days over drawn place-days and visits over respondents of the place-day; `fpc` and `fpc2`
    count the place-days of the stratum and the visits of the place-day.

    Args:
        city: the population.
        seed: 0 or more; the same city, seed and plan give the same bytes.
        plan: how to draw; None = `SamplePlan()`.

    Raises:
        StatisticsError: `BAD_PLAN`: an argument out of range or a stratum that the city has not;
            `FEW_RESPONDENTS`: a stratum or place-day from which no variance can be estimated.
    """
    plan = plan or SamplePlan()
    frame = frame_of(city, plan, seed)
    drawing, answering, reaching = (np.random.default_rng([seed, part]) for part in range(3))
    groups = _strata(frame) if plan.design == "elements" else _place_days(city, frame)
    taken = _allocation(groups, frame, plan, drawing)
    drawn = _draw_within(groups.visits, taken, drawing)
    group = np.repeat(np.arange(len(groups.visits)), groups.visits)
    chance = _response(city, drawn, frame.response[groups.stratum[group[drawn]]], plan.selection)
    rows = drawn[answering.random(len(drawn)) < chance]
    _require(groups.labels, np.bincount(group[rows], minlength=len(taken)), groups.visits, taken > 0)
    columns = _design_columns(groups, frame, plan, group[rows])
    columns["mode"] = _modes(city, rows, reaching)
    return Sample(city, plan, rows, columns)


def volunteers(city: City, seed: int, count: int, *, selection: float = 0.0) -> NDArray[np.int64]:
    """Who answers where everybody is asked and nobody drawn: positions of visits, rising.

    One visit after the other is taken, without replacement, each of those left with a chance in proportion to
    exp(selection * (its mean answer - 4)) (Efraimidis and Spirakis 2006). Nobody knows these chances, so no
    weight repairs them.

    Args:
        city: the population.
        seed: 0 or more; the same city, seed, count and selection give the same visits.
        count: how many answer.
        selection: as in `SamplePlan`: above 0 the satisfied come forward more, below 0 the dissatisfied.

    Raises:
        StatisticsError: `BAD_PLAN`: an argument out of range.
    """
    faults = [
        (name, expected, str(got))
        for name, expected, got, right in (
            ("seed", "0 or more", seed, seed >= 0),
            ("count", f"1 to {city.size}, the visits of the city", count, 1 <= count <= city.size),
            ("selection", "a finite number", selection, math.isfinite(selection)),
        )
        if not right
    ]
    refuse(faults)
    # the greatest of the logarithms of the chances plus Gumbel noise are such a sample
    noise = np.random.default_rng([seed, _COMING_FORWARD]).gumbel(size=city.size)
    eagerness = noise + selection * _excess(city, np.arange(city.size))
    return np.sort(np.argpartition(-eagerness, count - 1)[:count])


def _allocation(groups: _Groups, frame: Frame, plan: SamplePlan, rng: np.random.Generator) -> Array:
    """How many visits to draw in each group, 0 in a place-day that was not drawn."""
    if plan.design == "elements":
        return frame.allocation
    days = np.bincount(groups.stratum)
    _require(frame.labels, np.minimum(days, frame.allocation), days, days > 0)
    taken = np.zeros_like(groups.visits)
    picked = _draw_within(days, frame.allocation, rng)
    taken[picked] = groups.visits[picked] if plan.per_day is None else plan.per_day
    return taken


def _design_columns(groups: _Groups, frame: Frame, plan: SamplePlan, group: Array) -> dict[str, Array]:
    """Stratum, weight and population counts of each interview, from the group in which it was drawn."""
    stratum = groups.stratum[group]
    columns = {
        "stratum": _text(frame.labels)[stratum],
        "weight": (groups.visits / np.maximum(np.bincount(group, minlength=len(groups.visits)), 1))[group],
    }
    if plan.design == "elements":
        return columns | {"fpc": frame.visits[stratum]}
    days = np.bincount(groups.stratum)
    columns["weight"] *= (days / np.minimum(days, frame.allocation))[stratum]
    return columns | {
        "psu": _text(groups.labels)[group],
        "fpc": days[stratum],
        "fpc2": groups.visits[group],
    }


def _strata(frame: Frame) -> _Groups:
    return _Groups(frame.labels, frame.visits, np.arange(len(frame.labels)))


def _place_days(city: City, frame: Frame) -> _Groups:
    """The days of places that had visits."""
    place, day = city.visits["place"], city.visits["day"]
    starts = np.flatnonzero(np.diff(place, prepend=-1) | np.diff(day, prepend=-1))
    labels = tuple(f"{city.places[place[start]].code}-{day[start] + 1:03d}" for start in starts)
    stratum = np.searchsorted(np.cumsum(frame.visits), starts, side="right")
    return _Groups(labels, np.diff(starts, append=city.size), stratum)


def _draw_within(sizes: Array, take: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Simple random samples without replacement, one from each run of positions; rising positions."""
    runs: list[NDArray[np.int64]] = [
        start + (np.arange(size) if n >= size else np.sort(rng.choice(size, n, replace=False, shuffle=False)))
        for start, size, n in zip(np.cumsum(sizes) - sizes, sizes, take, strict=True)
        if n
    ]
    return np.concatenate(runs)


def _response(city: City, drawn: Array, chance: Array, selection: float) -> Array:
    """Response probability of each drawn visit; whose mean answer is 4 keeps that of the stratum."""
    if not selection:
        return chance
    biased: Array = chance / (chance + (1 - chance) * np.exp(-selection * _excess(city, drawn)))
    return biased


def _excess(city: City, rows: Array) -> Array:
    """How far the mean answer of each visit is above 4; 0 where it has none."""
    codes = city.codes[:, rows]
    answered = (codes > 0).sum(axis=0)
    points = np.maximum(codes, 0).sum(axis=0)
    return np.where(answered > 0, points / np.maximum(answered, 1) - _SATISFIED, 0.0)


def _require(labels: Sequence[str], got: Array, out_of: Array, drawn: Array) -> None:
    """Every drawn group needs two units, or all that it has."""
    few = np.flatnonzero(drawn & (got < np.minimum(_LEAST_RESPONDENTS, out_of)))
    if len(few):
        raise StatisticsError(
            "FEW_RESPONDENTS",
            where=", ".join(labels[int(position)] for position in few),
            expected=f"{_LEAST_RESPONDENTS} or all",
            got=", ".join(f"{got[position]} of {out_of[position]}" for position in few),
            remedy="Draw more there, raise the response, or take coarser strata.",
        )


def _modes(city: City, rows: Array, rng: np.random.Generator) -> Array:
    """Telephone or web; the old are reached by telephone. The mode leaves the answers alone."""
    telephone = rng.random(len(rows)) < np.array(_TELEPHONE_BY_AGE)[city.visits["age"][rows] - 1]
    return np.where(telephone, _text(["telephone"]), _text(["web"]))


def _text(values: Sequence[str]) -> Array:
    return np.array(values, dtype=object)
