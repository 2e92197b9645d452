"""What a city cannot be built from: every fault of the arguments at once."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.errors import StatisticsError
from analysis.synthetic.model import ROLES, CityModel, ItemSpec, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Fault = tuple[str, str, str]
"""Where, what was expected, what came."""


def check_city(units: tuple[Unit, ...], items: tuple[ItemSpec, ...], seed: int, model: CityModel) -> None:
    """Refuse arguments from which no city can be built.

    Raises:
        StatisticsError: `BAD_CITY`, naming every fault.
    """
    faults = [
        *_unit_faults(units, model),
        *_item_faults(items),
        *_model_faults(seed, model),
        *_fours_faults(model),
    ]
    if faults:
        raise StatisticsError(
            "BAD_CITY",
            where=", ".join(dict.fromkeys(where for where, _, _ in faults)),
            expected="; ".join(expected for _, expected, _ in faults),
            got="; ".join(got for _, _, got in faults),
            remedy="Correct the arguments named.",
        )


def _unit_faults(units: tuple[Unit, ...], model: CityModel) -> Iterator[Fault]:
    codes = [unit.code for unit in units]
    if all(unit.kind in model.deciding_kinds for unit in units):
        yield "units", f"a unit of another kind than {', '.join(model.deciding_kinds)}", f"{len(units)} units"
    if repeated := _repeated(codes):
        yield "units", "each code once", repeated
    if strangers := sorted(set(model.improvement) - set(codes)):
        yield "improvement", "codes of the units given", ", ".join(strangers)


def _item_faults(items: tuple[ItemSpec, ...]) -> Iterator[Fault]:
    if not items:
        yield "items", "at least one item", "none"
    if repeated := _repeated(item.name for item in items):
        yield "items", "each name once", repeated
    for item in items:
        if item.role not in ROLES:
            yield item.name, f"a role of {', '.join(ROLES)}", repr(item.role)
        if not 0 < item.applies <= 1:
            yield item.name, "applies in (0, 1]", str(item.applies)


def _model_faults(seed: int, model: CityModel) -> Iterator[Fault]:
    if seed < 0:
        yield "seed", "0 or more", str(seed)
    if model.days < 1:
        yield "days", "1 or more", str(model.days)
    for name in ("unit_sd", "construct_sd", "person_sd", "day_sd", "complaint_slope"):
        if not 0 <= getattr(model, name) < math.inf:
            yield name, "a finite number not below 0", str(getattr(model, name))
    for name in ("dont_know", "refused", "response"):
        low, high = getattr(model, name)
        if not 0 <= low <= high <= 1:
            yield name, "two rising shares", f"{low}, {high}"
    for name, values in (("mean_quality", [model.mean_quality]), ("improvement", model.improvement.values())):
        if not all(map(math.isfinite, values)):
            yield name, "finite numbers", ", ".join(map(str, values))


def _fours_faults(model: CityModel) -> Iterator[Fault]:
    fours = (
        ("decided_locally", "four shares", all(0 <= share <= 1 for share in model.decided_locally)),
        ("thresholds", "four rising numbers", all(low < high for low, high in pairwise(model.thresholds))),
    )
    for name, expected, right in fours:
        if not right:
            yield name, expected, ", ".join(map(str, getattr(model, name)))


def _repeated(names: Iterable[str]) -> str:
    return ", ".join(name for name, times in Counter(names).items() if times > 1)
