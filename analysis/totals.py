"""The one pass: exact sums over interviews by domain, stratum and listed unit, for all variables at once.

The work that grows with interviews is this grouped sum; everything after it works on small arrays. Rows are
filtered to the domain here, and only here: the units without such rows stay in the design (`units.py`) and
add zero to its variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analysis.errors import StatisticsError
from analysis.exact import Limb, Weights, bits, halves, limbs
from analysis.frames import grouped, in_type_of, require
from analysis.units import LastStage, level_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.design import SurveyDesign
    from analysis.frames import Frame

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


# Fixed-point weights give up as many bits as the integers they are multiplied by need; wider integers (a sum
# of money, say) are multiplied in floating point and rounded after.
INTEGER_FACTOR_BITS = 10


@dataclass(frozen=True, kw_only=True)
class Variable:
    """What a row adds to a sum: `value` (1 where None) if `where` holds and value is not null, else nothing.

    Attributes:
        value: expression over the frame's columns.
        where: condition; None = wherever `value` is not null.
        bound: greatest size of `value`; decides how many bits the sums can spare.
        integer: whether `value` is an integer, so that its product with a fixed-point weight is exact.
        wide: whether values may differ by orders of magnitude: the small ones need a limb of their own.
        column: the column whose being null `where` is about, where that is all it is about.
    """

    value: nw.Expr | None = None
    where: nw.Expr | None = None
    bound: float = 1.0
    integer: bool = True
    wide: bool = False
    column: str | None = None

    def times(self, other: Variable) -> Variable:
        """The product of two variables, counted where both count."""
        return Variable(
            value=_both(self.value, other.value, lambda a, b: a * b),
            where=_both(self.where, other.where, lambda a, b: a & b),
            bound=self.bound * other.bound,
            integer=self.integer and other.integer,
            wide=self.wide or other.wide,
        )

    @classmethod
    def answered(cls, column: str) -> Variable:
        """Counts the rows where a column has a value."""
        return cls(where=~nw.col(column).is_null(), column=column)

    def counted(self) -> nw.Expr:
        """An expression that is null where the variable does not count."""
        if self.column is not None:
            return nw.col(self.column)
        product = nw.lit(1) if self.value is None else self.value
        return product if self.where is None else nw.when(self.where).then(product)

    def weighted(self, weight: nw.Expr) -> nw.Expr:
        """Weight times value where the variable counts; elsewhere 0, or null where the value is."""
        product = weight if self.value is None else weight * self.value
        # not null: DuckDB adds zeros in half the time that it takes to step over nulls
        return product if self.where is None else nw.when(self.where).then(product).otherwise(0)


def _both(
    a: nw.Expr | None, b: nw.Expr | None, join: Callable[[nw.Expr, nw.Expr], nw.Expr]
) -> nw.Expr | None:
    if a is None or b is None:
        return b if a is None else a
    return join(a, b)


@dataclass(kw_only=True)
class Request:
    """The sums that a pass shall bring, by name; equal names are asked once.

    Attributes:
        counts: interviews where the variable counts.
        sums: Σ w·x.
        moments: Σ w²·x, where x is a product of two variables; needed where the interview is the last stage.
        spreads: Σ (w·x − mean)² over the rows of a cell, free of cancellation; for totals.
    """

    counts: dict[str, Variable] = field(default_factory=dict)
    sums: dict[str, Variable] = field(default_factory=dict)
    moments: dict[str, Variable] = field(default_factory=dict)
    spreads: dict[str, Variable] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums in C cells (stratum x listed unit x domain that occur), D domains.

    Attributes:
        by: names of the domain columns.
        domains: D levels, each a tuple of the columns' values, sorted.
        stratum, psu, ssu, domain: C indices; psu and ssu are -1 where not listed.
        rows: C counts of interviews of positive weight.
        counts, sums, moments, spreads: C numbers by the names of the request.
    """

    by: tuple[str, ...]
    domains: list[tuple[Any, ...]]
    stratum: Integers
    psu: Integers
    ssu: Integers
    domain: Integers
    rows: Integers
    counts: dict[str, Integers]
    sums: dict[str, Floats]
    moments: dict[str, Floats]
    spreads: dict[str, Floats]

    def by_domain(self, values: NDArray[Any]) -> NDArray[Any]:
        """C values (or C x k) summed over the cells of each domain, in the order of the cells."""
        out = np.zeros((len(self.domains), *values.shape[1:]), dtype=values.dtype)
        np.add.at(out, self.domain, values)
        return out


