"""`mean` and `proportion` of all items by agency, against the floor on the same engine and loaded table.

As a process of its own (`sums.py FILE DESIGN MEASURE`) it loads the file, computes, and prints its peak
memory.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import duckdb
import floors
import numpy as np
from data import AGENCIES, NAMES, SATISFIED
from measure import Work, alternate, child_megabytes, peak_megabytes, plain
from tables import Table

from analysis import SurveyDesign, mean, proportion

if TYPE_CHECKING:
    from data import Loaded

    from analysis.results import Result

PSU = {"clustered": "psu", "unclustered": None}
MEASURES = ("mean", "proportion")
GOAL_RATIO, GOAL_MEGABYTES = 2.0, 400
TOLERANCE = 1e-9
FLOOR = "SQL floor"


def design_of(frame: object, design: str) -> SurveyDesign:
    """The survey's design: its interviews drawn in PSUs, or each by itself."""
    return SurveyDesign(frame, strata="agency", psu=PSU[design], weights="weight")


def compute(design: SurveyDesign, measure: str) -> Result:
    """What is measured: all items by agency."""
    if measure == "mean":
        return mean(design, NAMES, by="agency")
    return proportion(design, NAMES, level=[SATISFIED, SATISFIED + 1], by="agency")


def speed(loaded: Loaded, repetitions: int) -> Table:
    """The estimators cold and warm, and the floors."""
    table = Table(
        f"Means and shares of {len(NAMES)} items x {AGENCIES} agencies",
        "Seconds, compute only, the table loaded. `cold` is the first call on a fresh design, whose column "
        "ranges are not known yet; `warm` a later one. The SQL floor is the same sums in floating point, "
        "hand-written for the same engine and table; ratios are to it. Estimates and standard errors of each "
        f"line agreed with those of `longdan` within {TOLERANCE:g} in this run.",
        ("work", "best", "median", "cpu", "ratio", "cpu ratio"),
    )
    for measure in MEASURES:
        for design in PSU:
            _agree(loaded, design, measure)
            timings = alternate(_works(loaded, design, measure), repetitions)
            table.time(f"{measure}, {design}", timings, FLOOR)
            for name in ("longdan cold", "longdan warm"):
                ratio = timings[name].best / timings[FLOOR].best
                cpu = timings[name].best_cpu / timings[FLOOR].best_cpu
                said = f"{measure}, {design}, {name}: {ratio:.2f} times the floor by the clock, {cpu:.2f} of"
                table.goal(f"{said} processor time (goal: at most {GOAL_RATIO:g})", met=ratio <= GOAL_RATIO)
    return table


def designs(loaded: Loaded, repetitions: int) -> Table:
    """What constructing the design costs, which the estimators' times leave out."""
    table = Table(
        "Constructing the design",
        "Seconds to list strata and PSUs and to refuse bad weights, once for all that is asked of a design.",
        ("work", "best", "median", "cpu"),
    )
    works = {name: plain(lambda d=name: design_of(loaded.table, d)) for name in PSU}
    table.time("design", alternate(works, repetitions))
    return table


def memory(loaded: Loaded) -> Table:
    """The peak memory of a process that does it all."""
    table = Table(
        "Memory",
        "Peak resident megabytes of a process that loads the Parquet file into a table, builds the design "
        "and computes; Python, NumPy, SciPy and the engine included.",
        ("work", "MB"),
    )
    for measure in MEASURES:
        for design in PSU:
            peak = child_megabytes("sums.py", str(loaded.parquet), design, measure)
            name = f"{measure}, {design}"
            table.rows.append((name, peak))
            if peak is not None:
                table.goal(f"{name}: {peak} MB (goal: at most {GOAL_MEGABYTES})", met=peak <= GOAL_MEGABYTES)
    return table


def _works(loaded: Loaded, design: str, measure: str) -> dict[str, Work]:
    warm = design_of(loaded.table, design)
    compute(warm, measure)
    return {
        FLOOR: plain(lambda: floors.by_sql(loaded.connection, design, measure)),
        "longdan cold": Work(lambda: design_of(loaded.table, design), lambda fresh: compute(fresh, measure)),
        "longdan warm": plain(lambda: compute(warm, measure)),
        "NumPy floor": plain(lambda: floors.by_numpy(loaded.survey, design, measure)),
        "Polars floor": plain(lambda: floors.by_polars(loaded.frame, design, measure)),
    }


def _agree(loaded: Loaded, design: str, measure: str) -> None:
    """Stops where a floor and the estimator compute different things."""
    result = compute(design_of(loaded.table, design), measure)
    row = {(one.variable, one.by["agency"]): one for one in result.rows}
    ours = [[row[name, agency] for agency in range(AGENCIES)] for name in NAMES]
    value, se = (
        np.array([[getattr(one, kind) for one in line] for line in ours]) for kind in ("value", "se")
    )
    for sums in (
        floors.by_sql(loaded.connection, design, measure),
        floors.by_numpy(loaded.survey, design, measure),
        floors.by_polars(loaded.frame, design, measure),
    ):
        for mine, theirs in zip((value, se), floors.estimates(sums, loaded.survey, design), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE)


def _child(parquet: str, design: str, measure: str) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE answers AS FROM read_parquet(?)", [parquet])
    compute(design_of(connection.table("answers"), design), measure)
    print(peak_megabytes())


if __name__ == "__main__":
    _child(*sys.argv[1:])
