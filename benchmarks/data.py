"""The synthetic survey that every benchmark measures on.

126 agencies are the strata, each with 30 PSUs; 15 items of five points share an agency's, a PSU's and a
person's effect; weights are unequal; a tenth of the answers is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

AGENCIES, PSUS, ITEMS = 126, 30, 15
SATISFIED = 4
NAMES = tuple(f"q{k:02d}" for k in range(1, ITEMS + 1))
CONSTRUCTS = {name: f"construct{k % 5 + 1}" for k, name in enumerate(NAMES)}
CUTS = np.array([-1.6, -0.9, -0.2, 0.8])
MISSING = 0.1


@dataclass(frozen=True)
class Survey:
    """Rows as arrays: `agency` 0..125, `psu` 0..3779, `weight`; `answers` has a row an item, 0 = missing."""

    agency: NDArray[np.int64]
    psu: NDArray[np.int64]
    weight: NDArray[np.float64]
    answers: NDArray[np.int8]


def make(rows: int, seed: int) -> Survey:
    """The survey with so many interviews; every PSU has at least one."""
    draw = np.random.default_rng(seed)
    psu = np.concatenate([np.arange(AGENCIES * PSUS), draw.integers(0, AGENCIES * PSUS, rows)])[:rows]
    psu.sort()
    agency = psu // PSUS
    quality = draw.normal(0, 0.3, AGENCIES)[agency] + draw.normal(0, 0.3, AGENCIES * PSUS)[psu]
    quality += draw.normal(0, 0.6, rows)
    weight = np.exp(draw.normal(3, 0.5, rows)).round(4)
    answers = np.empty((ITEMS, rows), dtype=np.int8)
    for k in range(ITEMS):
        answers[k] = 1 + np.digitize(quality + draw.normal(0, 0.8, rows), CUTS + 0.1 * (k % 4))
        answers[k, draw.random(rows) < MISSING] = 0
    return Survey(agency, psu, weight, answers)


@dataclass(frozen=True)
class Loaded:
    """The survey where the tools want it: arrays, a DuckDB table, a Polars frame and a Parquet file."""

    survey: Survey
    connection: duckdb.DuckDBPyConnection
    table: duckdb.DuckDBPyRelation
    frame: pl.DataFrame
    parquet: Path


def load(survey: Survey, folder: Path) -> Loaded:
    """The survey as the table and file `answers`; a reason stands beside each missing answer."""
    columns = {"agency": survey.agency.astype(np.int32), "psu": survey.psu.astype(np.int32)}
    columns |= {"weight": survey.weight} | dict(zip(NAMES, survey.answers, strict=True))
    items = ", ".join(
        f"nullif({name}, 0) AS {name}, CASE WHEN {name} = 0 THEN 'dont_know' END AS {name}__missing"
        for name in NAMES
    )
    connection, parquet = duckdb.connect(), folder / "answers.parquet"
    connection.register("columns", columns)
    connection.execute(f"CREATE TABLE answers AS SELECT agency, psu, weight, {items} FROM columns")  # noqa: S608 - names of our own
    connection.unregister("columns")
    connection.execute(f"COPY answers TO '{parquet}' (FORMAT parquet)")
    return Loaded(survey, connection, connection.table("answers"), pl.read_parquet(parquet), parquet)
