"""The city in files: what the commands for units, visitors and outside data take, and the truth beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from analysis.synthetic import item_truth, truth
from questionnaires import loader
from questionnaires.model import Missing
from survey.demo.city import PROVINCE, answers
from survey.demo.home import QUESTIONNAIRE
from survey.frozen.writing import write_csv
from survey.registry.unit_file import PLACE
from survey.waves.visitors import COLUMNS as VISITOR_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from analysis.synthetic import City, Sample, Truth
    from survey.answers.values import Value

TRUTH_COLUMNS = ("agency", "kind", "construct", "item", "recipe", "value", "visits")


def write_units(city: City, path: Path) -> None:
    """Organisations and places, as `longdan units import` takes them."""
    rows = [(PROVINCE.kind, PROVINCE.code, PROVINCE.name, "")]
    rows += [(unit.kind, unit.code, unit.name, PROVINCE.code) for unit in city.units]
    several = {place.unit for place in city.places if place.code.endswith("-2")}
    for place in city.places:
        unit = city.units[place.unit]
        number = f", số {place.code.rpartition('-')[2]}" if place.unit in several else ""
        name = f"Điểm phục vụ hành chính công {unit.name.partition(' ')[2]}{number}"
        rows.append((PLACE, place.code, name, unit.code))
    write_csv(path, ("kind", "code", "name", "parent"), rows)


def write_visitors(city: City, days: Sequence[date], path: Path) -> None:
    """How many came to each place on each day, as `longdan visitors` takes it."""
    cells = city.visits["place"].astype(int) * len(days) + city.visits["day"]
    counts = np.bincount(cells, minlength=len(city.places) * len(days)).reshape(-1, len(days)).tolist()
    rows = (
        (place.code, day.isoformat(), count)
        for place, own in zip(city.places, counts, strict=True)
        for day, count in zip(days, own, strict=True)
    )
    write_csv(path, VISITOR_COLUMNS, rows)


def write_sample(sample: Sample, days: Sequence[date], folder: Path) -> dict[str, Path]:
    """A sample as `longdan freeze` takes it; the path for each of its options.

    Args:
        sample: the interviews.
        days: on which the days of the city fell.
        folder: where to write.
    """
    paths = {
        name: folder / f"sample-{file}"
        for name, file in (("data", "answers.csv"), ("design", "design.yaml"), ("units", "units.csv"))
    }
    city = sample.city
    asked = answers(city, sample.rows, loader.shipped(QUESTIONNAIRE))
    columns = {name: values.tolist() for name, values in sample.columns.items() if name not in asked}
    del columns["procedure"]  # `procedure_group` says it
    columns["day"] = [days[day].isoformat() for day in city.visits["day"][sample.rows].tolist()]
    columns |= {name: [_cell(value) for value in values] for name, values in asked.items()}
    write_csv(paths["data"], tuple(columns), zip(*columns.values(), strict=True))
    design = {**sample.design, "day": "day", "ignore": ["channel"]}
    paths["design"].write_text(json.dumps(design, indent=1) + "\n", encoding="utf-8", newline="\n")
    write_csv(
        paths["units"], ("code", "name", "kind"), [(one.code, one.name, one.kind) for one in city.units]
    )
    return paths


def write_truth(city: City, path: Path) -> None:
    """The true value of every row that scores can have: composites, constructs, items."""
    kinds = {unit.code: unit.kind for unit in city.units}
    constructs = {item.name: item.construct for item in city.items}
    rows = [_row(one, "", kinds) for one in truth(city)]
    for construct in city.constructs:
        rows += [_row(one, construct, kinds) for one in truth(city, construct=construct)]
    rows += [_row(one, constructs[one.item], kinds) for one in item_truth(city)]
    write_csv(path, TRUTH_COLUMNS, rows)


def _row(one: Truth, construct: str, kinds: dict[str, str]) -> tuple[object, ...]:
    return one.agency, kinds[one.agency], construct, one.item, one.recipe, one.value, one.visits


def _cell(value: Value) -> object:
    """As outside data say it: nothing where nothing was answered or asked."""
    return "" if value in {Missing.BLANK, Missing.OFF_ROUTE} else value
