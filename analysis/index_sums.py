"""What an index needs from the interviews: its items as variables, for each item and for each set of items.

Missing reasons decide the base. A person whom an item did not concern (not applicable, off route) is outside
it; don't know, refused, not reached and blank are item non-response: they leave bounds, found by counting
them all as the worst and all as the best answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import narwhals as nw

from analysis.covariance import pair
from analysis.errors import StatisticsError
from analysis.exact import bits
from analysis.frames import collect, require
from analysis.totals import Request, Variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.frames import Frame

OUTSIDE_BASE = ("not_applicable", "off_route")
MEASURES = ("top2", "mean100")
SHARE_BITS = 44
QUOTIENT_BITS = 51


@dataclass(frozen=True, kw_only=True)
class RatedItem:
    """An item on an ordered response scale.

    Attributes:
        column: integer codes, null where there is no answer.
        low, high: the least and greatest code of the scale.
        satisfied: the codes that count for `top2`.
        construct: what it measures.
        weights: its fixed weights in an index of each of `MEASURES`.
        missing: column of the missing reason, null where there is an answer.
        judged: column of 0 and 1, whether the row's domain answers for the item at all; None: it always does.
    """

    column: str
    low: int
    high: int
    satisfied: tuple[int, ...]
    construct: str
    missing: str
    weights: tuple[float, float] = (1.0, 1.0)
    judged: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no scale.

        Raises:
            StatisticsError: `BAD_SCALE`.
        """
        satisfied = (
            bool(self.satisfied) and self.low <= min(self.satisfied) <= max(self.satisfied) <= self.high
        )
        weighted = all(0 <= weight < math.inf for weight in self.weights)
        if not (self.low < self.high and satisfied and weighted):
            raise StatisticsError(
                "BAD_SCALE",
                where=self.column,
                expected="low below high, satisfied codes between them, finite weights not below 0",
                got=f"{self.low}..{self.high}, satisfied {self.satisfied}, weights {self.weights}",
                remedy="Correct the item's response scale or its weights.",
            )


@dataclass(frozen=True, kw_only=True)
class ItemSet:
    """The items of an index: of a construct, or of all constructs that are judged together."""

    name: str
    items: tuple[RatedItem, ...]

    @property
    def key(self) -> str:
        """What the names of its sums begin with; no item's do."""
        return f"set:{self.name}"


@dataclass
class IndexFrame:
    """A frame with a column more for each set and quantity of a person, and the sums to ask of it.

    Attributes:
        frame: the frame with the columns, once they are known.
        request: the sums.
        integers: columns over the answers.
        shares: columns over the integers.
    """

    frame: Frame
    request: Request
    integers: dict[str, nw.Expr] = field(default_factory=dict)
    shares: dict[str, nw.Expr] = field(default_factory=dict)


def unit_of(items: Sequence[RatedItem]) -> int:
    """The number of steps into which every scale divides, so that mean scores are integers in the row."""
    return math.lcm(*(item.high - item.low for item in items))


def answered(item: RatedItem) -> nw.Expr:
    """Whether the person answered the item."""
    return ~nw.col(item.column).is_null()


def in_base(item: RatedItem) -> nw.Expr:
    """Whether the person could have rated the item."""
    return answered(item) | ~nw.col(item.missing).is_in(OUTSIDE_BASE)


def is_satisfied(item: RatedItem) -> nw.Expr:
    """Whether the answer is one of the satisfied codes; null where there is none."""
    column, top = nw.col(item.column), set(range(min(item.satisfied), item.high + 1))
    return column >= min(item.satisfied) if set(item.satisfied) == top else column.is_in(item.satisfied)


def steps(item: RatedItem, unit: int) -> nw.Expr:
    """The answer's height above the lowest code in steps of 1/unit of the scale; an integer."""
    height = nw.col(item.column).cast(nw.Int64) - item.low
    factor = unit // (item.high - item.low)
    return height if factor == 1 else height * factor


def index_frame(
    frame: Frame, items: Sequence[RatedItem], sets: Sequence[ItemSet], *, interviews: bool
) -> IndexFrame:
    """The frame and request that give every sum from which items and indices are made.

    Args:
        frame: one row an interview and judged agency.
        items: all items.
        sets: the sets of items for which indices are wanted.
        interviews: whether the interview is the last stage, so that second moments are needed.
    """
    made = IndexFrame(frame, Request())
    unit = unit_of(items)
    for item in items:
        _ask_item(made.request, item, unit, interviews=interviews)
    for number, one in enumerate(sets):
        _ask_set(made, one, number, unit, interviews=interviews)
    made.frame = frame.with_columns(**made.integers).with_columns(**made.shares) if sets else frame
    return made


def check_codes(frame: Frame, items: Sequence[RatedItem]) -> None:
    """Refuse items that the frame does not hold as codes of their scales.

    Raises:
        StatisticsError: `UNKNOWN_COLUMN`, `RESERVED_NAME`, `NOT_NUMERIC` or `OUTSIDE_SCALE`.
    """
    require(frame, [item.column for item in items] + [item.missing for item in items], "item")
    require(frame, {item.judged: None for item in items if item.judged is not None}, "judged")
    schema, columns = frame.collect_schema(), {item.column: nw.col(item.column) for item in items}
    for name in columns:
        if not schema[name].is_numeric():
            raise StatisticsError(
                "NOT_NUMERIC",
                where=name,
                expected="a column of integer codes",
                got=str(schema[name]),
                remedy="Turn the codes into integers, and missing reasons into null.",
            )
    outside = {
        f"__{k}": (columns[one.column] < one.low) | (columns[one.column] > one.high)
        for k, one in enumerate(items)
    }
    found = (
        collect(frame.select(**{key: _flag(flag).sum() for key, flag in outside.items()})) if items else {}
    )
    for k, item in enumerate(items):
        if found[f"__{k}"][0]:
            raise StatisticsError(
                "OUTSIDE_SCALE",
                where=item.column,
                expected=f"codes {item.low} to {item.high}",
                got=f"{int(found[f'__{k}'][0])} answers outside",
                remedy="Turn codes of missing reasons into null, or correct the response scale.",
            )


