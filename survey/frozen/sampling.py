"""The design columns of outside data: strata, units of each stage, weights, counts of the population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.frozen import checks
from survey.frozen.checks import Check
from survey.frozen.engine import literal
from survey.refusal import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from survey.frozen.design_file import DesignFile
    from survey.frozen.tables import Table

_SHOWN = 5
_REMEDIES = (
    "Say in the design file `lonely_psu: certainty` (the unit was taken for sure), `remove`, `centre` or "
    "`average`, give `fpc` where the stratum was taken whole, or merge strata in the data."
)


def design_columns(table: Table, design: DesignFile) -> dict[str, str]:
    """The design columns of the responses as SQL over outside data, null where the design has none.

    Codes of units stay text; several strata are joined by `|`.
    """

    def cell(name: str | None) -> str:
        return table.column(name) if name in table.header else "NULL"

    strata = [cell(name) for name in design.strata]
    stratum = (
        strata[0] if len(strata) == 1 else " || '|' || ".join(_escaped(part) for part in strata) or "NULL"
    )
    fpc = ["NULL", "NULL"]
    if isinstance(design.fpc, dict):
        branches = " ".join(f"WHEN {literal(key)} THEN {count}" for key, count in design.fpc.items())
        fpc[0] = f"CASE {stratum} {branches} END"
    else:
        fpc[: len(design.fpc)] = [_count(cell(name)) for name in design.fpc]
    return {
        "stratum": stratum,
        "psu": cell(design.psu),
        "ssu": cell(design.ssu),
        "weight": "1.0" if design.weights is None else f"TRY_CAST({cell(design.weights)} AS DOUBLE)",
        "fpc1": fpc[0],
        "fpc2": fpc[1],
    }


def _escaped(cell: str) -> str:
    """So that `a|b` with `c` is not `a` with `b|c`."""
    return rf"replace(replace({cell}, '\', '\\'), '|', '\|')"


def _count(cell: str) -> str:
    number = f"TRY_CAST({cell} AS DOUBLE)"
    counts = f"{number} >= 1 AND {number} < 1e15 AND {number} = floor({number})"
    return f"CASE WHEN {counts} THEN TRY_CAST({number} AS BIGINT) END"


def row_checks(table: Table, design: DesignFile) -> Iterator[Check]:
    """What each row must keep to."""
    for key, columns in design.used.items():
        for column in columns:
            if column not in table.header:
                continue
            cell = table.column(column)
            if key in {"strata", "psu", "ssu"}:
                yield _never_empty(column, cell, key)
            elif key == "weights":
                yield from _weight_checks(column, cell)
            elif key == "fpc":
                yield Check(
                    code="WRONG_FPC",
                    column=column,
                    offends=f"{_count(cell)} IS NULL",
                    shown=cell,
                    expected="a count of units in the population, a whole number of at least 1",
                    remedy="Give counts; a sampling fraction f becomes the units taken divided by f.",
                )


def _never_empty(column: str, cell: str, key: str) -> Check:
    name = {"strata": "a stratum", "psu": "a PSU", "ssu": "an SSU"}[key]
    return Check(
        code="EMPTY_UNIT",
        column=column,
        offends=f"{cell} IS NULL",
        shown=cell,
        expected=f"{name} in every row",
        remedy="Fill the cells in: a response without its place in the design cannot be weighed.",
    )


def _weight_checks(column: str, cell: str) -> Iterator[Check]:
    number = f"TRY_CAST({cell} AS DOUBLE)"
    rules = (
        ("MISSING_WEIGHT", f"{cell} IS NULL"),
        ("TEXT_FOR_WEIGHT", f"{cell} IS NOT NULL AND {number} IS NULL"),
        ("INFINITE_WEIGHT", f"coalesce(NOT isfinite({number}), false)"),
        ("NEGATIVE_WEIGHT", f"coalesce({number} < 0 AND isfinite({number}), false)"),
    )
    for code, offends in rules:
        yield Check(
            code=code,
            column=column,
            offends=offends,
            shown=cell,
            expected="a finite weight of 0 or more",
            remedy="Correct the weights; 0 keeps a response in the design and out of the estimate.",
        )


class DesignFaults:
    """What strata and units must keep to together."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, design: DesignFile) -> None:
        self._table, self._design = table, design
        columns = ", ".join(f"{sql} AS {name}" for name, sql in design_columns(table, design).items())
        self._rows = connection.table(table.name).project(f"row, {columns}")
        self._unit = "psu" if design.psu else "row"

    def __iter__(self) -> Iterator[Fault]:
        """Every fault; none while a design column is absent, which is a fault of its own."""
        used = self._design.used
        if any(column not in self._table.header for key in used if key != "id" for column in used[key]):
            return
        yield from self._psu_in_two_strata()
        if self._rows.aggregate("max(weight) = 0").fetchall() == [(True,)]:
            yield self._fault(
                "ALL_WEIGHTS_ZERO", "weights", "a weight above 0", ["0 in every row"], "Correct them."
            )
        if isinstance(self._design.fpc, dict):
            yield from self._strata_of_fpc(self._design.fpc)
            yield from self._counts(1)
        else:
            for stage in range(1, len(self._design.fpc) + 1):
                yield from self._counts(stage)
        if self._design.lonely_psu is None:
            yield from self._lonely()

    def _fault(self, code: str, key: str, expected: str, got: list[str], remedy: str) -> Fault:
        column = ", ".join(self._design.used.get(key, ())) or "(all rows)"
        shown = "; ".join(got[:_SHOWN]) + (f"; and {len(got) - _SHOWN:,} more" if len(got) > _SHOWN else "")
        where = checks.where(self._table, column)
        return Fault(code=code, where=where, expected=expected, got=shown, remedy=remedy)

    def _psu_in_two_strata(self) -> Iterator[Fault]:
        if not (self._design.psu and self._design.strata):
            return
        sums = (
            "psu, count(DISTINCT stratum) AS n, string_agg(DISTINCT stratum, ', ' ORDER BY stratum) AS strata"
        )
        found = self._rows.filter("psu IS NOT NULL").aggregate(sums, "psu").filter("n > 1").order("psu")
        got = [f"`{psu}` in strata {strata}" for psu, strata in found.project("psu, strata").fetchall()]
        if got:
            remedy = "Make the codes of PSUs unique, for example stratum and code joined."
            yield self._fault("PSU_IN_TWO_STRATA", "psu", "each PSU code in one stratum", got, remedy)

    def _strata_of_fpc(self, counts: dict[str, int]) -> Iterator[Fault]:
        rows = (
            self._rows.filter("stratum IS NOT NULL").project("stratum").distinct().order("stratum").fetchall()
        )
        present = [stratum for (stratum,) in rows]
        uncounted = [f"`{name}`" for name in present if name not in counts]
        unknown = [f"`{name}`" for name in counts if name not in present]
        if uncounted:
            expected, remedy = "a count in `fpc` for each stratum", "Add the count to the design file."
            yield self._fault("STRATUM_WITHOUT_FPC", "strata", expected, uncounted, remedy)
        if unknown:
            remedy = "Correct the name; merge a stratum from which nobody answered with another."
            yield self._fault(
                "UNKNOWN_STRATUM", "strata", "strata of `fpc` that the data have", unknown, remedy
            )

    def _counts(self, stage: int) -> Iterator[Fault]:
        """A count of the population is one number a group, and no smaller than what was taken."""
        group = "stratum" if stage == 1 else "psu"
        unit = self._unit if stage == 1 else ("ssu" if self._design.ssu else "row")
        sums = (
            f"count(DISTINCT fpc{stage}) AS counts, min(fpc{stage}) AS count, count(DISTINCT {unit}) AS taken"
        )
        groups = self._rows.aggregate(f"coalesce({group}, 'all') AS name, {sums}", group).order("name")
        varying = groups.filter("counts > 1").project("name, counts").fetchall()
        small = groups.filter("counts = 1 AND count < taken").project("name, count, taken").fetchall()
        if varying:
            got = [f"`{name}`: {counts} counts" for name, counts in varying]
            remedy = f"Give each row its {group}'s count."
            yield self._fault("FPC_VARIES", "fpc", f"one count in each {group}", got, remedy)
        if small:
            got = [f"`{name}`: {count} for {taken} taken" for name, count, taken in small]
            expected = "counts of the population no smaller than the units taken"
            remedy = "Give the units in the population, not in the sample, of this stage."
            yield self._fault("FPC_TOO_SMALL", "fpc", expected, got, remedy)

    def _lonely(self) -> Iterator[Fault]:
        """Strata with one unit, but for those that were taken whole: there nothing varies."""
        sums = f"coalesce(stratum, 'all') AS name, count(DISTINCT {self._unit}) AS taken, min(fpc1) AS count"
        found = self._rows.aggregate(sums, "stratum").filter("taken = 1 AND coalesce(count, 0) <> 1")
        got = [f"`{name}` with one" for (name,) in found.order("name").project("name").fetchall()]
        if got:
            yield self._fault("LONELY_PSU", "strata", "at least two PSUs in each stratum", got, _REMEDIES)
