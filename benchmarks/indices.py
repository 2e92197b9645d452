"""Indices of all items and of sets of them by every recipe, against the sums of a mean by hand.

As a process of its own (`indices.py FILE DESIGN`) it loads the file, computes, and prints its peak memory.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import floors
from data import AGENCIES, CONSTRUCTS, NAMES, SATISFIED
from measure import alternate, child_megabytes, peak_megabytes, plain
from sums import FLOOR, PSU, design_of
from tables import Table

from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices

if TYPE_CHECKING:
    from data import Loaded

    from analysis import SurveyDesign
    from analysis.indices import IndexEstimate

PLANNING = ("sum_up", "index_frame", "beside")


def compute(design: SurveyDesign) -> list[IndexEstimate]:
    """What is measured: every item, the whole and the five constructs, by agency and by every recipe."""
    items = [
        RatedItem(
            column=name,
            low=1,
            high=5,
            satisfied=(SATISFIED, SATISFIED + 1),
            construct=CONSTRUCTS[name],
            missing=f"{name}__missing",
        )
        for name in NAMES
    ]
    sets = [ItemSet(name="whole", items=tuple(items))]
    for construct in sorted(set(CONSTRUCTS.values())):
        inside = tuple(item for item in items if item.construct == construct)
        sets.append(ItemSet(name=construct, items=inside))
    return indices(design, items, sets, by=("agency",))


def speed(loaded: Loaded, repetitions: int) -> Table:
    """The indices beside the floor of a mean."""
    constructs = len(set(CONSTRUCTS.values()))
    table = Table(
        f"Indices of {len(NAMES)} items, one whole and {constructs} constructs x {AGENCIES} agencies",
        "Seconds, compute only, the table loaded: two measures by five rules with bounds, standard errors "
        "and intervals. The floor is that of the mean above, for measure: an index has no goal, as it asks "
        "for more sums (persons' means, bounds, and unclustered a second pass over the interviews).",
        ("work", "best", "median", "cpu", "ratio", "cpu ratio"),
    )
    for design in PSU:
        made = design_of(loaded.table, design)
        works = {
            FLOOR: plain(lambda d=design: floors.by_sql(loaded.connection, d, "mean")),
            "longdan": plain(lambda ready=made: compute(ready)),
        }
        table.time(f"indices, {design}", alternate(works, repetitions), FLOOR)
    return table


def split(loaded: Loaded) -> Table:
    """Where the time goes."""
    table = Table(
        "Where the time of the indices goes",
        "Seconds of one call under the profiler, which slows Python down but not the engine: `plan` builds "
        "expressions in Python, `engine` binds, optimises and runs them, `arrays` makes estimates of sums.",
        ("work", "plan", "engine", "arrays"),
    )
    for design in PSU:
        made = design_of(loaded.table, design)
        profile = cProfile.Profile()
        profile.runcall(compute, made)
        passes = engine = whole = 0.0
        for (file, _, name), (_, _, _, cumulative, _) in pstats.Stats(profile).stats.items():
            path = Path(file)
            if path.name == "_seam.py":
                engine += cumulative
            elif path.parent.name == "analysis" and name in PLANNING:
                passes += cumulative
            elif path.name == "indices.py" and name == "compute":
                whole = cumulative
        table.rows.append((f"indices, {design}", passes - engine, engine, whole - passes))
    return table


def memory(loaded: Loaded) -> Table:
    """The peak memory of a process that does it all."""
    table = Table(
        "Memory of the indices",
        "Peak resident megabytes of a process that loads the Parquet file into a table, builds the design "
        "and computes.",
        ("work", "MB"),
    )
    for design in PSU:
        table.rows.append((design, child_megabytes("indices.py", str(loaded.parquet), design)))
    return table


def _child(parquet: str, design: str) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE answers AS FROM read_parquet(?)", [parquet])
    compute(design_of(connection.table("answers"), design))
    print(peak_megabytes())


if __name__ == "__main__":
    _child(*sys.argv[1:])
