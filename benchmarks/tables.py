"""Tables of what was measured, as Markdown that a terminal shows as well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from measure import Timing


@dataclass
class Table:
    """A title, what the rows mean, the rows, and for each goal whether it was met."""

    title: str
    meaning: str
    head: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)

    def time(self, work: str, timings: Mapping[str, Timing], floor: str | None = None) -> None:
        """Adds a row a timing: best, median, least processor time and, with a floor, the ratios to it."""
        for name, timing in timings.items():
            row: list[object] = [f"{work}: {name}", timing.best, timing.median, timing.best_cpu]
            if floor is not None:
                of = timings[floor]
                row += [f"{timing.best / of.best:.2f}", f"{timing.best_cpu / of.best_cpu:.2f}"]
            self.rows.append(row)

    def goal(self, text: str, *, met: bool) -> None:
        """Notes a goal and whether it was met."""
        self.goals.append(f"{'Met' if met else '**Not met**'}: {text}")

    def markdown(self) -> str:
        """The table as Markdown, its columns aligned."""
        cells = [[*map(_cell, row)] for row in [self.head, *self.rows]]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.head))]
        lines = ["| " + " | ".join(map(_padded, row, widths, range(len(row)))) + " |" for row in cells]
        lines.insert(
            1, "|" + "|".join("-" * (w + 1) + (":" if k else "-") for k, w in enumerate(widths)) + "|"
        )
        goals = ["", *(f"- {goal}" for goal in self.goals)] if self.goals else []
        return "\n".join([f"## {self.title}", "", self.meaning, "", *lines, *goals, ""])


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _padded(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column else text.ljust(width)
