"""Building the city: who serves, what people come for, who they are and what they would answer.

Each part draws from a random stream of its own, made from the seed and the part's number, so that a change
in one part leaves the draws of the others as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import StatisticsError
from analysis.synthetic.answers import potential_answers
from analysis.synthetic.checks import check_city
from analysis.synthetic.model import (
    CHANNELS,
    GROUPS,
    Array,
    City,
    CityModel,
    ItemSpec,
    Place,
    Procedure,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS, _PLACES, _PROCEDURES, _VISITS, _ANSWERS = range(5)

_GROUP_SHARES = (0.15, 0.25, 0.2, 0.4)
_GROUP_DIFFICULTY = (0.1, 0.15, 0.05, -0.1)
_LOCAL_PROCEDURES = 2
_DIFFICULTY_SD = 0.08
_PLACES_PER_UNIT = (0.7, 0.22, 0.08)
_LEAST_VISITS = 2
_SIZE_SD = 0.45
_CLIP = 2.0

_WEEK = (1.25, 1.0, 0.9, 0.9, 0.95)
_FEMALE = 0.54
_TOWN_IF_URBAN, _TOWN_IF_RURAL = 0.85, 0.15
_AGE = (0.14, 0.22, 0.31, 0.21, 0.12)
_EDUCATION_TOWN = (0.03, 0.1, 0.22, 0.2, 0.38, 0.07)
_EDUCATION_COUNTRY = (0.08, 0.24, 0.33, 0.18, 0.15, 0.02)
_ONLINE_BY_AGE = (0.5, 0.48, 0.4, 0.25, 0.12)
_POST = 0.08


def make_city(
    units: Sequence[Unit],
    items: Sequence[ItemSpec],
    seed: int,
    *,
    visits: int = 1_000_000,
    model: CityModel | None = None,
) -> City:
    """A city of known truth: the finite population of visits and what each would answer.

    Args:
        units: the organisations; those of `model.deciding_kinds` decide, the others receive as well.
        items: the rated items.
        seed: 0 or more; the same seed gives the same bytes.
        visits: number of errands, N.
        model: the assumptions; None = `CityModel()`.

    Raises:
        StatisticsError: `BAD_CITY` or `FEW_VISITS`: nothing can be built from these arguments.
    """
    model = model or CityModel()
    units, items = tuple(units), tuple(items)
    check_city(units, items, seed, model)
    constructs = tuple(dict.fromkeys(item.construct for item in items))
    quality, response = _true_quality(units, constructs, model, _stream(seed, _UNITS))
    places = _places(units, visits, model, _stream(seed, _PLACES))
    procedures = _procedures(units, model, _stream(seed, _PROCEDURES))
    columns = _visits(units, places, procedures, model=model, rng=_stream(seed, _VISITS))
    codes = potential_answers(items, quality, columns, model=model, rng=_stream(seed, _ANSWERS))
    return City(units, items, places, procedures, constructs, quality, response, columns, codes)


def _stream(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])


def _true_quality(
    units: tuple[Unit, ...], constructs: tuple[str, ...], model: CityModel, rng: np.random.Generator
) -> tuple[Array, Array]:
    """True quality, units x constructs, and the response probability of each unit's visitors."""
    unit = rng.standard_normal((len(units), 1)).clip(-_CLIP, _CLIP)
    construct = rng.standard_normal((len(units), len(constructs))).clip(-_CLIP, _CLIP)
    improvement = np.array([[model.improvement.get(unit.code, 0.0)] for unit in units])
    quality = model.mean_quality + model.unit_sd * unit + model.construct_sd * construct + improvement
    return quality, rng.uniform(*model.response, size=len(units))


