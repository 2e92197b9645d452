"""The floor: the same sums in floating point by the shortest way each tool has, and the closed form.

A floor gives for each item and cell n, Σw, Σwy, Σwy², Σw² and, where the interview is the unit, Σw²y, Σw²y².
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from data import AGENCIES, NAMES, PSUS, SATISFIED

if TYPE_CHECKING:
    import duckdb
    from data import Survey
    from numpy.typing import NDArray

    Sums = NDArray[np.float64]

CELLS = {"clustered": AGENCIES * PSUS, "unclustered": AGENCIES}
KEYS = {"clustered": ("agency", "psu"), "unclustered": ("agency",)}


def query(design: str, measure: str) -> str:
    """The hand-written SQL of the floor; a share is its own square, so that its sums are fewer."""
    w, ww = "weight", "weight * weight"
    asked = []
    for name in NAMES:
        known = f"{name} IS NOT NULL"
        sums = [f"count({name})", f"sum(CASE WHEN {known} THEN {w} ELSE 0 END)"]
        if measure == "mean":
            sums += [f"sum({w} * {name})", f"sum({w} * {name} * {name})"]
        else:
            sums += [f"sum(CASE WHEN {name} >= {SATISFIED} THEN {w} ELSE 0 END)"]
        sums += [f"sum(CASE WHEN {known} THEN {ww} ELSE 0 END)"]
        if design == "unclustered" and measure == "mean":
            sums += [f"sum({ww} * {name})", f"sum({ww} * {name} * {name})"]
        elif design == "unclustered":
            sums += [f"sum(CASE WHEN {name} >= {SATISFIED} THEN {ww} ELSE 0 END)"]
        asked += sums
    keys = ", ".join(KEYS[design])
    return f"SELECT {keys}, {', '.join(asked)} FROM answers GROUP BY {keys}"  # noqa: S608 - names of our own


def by_sql(connection: duckdb.DuckDBPyConnection, design: str, measure: str) -> Sums:
    """The sums (items x sums x cells) by the query."""
    found = list(connection.sql(query(design, measure)).fetchnumpy().values())
    keys = len(KEYS[design])
    order = np.argsort(found[keys - 1])
    columns = [np.ma.filled(column, 0).astype(float)[order] for column in found[keys:]]
    return _all_seven(np.array(columns).reshape(len(NAMES), -1, len(order)), design, measure)


def by_numpy(survey: Survey, design: str, measure: str) -> Sums:
    """The sums by `bincount`."""
    cell = survey.psu if design == "clustered" else survey.agency
    length, weight = CELLS[design], survey.weight
    squared, out = weight * weight, []
    for answers in survey.answers:
        known = answers > 0
        y = answers.astype(float) if measure == "mean" else (answers >= SATISFIED).astype(float)
        rows = [None, weight, weight * y, squared]
        rows[3:3] = [weight * y * y] if measure == "mean" else []
        if design == "unclustered":
            rows += [squared * y, squared * y * y] if measure == "mean" else [squared * y]
        at = cell[known]
        out.append([np.bincount(at, None if row is None else row[known], length) for row in rows])
    return _all_seven(np.array(out, dtype=float), design, measure)


def by_polars(frame: pl.DataFrame, design: str, measure: str) -> Sums:
    """The sums by one `group_by`."""
    w, asked = pl.col("weight"), []
    for name in NAMES:
        item = pl.col(name)
        y = item.cast(pl.Float64) if measure == "mean" else (item >= SATISFIED).cast(pl.Float64)
        known = item.is_not_null()
        sums = [item.count(), w.filter(known).sum(), (w * y).sum()]
        sums += [(w * y * y).sum()] if measure == "mean" else []
        sums += [(w * w).filter(known).sum()]
        if design == "unclustered":
            sums += [(w * w * y).sum(), (w * w * y * y).sum()] if measure == "mean" else [(w * w * y).sum()]
        asked += [one.alias(f"{name}:{k}") for k, one in enumerate(sums)]
    found = frame.group_by(KEYS[design]).agg(asked).sort(KEYS[design])
    columns = found.drop(KEYS[design]).to_numpy().T
    return _all_seven(columns.astype(float).reshape(len(NAMES), -1, len(found)), design, measure)


def _all_seven(sums: Sums, design: str, measure: str) -> Sums:
    """The sums with those that repeat another in their place."""
    if measure == "mean":
        return sums
    places = [0, 1, 2, 2, 3] + ([4, 4] if design == "unclustered" else [])
    return sums[:, places]


def estimates(sums: Sums, survey: Survey, design: str) -> tuple[Sums, Sums]:
    """Estimates and linearised standard errors (items x agencies) from the sums of a floor."""
    if design == "unclustered":
        _, w, wy, _, ww, wwy, wwyy = np.moveaxis(sums, 1, 0)
        value = wy / w
        taken = np.bincount(survey.agency, minlength=AGENCIES)
        squares = (wwyy - 2 * value * wwy + value**2 * ww) / w**2
        return value, np.sqrt(squares * taken / (taken - 1))
    _, w, wy, _, _ = np.moveaxis(sums, 1, 0).reshape(5, len(NAMES), AGENCIES, PSUS)
    whole = w.sum(axis=2)
    value = wy.sum(axis=2) / whole
    z = (wy - value[..., None] * w) / whole[..., None]  # PSU totals of the linearised variable; they add to 0
    return value, np.sqrt((z**2).sum(axis=2) * PSUS / (PSUS - 1))