def sum_up(
    design: SurveyDesign,
    request: Request,
    *,
    by: Sequence[str] = (),
    where: Mapping[str, object] | None = None,
) -> Totals:
    """Run the pass.

    Args:
        design: the design whose frame is summed.
        request: what to sum.
        by: columns whose combinations are the domains; rows without a level are in none.
        where: level by column: the rows of one domain.

    Raises:
        StatisticsError: `UNKNOWN_COLUMN` or `LEVEL_TYPE`.
    """
    frame = _rows(design, by, where or {})
    keys = tuple(dict.fromkeys((*_unit_keys(design), *by)))
    plan = _Plan(design)
    asked = plan.ask(request)
    found = grouped(frame, keys, asked, plan.columns)
    cells = len(found["__rows"])
    domains, domain = level_index([found[name] for name in by], cells)
    stratum, psu, ssu = _unit_index(design, found, cells)
    order = np.lexsort((ssu, psu, stratum, domain))
    found = {name: values[order] for name, values in found.items()}
    return Totals(
        by=tuple(by),
        domains=domains if cells or not by else [],
        stratum=stratum[order],
        psu=psu[order],
        ssu=ssu[order],
        domain=domain[order],
        rows=found["__rows"].astype(np.int64),
        counts={name: found[plan.names["n", name] + "_0"].astype(np.int64) for name in request.counts},
        sums={name: plan.value("s", name, found) for name in request.sums},
        moments={name: plan.value("m", name, found) for name in request.moments},
        spreads={name: plan.spread(name, found) for name in request.spreads},
    )


class _Plan:
    """Names the integer columns and sums of a pass and turns the sums back into numbers."""

    def __init__(self, design: SurveyDesign) -> None:
        self.units = design.units
        name = design.columns.weights
        self.equal = name is None  # each weighs 1, which is its own square
        self.weight = nw.lit(1.0) if name is None else nw.col(name).cast(nw.Float64)
        self.columns: dict[str, nw.Expr] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.limbs: dict[tuple[str, str], list[Limb]] = {}
        self.asked: dict[str, nw.Expr] = {}
        self.done: dict[tuple[int, int, int, float], tuple[str, str]] = {}

    def ask(self, request: Request) -> dict[str, nw.Expr]:
        """The aggregations of the request over `columns`."""
        for name, variable in request.counts.items():
            self._ask_count("n", name, variable)
        for name, variable in request.sums.items():
            self._ask_sum("s", name, variable, 1)
        for name, variable in request.moments.items():
            self._ask_sum("m", name, variable, 2)
        for name, variable in request.spreads.items():
            self._ask_spread(name, variable)
        return self.asked | {"__rows": nw.len()}

    def _ask_count(self, kind: str, name: str, variable: Variable) -> None:
        """The number of rows that count; where each weighs 1 it is their sum of weights too."""
        if self._done((0, id(variable.value), id(variable.where), 0.0), kind, name):
            return
        self.names[kind, name] = f"__{len(self.asked)}"
        self.limbs[kind, name] = [Limb(nw.lit(1), 0)]
        self.asked[f"{self.names[kind, name]}_0"] = variable.counted().count()

    def _done(self, key: tuple[int, int, int, float], kind: str, name: str) -> bool:
        """Whether the same expressions are asked for already; the name then stands for that sum too."""
        first = self.done.setdefault(key, (kind, name))
        if first == (kind, name):
            return False
        self.limbs[kind, name], self.names[kind, name] = self.limbs[first], self.names[first]
        return True

    def _ask_sum(self, kind: str, name: str, variable: Variable, power: int) -> None:
        if self.equal:
            power = 1
        multiplied = variable.integer and bits(variable.bound) <= INTEGER_FACTOR_BITS
        plain = multiplied and self.equal  # a sum of small integers is exact as it stands
        if plain and variable.value is None:
            self._ask_count(kind, name, variable)
            return
        key = (power, id(variable.value), id(variable.where), 0.0 if plain else variable.bound)
        if self._done(key, kind, name):
            return
        weight = self.weight if power == 1 else self.weight * self.weight
        high, spread = self.units.weight_high**power, self.units.spread**power
        weights = Weights(rows=self.units.rows, high=high, spread=spread, power=power)
        if plain:
            parts = [Limb(variable.weighted(nw.lit(1)), 0)]
            made = [parts[0].expression]
        elif multiplied:
            parts = limbs(weight, weights, factor=variable.bound)
            made = [variable.weighted(self._column(f"__w{power}_{part.shift}", part)) for part in parts]
        else:
            parts = limbs(variable.weighted(weight), weights, bound=variable.bound, wide=variable.wide)
            made = [part.expression for part in parts]
        self.limbs[kind, name] = parts
        self._add_sums(kind, name, made)

    def _ask_spread(self, name: str, variable: Variable) -> None:
        product = variable.weighted(self.weight)
        bound = self.units.weight_high * variable.bound
        high, low = halves(product, largest=bound, rows=self.units.rows)
        first, second = self._column(f"__h{name}", high), self._column(f"__l{name}", low)
        self.limbs["x", name] = [high, low]
        self._add_sums("x", name, [first, second, first * first, first * second, second * second])

    def _column(self, name: str, limb: Limb) -> nw.Expr:
        self.columns[name] = limb.expression
        return nw.col(name)

    def _add_sums(self, kind: str, name: str, made: list[nw.Expr]) -> None:
        self.names[kind, name] = f"__{len(self.asked)}"
        for part, expression in enumerate(made):
            # DuckDB adds 64-bit integers into 128 bits, which would reach NumPy as floats.
            self.asked[f"{self.names[kind, name]}_{part}"] = expression.sum().cast(nw.Int64)

    def value(self, kind: str, name: str, found: Mapping[str, NDArray[Any]]) -> Floats:
        """The real numbers behind the integer sums of a name."""
        key = self.names[kind, name]
        parts = [limb.value(found[f"{key}_{part}"]) for part, limb in enumerate(self.limbs[kind, name])]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    def spread(self, name: str, found: Mapping[str, NDArray[Any]]) -> Floats:
        """Centred sums of squares, in exact integers until the last step."""
        key, (high, low) = self.names["x", name], self.limbs["x", name]
        step = low.shift - high.shift
        columns = [found[f"{key}_{part}"].astype(object) for part in range(5)]
        total = (columns[0] << step) + columns[1]
        squares = (columns[2] << 2 * step) + (columns[3] << step + 1) + columns[4]
        rows = found["__rows"].astype(object)
        centred = [int(s) * int(n) - int(t) ** 2 for s, n, t in zip(squares, rows, total, strict=True)]
        return np.array(
            [
                math.ldexp(value / max(int(n), 1), -2 * low.shift)
                for value, n in zip(centred, rows, strict=True)
            ],
            dtype=float,
        )


