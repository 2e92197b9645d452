"""A sample of the known-truth city as answers to the shipped questionnaire, in files that freezing takes."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from analysis.synthetic import CityModel, ItemSpec, Unit
from analysis.synthetic.model import GROUPS
from questionnaires import loader
from questionnaires.model import Missing
from survey.frozen.layout import value_columns
from tests.analysis.synthetic.cities import HANOI

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analysis.synthetic import Sample
    from questionnaires.model import Instrument, Item

QUESTIONNAIRE = "service_responsibility"
DEPARTMENTS = tuple(Unit(f"S{number:02}", f"Sở thứ {number}", "so") for number in range(1, 16))
COMMUNES = HANOI
MODEL = CityModel(deciding_kinds=("so",))

_COMPLAINT = 0.25
_MOST = 0.9
_NOT_YET_DECIDED = 3


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


def write_files(sample: Sample, folder: Path) -> dict[str, Path]:
    """Answers, design and units; the paths by the option of `longdan freeze` that takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        name: folder / f"{name}.{kind}"
        for name, kind in (("data", "csv"), ("design", "yaml"), ("units", "csv"))
    }
    columns = answers(sample, loader.shipped(QUESTIONNAIRE))
    _table(paths["data"], list(columns), zip(*columns.values(), strict=True))
    design = {**sample.design, "ignore": ["channel"]}
    paths["design"].write_text(json.dumps(design), encoding="utf-8")
    units = [(unit.code, unit.name, unit.kind) for unit in sample.city.units]
    _table(paths["units"], ["code", "name", "kind"], units)
    return paths


def answers(sample: Sample, instrument: Instrument) -> dict[str, list[Any]]:
    """Every column of the questionnaire.

    What the city does not model is blank, but for the outcome of the errand: who has none yet is not asked
    when it was delivered.
    """
    columns = {name: values.tolist() for name, values in sample.columns.items()}
    size = len(sample.rows)
    columns["procedure_group"] = [1 + GROUPS.index(group) for group in columns.pop("procedure")]
    people = {name: values.tolist() for name, values in sample.people.items()}
    columns |= {"sex": people["sex"], "age": people["age"], "education": people["education"]}
    columns["residence"] = people["urban"]
    columns["outcome"] = [1 + place % _NOT_YET_DECIDED for place in range(size)]
    columns["delivered"] = ["" if code == _NOT_YET_DECIDED else 2 for code in columns["outcome"]]
    for item in instrument.items:
        for name in value_columns(instrument, item):
            columns.setdefault(name, [""] * size)
    return columns


def _table(path: Path, header: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
