"""The known-truth city as the questionnaire sees it: who is judged, what is asked, what visitors answer."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.synthetic import MISSING_CODES, CityModel, ItemSpec, Unit, make_city
from analysis.synthetic.model import GROUPS
from questionnaires import loader
from questionnaires.item_types import variables
from questionnaires.model import Missing
from survey.demo.home import QUESTIONNAIRE
from survey.waves.plan import Responsibility

if TYPE_CHECKING:
    from analysis.synthetic import City
    from analysis.synthetic.model import Array
    from questionnaires.model import Instrument, Item
    from survey.answers.values import Value

PROVINCE: Final = Unit("01", "Thành phố Hà Nội", "thanh_pho")

# One for each of the first groups of procedures, in their order: a person says the group, and the plan who
# decides in it. The tax office stands at the level of a department.
DEPARTMENTS: Final = (
    Unit("SXD", "Sở Xây dựng", "so"),
    Unit("SNNMT", "Sở Nông nghiệp và Môi trường", "so"),
    Unit("THUE", "Thuế thành phố", "so"),
)
MODEL: Final = CityModel(deciding_kinds=("so",), decided_locally=(0.0, 0.0, 0.0, 1.0))
VISITS: Final = 400_000

_KINDS = {"phuong": "Phường", "xa": "Xã"}
_COMPLAINT = 0.25
_MOST = 0.9
_REASONS: dict[int, Missing] = {code: Missing(reason) for reason, code in MISSING_CODES.items()}
_AGREED, _DECLINED, _NO_RESULT = 1, 2, 3
_DECLINED_EACH = 8
# before, on or after the day on the slip, by how satisfied people are with it
_DELIVERED: dict[Value, Value] = {1: 3, 2: 3, 3: 2, 4: 2, 5: 1}


@cache
def communes() -> tuple[Unit, ...]:
    """The 126 communes and wards of the city, by code."""
    text = files("survey.registry").joinpath("units_2026.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["province_code"] == PROVINCE.code]
    return tuple(Unit(row["code"], f"{_KINDS[row['kind']]} {row['name']}", row["kind"]) for row in rows)


def build(seed: int) -> City:
    """The city with everything that each visitor would answer to the rated items."""
    return make_city(communes() + DEPARTMENTS, rated_items(), seed, visits=VISITS, model=MODEL)


def responsible() -> tuple[Responsibility, ...]:
    """Who decides and helps by group of procedures, as it is in the city and as a plan says it."""
    return tuple(
        Responsibility(procedure=str(code), decides=department.code, helps=department.code)
        for code, department in enumerate(DEPARTMENTS, 1)
    )


def rated_items() -> tuple[ItemSpec, ...]:
    """The questionnaire's rated items as the city is asked them."""
    instrument = loader.shipped(QUESTIONNAIRE)
    role = {construct.name: str(construct.role) for construct in instrument.constructs}
    return tuple(
        ItemSpec(item.name, item.construct, role[item.construct], _share_to_whom_it_applies(item))
        for item in instrument.items
        if item.construct is not None
    )


def _share_to_whom_it_applies(item: Item) -> float:
    if item.construct == "complaints":
        return _COMPLAINT
    return _MOST if Missing.NOT_APPLICABLE in item.missing else 1.0


def answers(city: City, rows: Array, instrument: Instrument) -> dict[str, list[Value]]:
    """What the visits at these positions answer: every variable of the questionnaire.

    Ratings, procedure and person are the city's. The outcome, when it was delivered and the satisfaction
    overall follow from the ratings; what else the city does not model is blank.
    """
    visits = {name: values[rows].tolist() for name, values in city.visits.items()}
    codes = {item.name: city.codes[k, rows] for k, item in enumerate(city.items)}
    columns: dict[str, list[Value]] = {
        name: [_REASONS.get(code, code) for code in values.tolist()] for name, values in codes.items()
    }
    groups = [1 + GROUPS.index(procedure.group) for procedure in city.procedures]
    columns["procedure_group"] = [groups[place] for place in visits["procedure"]]
    columns |= {name: visits[name] for name in ("sex", "age", "education")}
    columns["residence"] = visits["urban"]
    columns["outcome"] = [
        _outcome(on_time, row) for on_time, row in zip(columns["on_time"], rows.tolist(), strict=True)
    ]
    columns["delivered"] = [
        Missing.OFF_ROUTE if on_time is Missing.NOT_APPLICABLE else _DELIVERED.get(on_time, Missing.DONT_KNOW)
        for on_time in columns["on_time"]
    ]
    columns["overall"] = _overall(np.array(list(codes.values())))
    for item in instrument.items:
        for name in variables(item, instrument.scale_of(item) if item.scale is not None else None):
            columns.setdefault(name, [Missing.BLANK] * len(rows))
    return columns


def _outcome(on_time: Value, row: int) -> int:
    """To whom no question about the result applies has none yet; of the others some were declined."""
    if on_time is Missing.NOT_APPLICABLE:
        return _NO_RESULT
    return _DECLINED if row % _DECLINED_EACH == 0 else _AGREED


def _overall(codes: Array) -> list[Value]:
    """Each person's mean answer, rounded."""
    answered = (codes > 0).sum(axis=0)
    mean = np.rint(np.maximum(codes, 0).sum(axis=0) / np.maximum(answered, 1))
    return [int(value) or Missing.DONT_KNOW for value in mean.tolist()]
