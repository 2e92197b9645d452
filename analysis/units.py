"""The sampled units of a design, listed once: strata and PSUs, how many were taken of how many.

Where the interview itself is the last stage nothing is listed but counts: listing PSUs would be listing
interviews.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from analysis.errors import StatisticsError
from analysis.frames import Frame, collect, grouped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.columns import Columns, LonelyPsu

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

TWO_STAGES = 2


class LastStage(Enum):
    """What the design lists and where it goes over to second moments of interviews."""

    INTERVIEW_IN_STRATUM = "the interview is the PSU"
    PSU = "PSUs are listed, later stages add nothing"
    INTERVIEW_IN_PSU = "PSUs are listed, the interview is the second stage"
    SSU = "PSUs and SSUs are listed"


@dataclass(frozen=True, kw_only=True)
class Units:
    """The units of a design; H strata, P listed PSUs (none where the interview is the PSU).

    Attributes:
        last_stage: see `LastStage`.
        rows: interviews in the frame.
        weight_low, weight_high: least positive and greatest weight.
        strata: H keys, each a tuple of the columns' values.
        taken: H counts of PSUs taken.
        population: H counts of PSUs in the population, inf where none was given.
        psus: P keys (stratum's tuple and PSU code).
        psu_stratum: P indices into `strata`.
        psu_taken: P counts of second-stage units taken.
        psu_population: P counts of second-stage units in the population, inf where none was given.
        df: PSUs with a positive weight minus their strata.
        lonely_psu: the remedy chosen for strata with one PSU.
    """

    last_stage: LastStage
    rows: int
    weight_low: float
    weight_high: float
    strata: list[tuple[Any, ...]]
    taken: Integers
    population: Floats
    psus: list[tuple[Any, ...]]
    psu_stratum: Integers
    psu_taken: Integers
    psu_population: Floats
    df: int
    lonely_psu: LonelyPsu

    @property
    def spread(self) -> float:
        """Greatest over least positive weight."""
        return self.weight_high / self.weight_low


def list_units(frame: Frame, columns: Columns, *, nest: bool, lonely_psu: LonelyPsu) -> Units:
    """List the units of a design and refuse what cannot be one.

    Raises:
        StatisticsError: `NOT_NUMERIC`, `EMPTY_FRAME`, `WEIGHT_MISSING`, `WEIGHT_NOT_FINITE`,
            `WEIGHT_NEGATIVE`, `WEIGHT_ALL_ZERO`, `UNIT_MISSING`, `FPC_MISSING`, `FPC_VARIES`,
            `FPC_TOO_SMALL` or `PSU_IN_TWO_STRATA`.
    """
    _refuse_text(frame, columns)
    overall = _overall(frame, columns)
    last_stage = _last_stage(overall, columns)
    listed = last_stage is not LastStage.INTERVIEW_IN_STRATUM
    keys = list(dict.fromkeys((*columns.strata, *((str(columns.psu),) if listed else ()))))
    levels, groups = _groups(frame, columns, keys)
    strata, stratum = level_index([groups[name] for name in columns.strata], len(groups["__rows"]))
    count = len(strata)
    if listed and not nest:
        _refuse_psu_in_two_strata(groups, columns)
    taken = (
        np.bincount(stratum, minlength=count) if listed else integer_sums(stratum, groups["__rows"], count)
    )
    in_use = groups["__positive"] > 0
    population = _fpc(groups, 0, stratum, count, columns)
    _refuse_small_population(population, taken, "stratum", strata)
    psu_population = np.full(len(stratum), np.inf)
    if len(columns.fpc) == TWO_STAGES:
        psu_population = _fpc(groups, 1, np.arange(len(stratum)), len(stratum), columns)
        _refuse_small_population(psu_population, groups["__second"], "PSU", levels)
    return Units(
        last_stage=last_stage,
        rows=int(overall["rows"]),
        weight_low=float(overall["low"]),
        weight_high=float(overall["high"]),
        strata=strata,
        taken=taken,
        population=population,
        psus=levels if listed else [],
        psu_stratum=stratum if listed else stratum[:0],
        psu_taken=groups["__second"] if listed else groups["__second"][:0],
        psu_population=psu_population if listed else psu_population[:0],
        df=int(in_use.sum() if listed else groups["__positive"].sum()) - len(np.unique(stratum[in_use])),
        lonely_psu=lonely_psu,
    )


def level_index(keys: list[NDArray[Any]], length: int) -> tuple[list[tuple[Any, ...]], Integers]:
    """The distinct combinations of the key columns, sorted, and each row's index among them."""
    if not keys:
        return [()], np.zeros(length, dtype=np.int64)
    if len(keys) == 1:
        distinct, index = np.unique(keys[0], return_inverse=True)
        return [(_plain(value),) for value in distinct], index.astype(np.int64)
    parts = [np.unique(key, return_inverse=True) for key in keys]
    combined = np.zeros(length, dtype=np.int64)
    for distinct, index in parts:
        combined = combined * len(distinct) + index
    _, first, index = np.unique(combined, return_index=True, return_inverse=True)
    return [tuple(_plain(key[row]) for key in keys) for row in first], index.astype(np.int64)


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def integer_sums(index: Integers, values: Integers, length: int) -> Integers:
    """Integer sums by index (`bincount` would pass through floats)."""
    sums = np.zeros(length, dtype=np.int64)
    np.add.at(sums, index, values)
    return sums


def _flag(condition: nw.Expr) -> nw.Expr:
    # Spark cannot add booleans; when/then can be added everywhere.
    return nw.when(condition).then(1).otherwise(0)


def _refuse_text(frame: Frame, columns: Columns) -> None:
    schema = frame.collect_schema()
    for name in (*columns.fpc, *((columns.weights,) if columns.weights is not None else ())):
        if not schema[name].is_numeric():
            raise StatisticsError(
                "NOT_NUMERIC",
                where=name,
                expected="a numeric column",
                got=str(schema[name]),
                remedy="Weights and population counts are numbers; turn the column into them.",
            )


def _overall(frame: Frame, columns: Columns) -> dict[str, Any]:
    asked = {"rows": nw.len()}
    if columns.weights is not None:
        weight = nw.col(columns.weights).cast(nw.Float64)
        asked |= {
            "null": _flag(weight.is_null()).sum(),
            "infinite": _flag(~weight.is_finite()).sum(),
            "negative": _flag(weight < 0).sum(),
            "low": nw.when(weight > 0).then(weight).min(),
            "high": weight.max(),
        }
    asked |= {f"null_{name}": _flag(nw.col(name).is_null()).sum() for name in columns.units}
    for name in columns.fpc:
        count = nw.col(name).cast(nw.Float64)
        asked[f"null_{name}"] = _flag(count.is_null() | count.is_nan()).sum()
    if columns.psu is not None:
        asked["psus"] = nw.col(columns.psu).n_unique()
    found = collect(frame.select(**asked))
    overall = {name: values[0] for name, values in found.items()}
    _refuse_bad_rows(overall, columns)
    return {"low": 1.0, "high": 1.0} | overall


def _refuse_bad_rows(overall: dict[str, Any], columns: Columns) -> None:
    if not overall["rows"]:
        raise StatisticsError(
            "EMPTY_FRAME",
            where="frame",
            expected="at least one interview",
            got="none",
            remedy="Check the file or the filter that made the frame.",
        )
    weights = str(columns.weights)
    for name, expected in (
        ("null", "a weight in every row"),
        ("infinite", "finite weights"),
        ("negative", "weights of zero or more"),
    ):
        if overall.get(name):
            code = {"null": "WEIGHT_MISSING", "infinite": "WEIGHT_NOT_FINITE", "negative": "WEIGHT_NEGATIVE"}
            raise StatisticsError(
                code[name],
                where=weights,
                expected=expected,
                got=f"{int(overall[name])} rows without",
                remedy="Mend the column. A weight of 0 takes a row out of estimates only.",
            )
    if "high" in overall and not overall["high"] > 0:
        raise StatisticsError(
            "WEIGHT_ALL_ZERO",
            where=weights,
            expected="at least one positive weight",
            got="zeros",
            remedy="Check the column.",
        )
    for unit in columns.units:
        if overall[f"null_{unit}"]:
            raise StatisticsError(
                "FPC_MISSING" if unit in columns.fpc else "UNIT_MISSING",
                where=unit,
                expected="a value in every row",
                got=f"{int(overall[f'null_{unit}'])} rows without",
                remedy="Every interview was drawn in some stratum and unit; fill the column.",
            )


def _last_stage(overall: dict[str, Any], columns: Columns) -> LastStage:
    if columns.psu is None:
        return LastStage.INTERVIEW_IN_STRATUM
    if len(columns.fpc) < TWO_STAGES:
        return LastStage.INTERVIEW_IN_STRATUM if overall["psus"] == overall["rows"] else LastStage.PSU
    return LastStage.INTERVIEW_IN_PSU if columns.ssu is None else LastStage.SSU


def _groups(
    frame: Frame, columns: Columns, keys: list[str]
) -> tuple[list[tuple[Any, ...]], dict[str, NDArray[Any]]]:
    """The distinct keys, sorted, and in the same order what the design holds of each."""
    positive = nw.len() if columns.weights is None else _flag(nw.col(columns.weights) > 0).sum()
    asked = {"__rows": nw.len(), "__positive": positive}
    asked["__second"] = asked["__rows"] if columns.ssu is None else nw.col(columns.ssu).n_unique()
    for stage, name in enumerate(columns.fpc):
        asked[f"__fpc_low_{stage}"] = nw.col(name).cast(nw.Float64).min()
        asked[f"__fpc_high_{stage}"] = nw.col(name).cast(nw.Float64).max()
    found = grouped(frame, keys, asked)
    for name in ("__rows", "__positive", "__second"):
        found[name] = found[name].astype(np.int64)
    levels, index = level_index([found[name] for name in keys], len(found["__rows"]))
    order = np.argsort(index, kind="stable")
    return levels, {name: values[order] for name, values in found.items()}


def _refuse_psu_in_two_strata(groups: dict[str, NDArray[Any]], columns: Columns) -> None:
    codes, repeats = np.unique(groups[str(columns.psu)], return_counts=True)
    if (repeats > 1).any():
        raise StatisticsError(
            "PSU_IN_TWO_STRATA",
            where=str(columns.psu),
            expected="each PSU in one stratum",
            got=f"{codes[repeats > 1][0]} in {repeats[repeats > 1][0]} strata",
            remedy="If the codes start anew in each stratum, say nest=True; else mend the column.",
        )


def _fpc(
    groups: dict[str, NDArray[Any]], stage: int, index: Integers, length: int, columns: Columns
) -> Floats:
    population = np.full(length, np.inf)
    if len(columns.fpc) <= stage:
        return population
    low, high = groups[f"__fpc_low_{stage}"], groups[f"__fpc_high_{stage}"]
    population[index] = high
    if (low != high).any() or (population[index] != high).any():
        raise StatisticsError(
            "FPC_VARIES",
            where=columns.fpc[stage],
            expected="one population count in a " + ("stratum", "PSU")[stage],
            got="several",
            remedy="Give the number of units in the population, the same in every row of it.",
        )
    return population


def _refuse_small_population(
    population: Floats, taken: Integers, what: str, names: list[tuple[Any, ...]]
) -> None:
    short = np.flatnonzero(population < taken)
    if len(short):
        first = short[0]
        raise StatisticsError(
            "FPC_TOO_SMALL",
            where=f"{what} {', '.join(map(str, names[first]))}",
            expected=f"a population count of at least the {taken[first]} units taken",
            got=f"{population[first]:g}",
            remedy="`fpc` counts units of the population, it is not a fraction.",
        )