def _rows(design: SurveyDesign, by: Sequence[str], where: Mapping[str, object]) -> Frame:
    """The rows of the domain: positive weight, every level of `by` known, `where` fulfilled."""
    require(design.frame, by, "by")
    require(design.frame, where, "where")
    kept = []
    if design.columns.weights is not None:
        kept.append(nw.col(design.columns.weights) > 0)
    kept.extend(~nw.col(name).is_null() for name in by)
    kept.extend(level_condition(design.frame, name, level) for name, level in where.items())
    return design.frame.filter(*kept) if kept else design.frame


def level_condition(frame: Frame, column: str, level: object) -> nw.Expr:
    """Whether a column has the level, or one of a list of levels, compared in the column's own type.

    Raises:
        StatisticsError: `LEVEL_TYPE`.
    """
    several = level if isinstance(level, (list, tuple, set, frozenset)) else [level]
    if not several:
        raise StatisticsError(
            "NO_LEVEL", where=column, expected="at least one level", got="none", remedy="Name a level."
        )
    levels = [in_type_of(frame, column, one) for one in several]
    whole = [level for level in levels if type(level) is int]
    if len(whole) == len(levels) > 1 and max(whole) - min(whole) + 1 == len(set(whole)):
        # neighbouring integers are compared faster than looked up
        return (nw.col(column) >= min(whole)) & (nw.col(column) <= max(whole))
    return nw.col(column).is_in(levels)


def _unit_keys(design: SurveyDesign) -> tuple[str, ...]:
    columns, last = design.columns, design.units.last_stage
    if last is LastStage.INTERVIEW_IN_STRATUM:
        return columns.strata
    if last is LastStage.SSU:
        return (*columns.strata, str(columns.psu), str(columns.ssu))
    return (*columns.strata, str(columns.psu))


def _unit_index(
    design: SurveyDesign, found: Mapping[str, NDArray[Any]], cells: int
) -> tuple[Integers, Integers, Integers]:
    """Stratum, PSU and SSU of each cell as indices into the design's units; -1 where not listed."""
    units, columns = design.units, design.columns
    unlisted = np.full(cells, -1, dtype=np.int64)
    stratum = _position([found[name] for name in columns.strata], units.strata, cells)
    if units.last_stage is LastStage.INTERVIEW_IN_STRATUM:
        return stratum, unlisted, unlisted
    listed = dict.fromkeys((*columns.strata, str(columns.psu)))
    psu = _position([found[name] for name in listed], units.psus, cells)
    if units.last_stage is not LastStage.SSU:
        return stratum, psu, unlisted
    return stratum, psu, level_index([psu, found[str(columns.ssu)]], cells)[1]


def _position(keys: list[NDArray[Any]], known: list[tuple[Any, ...]], cells: int) -> Integers:
    """The index of each cell's key among the known, sorted ones."""
    levels, index = level_index(keys, cells)
    where = {level: position for position, level in enumerate(known)}
    return np.array([where[level] for level in levels], dtype=np.int64)[index]
