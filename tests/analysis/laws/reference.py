"""The variance of a smooth statistic from first principles, apart from the engine.

A statistic is a function of the weights of the interviews; its linearised variable is w_i times the
derivative by w_i, taken by a complex step (Squire and Trapp 1998), which cancels nothing. Its variance is
that of a total, stage by stage (Särndal, Swensson and Wretman 1992, 4.3), written as loops over units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from analysis.index_sums import RatedItem

    Array = np.ndarray[Any, Any]
    Statistic = Callable[[Array], Any]

STEP = 1e-30


def value_and_se(statistic: Statistic, frame: pl.DataFrame, **design: Any) -> tuple[float, float]:
    """A statistic of the weights and its standard error under a design."""
    weights = frame[design["weights"]].to_numpy() if design.get("weights") else np.ones(len(frame))
    z = np.zeros(len(weights))
    for row in np.flatnonzero(weights):
        moved = weights.astype(complex)
        moved[row] += 1j * STEP
        z[row] = weights[row] * statistic(moved).imag / STEP
    return float(statistic(weights.astype(complex)).real), float(np.sqrt(_variance(z, frame, design)))


def _variance(z: Array, frame: pl.DataFrame, design: dict[str, Any]) -> float:
    def codes(name: str | None) -> Array:
        return np.arange(len(z)) if name is None else frame[name].to_numpy()

    counts = design.get("fpc") or []
    counts = [counts] if isinstance(counts, str) else counts
    strata = codes(design["strata"]) if design.get("strata") else np.zeros(len(z))
    psu, ssu = codes(design.get("psu")), codes(design.get("ssu"))
    out = 0.0
    for stratum in np.unique(strata):
        inside = strata == stratum
        units = np.unique(psu[inside])
        size = float(frame[counts[0]].to_numpy()[inside][0]) if counts else np.inf
        out += _between([z[inside & (psu == unit)].sum() for unit in units], size)
        for unit in units if len(counts) > 1 else ():
            rows = inside & (psu == unit)
            second = [z[rows & (ssu == one)].sum() for one in np.unique(ssu[rows])]
            out += len(units) / size * _between(second, float(frame[counts[1]].to_numpy()[rows][0]))
    return out


def _between(totals: list[Any], population: float) -> float:
    n = len(totals)
    if n == population:
        return 0.0
    return (1 - n / population) * n * float(np.var(totals, ddof=1))


def index(frame: pl.DataFrame, items: tuple[RatedItem, ...], measure: str, rule: str) -> Statistic:
    """An index of 0..100 as a statistic of the weights, as its definition says."""
    heights = np.stack([_height(frame, item, measure) for item in items], axis=1)
    there = ~np.isnan(heights)
    heights = np.where(there, heights, 0.0)

    def statistic(w: Array) -> Any:
        scores = (w[:, None] * heights).sum(axis=0) / (w[:, None] * there).sum(axis=0)
        if rule == "pooled_answers":
            return 100 * (w[:, None] * heights).sum() / (w[:, None] * there).sum()
        if rule == "person_mean":
            valid = there.any(axis=1)
            own = heights[valid].sum(axis=1) / there[valid].sum(axis=1)
            return 100 * (w[valid] * own).sum() / w[valid].sum()
        if rule == "mean_of_factors":
            constructs = list(dict.fromkeys(item.construct for item in items))
            inside = [[k for k, item in enumerate(items) if item.construct == one] for one in constructs]
            return 100 * sum(scores[group].mean() for group in inside) / len(constructs)
        place = 0 if measure == "top2" else 1
        fixed = np.array([item.weights[place] if rule == "fixed_weights" else 1.0 for item in items])
        return 100 * (fixed * scores).sum() / fixed.sum()

    return statistic


def _height(frame: pl.DataFrame, item: RatedItem, measure: str) -> Array:
    code = frame[item.column].cast(float).to_numpy()
    if measure == "mean100":
        return np.asarray((code - item.low) / (item.high - item.low))
    return np.where(np.isnan(code), np.nan, np.isin(code, item.satisfied).astype(float))