def _ask_item(request: Request, item: RatedItem, unit: int, *, interviews: bool) -> None:
    name = item.column
    # one bound for all: weights are then rounded alike, and what everybody answered alike has no variance
    counted = replace(Variable.answered(name), bound=float(unit))
    top2 = Variable(where=is_satisfied(item), bound=float(unit))
    mean100 = Variable(value=steps(item, unit), bound=float(unit))
    squared = mean100.times(mean100)
    request.counts[name] = counted
    request.counts[f"{name}:base"] = base = Variable(where=in_base(item))
    request.sums |= {
        f"{name}:a": counted,
        f"{name}:base": base,
        f"{name}:top2": top2,
        f"{name}:mean100": mean100,
    }
    request.sums[f"{name}:mean100²"] = squared
    request.moments[pair(f"{name}:a", f"{name}:a")] = replace(counted, bound=squared.bound)
    if item.judged is not None:
        request.counts[f"{name}:judged"] = Variable(where=nw.col(item.judged) > 0)
    if interviews:
        for measure, own, square in (("top2", top2, top2), ("mean100", mean100, squared)):
            request.moments[pair(f"{name}:{measure}", f"{name}:{measure}")] = replace(
                square, bound=squared.bound
            )
            request.moments[pair(f"{name}:{measure}", f"{name}:a")] = replace(own, bound=squared.bound)


def _ask_set(made: IndexFrame, one: ItemSet, number: int, unit: int, *, interviews: bool) -> None:
    """Sums over a person's items: how many answered, in the base, satisfied; the person's own mean."""
    name, size, request = one.key, len(one.items), made.request
    row = _person_columns(made, one, f"__set{number}", unit)
    valid, rated = row["den"] > 0, row["base"] > 0
    weight = Variable(where=valid)
    of_rated = Variable(where=rated)
    den = Variable(value=row["den"], bound=float(size))
    request.counts |= {f"{name}:valid": weight, f"{name}:rated": of_rated}
    request.sums |= {f"{name}:valid": weight, f"{name}:rated": of_rated}
    request.moments[pair(f"{name}:valid", f"{name}:valid")] = weight
    if interviews:
        request.moments[pair(f"{name}:den", f"{name}:den")] = den.times(den)
    for measure, most in (("top2", 1), ("mean100", unit)):
        person, low, high = (
            Variable(value=row[f"{measure}_{kind}"], integer=False) for kind in ("person", "low", "high")
        )
        square = person.times(person)
        request.sums |= {
            f"{name}:{measure}:person": person,
            f"{name}:{measure}:person²": square,
            f"{name}:{measure}:low": low,
            f"{name}:{measure}:high": high,
        }
        if interviews:
            own = Variable(value=row[measure], bound=float(size * most))
            request.moments |= {
                pair(f"{name}:{measure}", f"{name}:{measure}"): own.times(own),
                pair(f"{name}:{measure}", f"{name}:den"): own.times(den),
                pair(f"{name}:{measure}:person", f"{name}:{measure}:person"): square,
                pair(f"{name}:{measure}:person", f"{name}:valid"): person,
            }


def _person_columns(made: IndexFrame, one: ItemSet, prefix: str, unit: int) -> dict[str, nw.Expr]:
    """Names the integers of a person as columns, then the shares made of them as columns over these.

    What sums repeat they repeat as a column: engines plan a long expression anew at every place it stands.
    """
    integers = {
        "den": reduce(add, [_flag(answered(item)) for item in one.items]),
        "base": reduce(add, [_flag(in_base(item)) for item in one.items]),
        "top2": reduce(add, [_flag(is_satisfied(item)) for item in one.items]),
        "mean100": reduce(add, [_zero(steps(item, unit), answered(item)) for item in one.items]),
    }
    column = {key: nw.col(f"{prefix}_{key}") for key in integers}
    made.integers |= {f"{prefix}_{key}": value.cast(nw.Int64) for key, value in integers.items()}
    for measure, most in (("top2", 1), ("mean100", unit)):
        worst = column[measure]
        best = worst + (column["base"] - column["den"]) * most
        for kind, count, of in (("person", worst, "den"), ("low", worst, "base"), ("high", best, "base")):
            name = f"{prefix}_{measure}_{kind}"
            share = _share(count, column[of], most=most, size=len(one.items))
            made.shares[name] = nw.when(column[of] > 0).then(share)
            column[f"{measure}_{kind}"] = nw.col(name)
    return column


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(1).otherwise(0)


def _zero(value: nw.Expr, condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(0)


def _share(value: nw.Expr, count: nw.Expr, *, most: int, size: int) -> nw.Expr:
    """Value / (count · most), rounded to a multiple of 2**-shift, the same in every engine.

    Floating division alone is not the same: engines turn a division by what they take for a constant into a
    multiplication. Half a unit is added before it, so that the quotient lies at least 1/(2·count·most) from
    every integer, further than either way of dividing errs: its floor is that of exact division. (Integer
    division would be exact too, but Narwhals spells it for SQL so long that planning it outlasts summing.)
    """
    shift = min(SHARE_BITS, QUOTIENT_BITS - bits(size * most))
    whole = (count * most).cast(nw.Float64)
    above = (value * 2**shift).cast(nw.Float64) + (whole * 0.5).floor() + 0.5
    floored: nw.Expr = (above / whole).floor()
    return floored * 2.0**-shift
