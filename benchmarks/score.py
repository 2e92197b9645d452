"""`longdan score` as a whole command on a frozen wave of the known-truth city, Python's start included."""

from __future__ import annotations

import csv
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from measure import child, megabytes
from tables import Table

from analysis.synthetic import ItemSpec, SamplePlan, Unit, draw, make_city
from questionnaires.loader import shipped
from survey.frozen.outside import freeze

if TYPE_CHECKING:
    from questionnaires.model import Instrument

INSTRUMENT = "service_responsibility"
REGISTRY = Path(__file__).parents[1] / "survey" / "registry" / "units_2026.csv"
PROVINCE, DEPARTMENTS = "01", 15
ENGINES = ("duckdb", "polars")
RESPONSE = 0.5


def speed(rows: int, seed: int, folder: Path) -> Table:
    """The command on each engine; the wave is made once and kept in the folder."""
    wave = folder / f"wave-{rows}-{seed}"
    if not (wave / "manifest.json").exists():
        _make(rows, seed, wave)
    manifest = json.loads((wave / "manifest.json").read_text(encoding="utf-8"))
    interviews = sum(
        file["rows"] for name, file in manifest["files"].items() if name.startswith("responses/")
    )
    table = Table(
        f"`longdan score` of {interviews:,} interviews",
        f"The whole command on a wave of `{INSTRUMENT}` in the known-truth city, an interview the unit: "
        "seconds by the clock and of the processors, peak resident megabytes. Starting Python, reading and "
        "verifying the wave, the indices of every agency in the roles it has, files and report are in it.",
        ("engine", "wall", "cpu", "MB"),
    )
    for engine in ENGINES:
        out = folder / "result"
        shutil.rmtree(out, ignore_errors=True)
        command = ("score", str(wave), "--out", str(out), "--engine", engine)
        start = time.perf_counter()
        cpu, peak = child("command.py", *command).split()
        table.rows.append((engine, time.perf_counter() - start, float(cpu), megabytes(peak)))
    return table


def _make(rows: int, seed: int, wave: Path) -> None:
    """Draws the interviews from a city of twice as many visits and freezes them as outside data.

    What the city does not say of a visit (the errand's course, the person) stays blank.
    """
    shutil.rmtree(wave, ignore_errors=True)
    source = wave.with_name(f"{wave.name}-source")
    source.mkdir(parents=True, exist_ok=True)
    units = _units()
    instrument = shipped(INSTRUMENT)
    city = make_city(units, _items(instrument), seed, visits=round(rows / RESPONSE))
    sample = draw(city, seed, SamplePlan(allocation=None, response=RESPONSE))
    columns = {name: values.tolist() for name, values in sample.columns.items()}
    unasked = {item.name: pl.Series([None] * len(sample.rows), dtype=pl.String) for item in instrument.items}
    pl.DataFrame(unasked | columns).write_parquet(source / "answers.parquet")
    (source / "design.yaml").write_text(json.dumps(sample.design), encoding="utf-8")
    with (source / "units.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("code", "name", "kind"))
        table.writerows((unit.code, unit.name, unit.kind) for unit in units)
    freeze(
        data=source / "answers.parquet",
        instrument=instrument,
        design=source / "design.yaml",
        units=source / "units.csv",
        out=wave,
    )


def _units() -> tuple[Unit, ...]:
    """The communes and wards of the capital, and departments of the city."""
    with REGISTRY.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["province_code"] == PROVINCE]
    departments = (Unit(f"D{k:02}", f"Department {k}", "department") for k in range(1, DEPARTMENTS + 1))
    return (*(Unit(row["code"], row["name"], row["kind"]) for row in rows), *departments)


def _items(instrument: Instrument) -> tuple[ItemSpec, ...]:
    """The rated items of an instrument with the role that their construct judges."""
    roles = {construct.name: construct.role for construct in instrument.constructs}
    return tuple(
        ItemSpec(item.name, item.construct, str(roles[item.construct]))
        for item in instrument.items
        if item.construct is not None
    )
