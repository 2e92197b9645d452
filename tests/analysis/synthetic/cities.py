"""The cities that the tests share, and the items that are asked there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from analysis.synthetic import City, CityModel, ItemSpec, Sample, SamplePlan, Unit, make_city

REGISTRY = Path(__file__).parents[3] / "survey" / "registry" / "units_2026.csv"
CONSTRUCTS = (
    ("access", 4, "received", 1.0),
    ("procedures", 4, "received", 1.0),
    ("officials", 5, "received", 1.0),
    ("result", 3, "decides", 1.0),
    ("complaints", 3, "received", 0.25),
)
ITEMS = tuple(
    ItemSpec(f"{construct}_{number}", construct, role, applies)
    for construct, items, role, applies in CONSTRUCTS
    for number in range(1, items + 1)
)
DEPARTMENTS = tuple(Unit(f"D{number:02}", f"Department {number}", "department") for number in range(1, 16))
CENSUS = SamplePlan(allocation=None, response=1.0)


def hanoi() -> tuple[Unit, ...]:
    with REGISTRY.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["province_code"] == "01"]
    return tuple(Unit(row["code"], row["name"], row["kind"]) for row in rows)


HANOI = hanoi()
SMALL = HANOI[:10] + DEPARTMENTS[:2]


def small_city(seed: int = 2, visits: int = 6_000) -> City:
    """Ten communes and two departments over ten days."""
    return make_city(SMALL, ITEMS, seed, visits=visits, model=CityModel(days=10))


def columns_of(sample: Sample) -> dict[str, list[Any]]:
    return {name: values.tolist() for name, values in sample.columns.items()}
