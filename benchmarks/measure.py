"""Measurement: alternating repetitions in one process, and the peak memory of a process of its own."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Timing:
    """Seconds of repetitions: of the clock, and of the processors over all threads."""

    wall: list[float]
    cpu: list[float]

    @property
    def best(self) -> float:
        """The fastest repetition by the clock: what the work takes undisturbed."""
        return min(self.wall)

    @property
    def median(self) -> float:
        """The middle repetition by the clock."""
        return statistics.median(self.wall)

    @property
    def best_cpu(self) -> float:
        """The least processor time: hardly disturbed by what else the machine does."""
        return min(self.cpu)


@dataclass(frozen=True)
class Work:
    """What is timed: `run` on what `prepare` makes outside the clock, anew for each repetition."""

    prepare: Callable[[], object]
    run: Callable[[object], object]


def plain(run: Callable[[], object]) -> Work:
    """Work that needs no preparation."""
    return Work(lambda: None, lambda _: run())


def alternate(works: Mapping[str, Work], repetitions: int) -> dict[str, Timing]:
    """The timings of all works, measured in turn so that a change of the machine's load meets them all."""
    wall: dict[str, list[float]] = {name: [] for name in works}
    cpu: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            ready = work.prepare()
            gc.collect()
            clock, processors = time.perf_counter(), time.process_time()
            work.run(ready)
            wall[name].append(time.perf_counter() - clock)
            cpu[name].append(time.process_time() - processors)
    return {name: Timing(wall[name], cpu[name]) for name in works}


def peak_megabytes() -> int | None:
    """The peak resident memory of this process so far; None where the system does not say."""
    if not STATUS.exists():
        return None
    line = next(one for one in STATUS.read_text(encoding="utf-8").splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def child(script: str, *arguments: str) -> str:
    """The last line that a script of this folder prints as a process of its own; its errors pass through."""
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / script), *arguments],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
    )
    return ran.stdout.strip().splitlines()[-1]


def child_megabytes(script: str, *arguments: str) -> int | None:
    """The peak memory that a script of this folder says of its own process; None where it cannot."""
    return megabytes(child(script, *arguments))


def megabytes(printed: str) -> int | None:
    """What `peak_megabytes` said, as another process printed it."""
    return int(printed) if printed.isdigit() else None
