"""Measures speed, memory and coverage, prints the ratios and writes `benchmarks/RESULTS.md`.

Nothing is asserted but that all tools compute the same: a goal that is missed is printed as missed.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import coverage
import indices
import machine
import score
import sending
import sums
from data import AGENCIES, ITEMS, PSUS, load, make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tables import Table

HERE = Path(__file__).resolve().parent
SEED = 20261124


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rows: int
    repetitions: int
    cities: int
    interviews: int
    settled: int


FULL, QUICK = Size(1_000_000, 7, 200, 10_000, 100_000), Size(20_000, 1, 2, 40, 400)


def main() -> None:
    """Measure, print each table as it is there, and write all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK.rows} interviews, once: a smoke run")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md", help="the file of results")
    parser.add_argument("--cache", type=Path, default=HERE.parent / "out" / "bench", help="kept between runs")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    options.cache.mkdir(parents=True, exist_ok=True)
    before, parts = machine.load(), []
    for table in _tables(size, options.cache):
        parts.append(table.markdown())
        print(parts[-1], flush=True)
    text = "\n".join([_head(size, before), *parts])
    options.out.write_text(text, encoding="utf-8")
    print(f"Written to {options.out}")


def _tables(size: Size, cache: Path) -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(make(size.rows, SEED), Path(folder))
        yield sums.speed(loaded, size.repetitions)
        yield sums.designs(loaded, size.repetitions)
        yield sums.memory(loaded)
        yield indices.speed(loaded, size.repetitions)
        yield indices.split(loaded)
        yield indices.memory(loaded)
        loaded.connection.close()
    yield score.speed(size.rows, SEED, cache)
    yield sending.speed(size.interviews)
    yield sending.settling(size.settled)
    yield coverage.intervals(size.cities)


def _head(size: Size, before: str) -> str:
    return f"""# What was measured

Written by `make bench`; every number is of one run of it.

{machine.described()}
- Load (processes that wanted a core, over 1 / 5 / 15 minutes): {before} at the start,
  {machine.load()} at the end.
- Data: {size.rows:,} interviews, {ITEMS} items of five points with a tenth of the answers missing,
  {AGENCIES} agencies as strata with {PSUS} PSUs each, unequal weights, seed {SEED}.

What is compared was measured in turn, {size.repetitions} times each, so that a change of load meets all of
it. `best` and `median` are seconds by the clock, `cpu` is the least processor time over all threads; `ratio`
is of the best by the clock, `cpu ratio` of processor time, which other work on the machine disturbs less.
"""


if __name__ == "__main__":
    main()