def _places(
    units: tuple[Unit, ...], visits: int, model: CityModel, rng: np.random.Generator
) -> tuple[Place, ...]:
    """One to three places a receiving unit, of unequal size."""
    per_unit = 1 + rng.choice(len(_PLACES_PER_UNIT), size=len(units), p=_PLACES_PER_UNIT)
    places = [
        (f"{unit.code}-{number}", position)
        for position, unit in enumerate(units)
        if unit.kind not in model.deciding_kinds
        for number in range(1, per_unit[position] + 1)
    ]
    if visits < _LEAST_VISITS * len(places):
        raise StatisticsError(
            "FEW_VISITS",
            where="visits",
            expected=f"at least {_LEAST_VISITS} for each of {len(places)} places",
            got=str(visits),
            remedy="Ask for more visits or give fewer units.",
        )
    size = np.exp(_SIZE_SD * rng.standard_normal(len(places)).clip(-_CLIP, _CLIP))
    least = max(_LEAST_VISITS, visits // (4 * len(places)))
    sizes = least + rng.multinomial(visits - least * len(places), size / size.sum())
    return tuple(Place(code, unit, int(n)) for (code, unit), n in zip(places, sizes, strict=True))


def _procedures(units: tuple[Unit, ...], model: CityModel, rng: np.random.Generator) -> tuple[Procedure, ...]:
    """Two procedures a group that the receiving unit decides, and one for each department.

    The departments are dealt to the groups in turn; each is helped by the next one of its group.
    """
    departments = [position for position, unit in enumerate(units) if unit.kind in model.deciding_kinds]
    procedures = []
    for number, group in enumerate(GROUPS):
        deciding = departments[number :: len(GROUPS)]
        helping = deciding[1:] + deciding[:1]
        local = _GROUP_SHARES[number] * (model.decided_locally[number] if deciding else 1.0)
        pairs = [(-1, -1)] * _LOCAL_PROCEDURES + list(zip(deciding, helping, strict=True))
        noise = rng.standard_normal(len(pairs)).clip(-_CLIP, _CLIP)
        for place, (decides, helps) in enumerate(pairs):
            share = (
                local / _LOCAL_PROCEDURES if decides < 0 else (_GROUP_SHARES[number] - local) / len(deciding)
            )
            difficulty = _GROUP_DIFFICULTY[number] + _DIFFICULTY_SD * float(noise[place])
            procedures.append(Procedure(group, decides, helps, share, difficulty))
    return tuple(procedures)


def _visits(
    units: tuple[Unit, ...],
    places: tuple[Place, ...],
    procedures: tuple[Procedure, ...],
    *,
    model: CityModel,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """The errands in order of unit, place and day."""
    week = np.resize(_WEEK, model.days)
    by_day = rng.multinomial([place.visits for place in places], week / week.sum())
    cells = np.repeat(np.arange(by_day.size), by_day.ravel())
    place = (cells // model.days).astype(np.int32)
    received = np.array([place.unit for place in places], dtype=np.int32)[place]
    procedure = _pick(rng, [procedure.share for procedure in procedures], len(place))
    decides = np.array([procedure.decides for procedure in procedures], dtype=np.int32)[procedure]
    helps = np.array([procedure.helps for procedure in procedures], dtype=np.int32)[procedure]
    urban_unit = np.array([unit.kind in model.urban_kinds for unit in units])[received]
    return {
        "place": place,
        "day": (cells % model.days).astype(np.int32),
        "received": received,
        "decides": np.where(decides < 0, received, decides),
        "helps": np.where(helps < 0, received, helps),
        "procedure": procedure,
        "difficulty": np.array([each.difficulty for each in procedures], dtype=np.float32)[procedure],
        **_people(urban_unit, rng),
    }


def _people(urban_unit: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Who came, each errand another person, and by which channel."""
    n = len(urban_unit)
    town = rng.random(n, dtype=np.float32) < np.where(urban_unit, _TOWN_IF_URBAN, _TOWN_IF_RURAL)
    age = _pick(rng, _AGE, n)
    education = np.where(town, _pick(rng, _EDUCATION_TOWN, n), _pick(rng, _EDUCATION_COUNTRY, n))
    online = rng.random(n, dtype=np.float32) < np.array(_ONLINE_BY_AGE)[age]
    post = rng.random(n, dtype=np.float32) < _POST
    channel = np.select(
        [post, online], [CHANNELS.index("post"), CHANNELS.index("online")], CHANNELS.index("counter")
    )
    return {
        "channel": channel.astype(np.int8),
        "sex": (1 + (rng.random(n, dtype=np.float32) < _FEMALE)).astype(np.int8),
        "age": (age + 1).astype(np.int8),
        "education": (education + 1).astype(np.int8),
        "urban": np.where(town, 1, 2).astype(np.int8),
    }


def _pick(rng: np.random.Generator, shares: Sequence[float], n: int) -> Array:
    """Positions drawn with these shares, int16."""
    bounds = np.cumsum(shares)[:-1] / np.sum(shares)
    return np.searchsorted(bounds, rng.random(n), side="right").astype(np.int16)
