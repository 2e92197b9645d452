"""The one variance engine: covariance of totals, by stage, with finite populations; nowhere else.

A total's variance is, stratum by stratum, n/(n-1) · (1-n/N) · Σ(z-mean z)² over the PSU totals z, plus for
two stages n/N times the same within each PSU (Särndal, Swensson and Wretman 1992, 4.3; R `survey`,
`svyrecvar`). An estimator is a smooth function of totals, so its variance is that of the total of its
linearised variable, z = Σ gradient · part (the delta method; Binder 1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analysis.errors import StatisticsError
from analysis.units import LastStage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.totals import Totals
    from analysis.units import Units

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Smooth:
    """An estimator's value in D domains, a smooth function of k totals.

    Attributes:
        parts: names of the k sums in `Totals.sums`.
        value: D values; NaN where the domain has no answer.
        gradient: D x k derivatives by the sums.
    """

    parts: tuple[str, ...]
    value: Floats
    gradient: Floats


def pair(a: str, b: str) -> str:
    """The name of the second moment of two parts."""
    return "*".join(sorted((a, b)))


def linearised(totals: Totals, estimate: Smooth) -> Floats:
    """C sums of the linearised variable in the cells of the totals."""
    gradient = estimate.gradient[totals.domain]
    out = np.zeros(len(totals.domain))
    for k, name in enumerate(estimate.parts):
        out += gradient[:, k] * totals.sums[name]
    return out


def within_cells(totals: Totals, a: Smooth, b: Smooth) -> Floats:
    """C sums of products of two linearised variables about their means in the cell (interviews as units)."""
    if a is b and a.parts[0] in totals.spreads:
        return np.asarray(a.gradient[totals.domain, 0] ** 2 * totals.spreads[a.parts[0]])
    left, right = a.gradient[totals.domain], b.gradient[totals.domain]
    out = np.zeros(len(totals.domain))
    for k, one in enumerate(a.parts):
        for m, other in enumerate(b.parts):
            out += left[:, k] * right[:, m] * totals.moments[pair(one, other)]
    return out - linearised(totals, a) * linearised(totals, b) / totals.rows


def variance(totals: Totals, units: Units, estimate: Smooth) -> Floats:
    """D variances of an estimate.

    Raises:
        StatisticsError: `LONELY_PSU` where a stratum has one unit and the design names no remedy.
    """
    z = linearised(totals, estimate)
    within = within_cells(totals, estimate, estimate) if _interviews_last(units) else None
    return variance_of_total(totals, units, z, within)


def variance_of_total(totals: Totals, units: Units, z: Floats, within: Floats | None) -> Floats:
    """D variances of the totals of a linearised variable.

    Args:
        totals: gives the cells.
        units: the design's units.
        z: C sums of the variable in the cells.
        within: C sums of squares about the cell's mean, where the interview is the last stage.

    Raises:
        StatisticsError: `LONELY_PSU`.
    """
    domains = len(totals.domains)
    first = _factors(units.taken, units.population, units)
    if units.last_stage is LastStage.INTERVIEW_IN_STRATUM and within is not None:
        taken = units.taken[totals.stratum]
        spread = within + z**2 * (1 / totals.rows - 1 / taken)
        spread = np.where(first.lonely[totals.stratum], z**2, np.maximum(spread, 0))
        return _sums(totals.domain, first.factor[totals.stratum] * spread, domains)
    psu, domain, value = _added(totals.psu, totals.domain, z, domains)
    stratum, at, spread = _between(
        units.psu_stratum[psu], domain, value, taken=units.taken, lonely=first.lonely, domains=domains
    )
    out = _sums(at, first.factor[stratum] * spread, domains)
    if units.last_stage is LastStage.PSU:
        return out
    second = _factors(units.psu_taken, units.psu_population, units)
    sampled = (units.taken / units.population)[units.psu_stratum]
    if within is not None:
        taken = units.psu_taken[totals.psu]
        inner = within + z**2 * (1 / totals.rows - 1 / taken)
        inner = np.where(second.lonely[totals.psu], z**2, np.maximum(inner, 0))
        psu, at = totals.psu, totals.domain
    else:
        psu, at, inner = _between(
            totals.psu, totals.domain, z, taken=units.psu_taken, lonely=second.lonely, domains=domains
        )
    return out + _sums(at, sampled[psu] * second.factor[psu] * inner, domains)


def covariance(totals: Totals, units: Units, estimates: list[Smooth]) -> Floats:
    """The covariance of E estimates in D domains, (E·D) x (E·D), estimates outermost.

    The variances on the diagonal are those of `variance`, taken about the mean and so free of cancellation.

    The moments of every pair of parts must be in the totals where the interview is the last stage.

    Raises:
        StatisticsError: `LONELY_PSU`.
    """
    out = _products(totals, units, estimates)
    with np.errstate(divide="ignore", invalid="ignore"):  # a domain without rows
        diagonal = np.concatenate([variance(totals, units, estimate) for estimate in estimates])
    np.fill_diagonal(out, np.maximum(diagonal, 0))
    return out


def _products(totals: Totals, units: Units, estimates: list[Smooth]) -> Floats:
    """Sums of products of the linearised variables, by stage."""
    domains = len(totals.domains)
    columns = np.concatenate([totals.domain + e * domains for e in range(len(estimates))])
    z = np.concatenate([linearised(totals, estimate) for estimate in estimates])
    width = domains * len(estimates)

    def spread(index: Integers, factor: Floats) -> Floats:
        rows = np.tile(index, len(estimates))
        matrix = sparse.csr_array((z, (rows, columns)), shape=(len(factor), width))
        product: Floats = (matrix.T @ (matrix * factor[:, None])).toarray()
        return product

    first = _factors(units.taken, units.population, units)
    means = np.where(first.lonely, 0.0, first.factor / units.taken)
    out = -spread(totals.stratum, means)
    if units.last_stage is LastStage.INTERVIEW_IN_STRATUM:
        return out + _inner(totals, estimates, first.factor[totals.stratum], totals.rows)
    out += spread(totals.psu, first.factor[units.psu_stratum])
    if units.last_stage is LastStage.PSU:
        return out
    second = _factors(units.psu_taken, units.psu_population, units)
    inner = second.factor * (units.taken / units.population)[units.psu_stratum]
    out -= spread(totals.psu, np.where(second.lonely, 0.0, inner / units.psu_taken))
    if units.last_stage is LastStage.SSU:
        by_ssu = np.zeros(int(totals.ssu.max(initial=-1)) + 1)
        by_ssu[totals.ssu] = inner[totals.psu]
        return out + spread(totals.ssu, by_ssu)
    return out + _inner(totals, estimates, inner[totals.psu], totals.rows)


def taken_whole(totals: Totals, units: Units, counted: str) -> NDArray[np.bool_]:
    """D flags whether everybody in the domain's strata was taken and answered, so that nothing is uncertain.

    Where PSUs are the last stage that the design counts, their people may be a sample still: all weights must
    be 1 then.

    Args:
        totals: the cells.
        units: the design's units.
        counted: the count in `totals` of the interviews with an answer.
    """
    uncertain = (units.taken < units.population)[totals.stratum] | (totals.counts[counted] < totals.rows)
    if units.last_stage in {LastStage.INTERVIEW_IN_PSU, LastStage.SSU}:
        uncertain |= (units.psu_taken < units.psu_population)[totals.psu]
    if units.last_stage is LastStage.PSU and units.weight_high > 1:
        uncertain |= True
    return np.asarray(np.bincount(totals.domain, uncertain, len(totals.domains)) == 0)


def _interviews_last(units: Units) -> bool:
    return units.last_stage in {LastStage.INTERVIEW_IN_STRATUM, LastStage.INTERVIEW_IN_PSU}


def _inner(totals: Totals, estimates: list[Smooth], factor: Floats, rows: Integers) -> Floats:
    """Raw second moments of interviews; an interview is in one domain, so only the same domain has any."""
    domains = len(totals.domains)
    out = np.zeros((domains * len(estimates), domains * len(estimates)))
    z = [linearised(totals, estimate) for estimate in estimates]
    at = np.arange(domains)
    for e, a in enumerate(estimates):
        for f, b in enumerate(estimates):
            raw = within_cells(totals, a, b) + z[e] * z[f] / rows
            out[e * domains + at, f * domains + at] = _sums(totals.domain, factor * raw, domains)
    return out


@dataclass(frozen=True)
class _Factors:
    """n/(n-1)·(1-f) by group, and which groups have one unit that is centred at zero."""

    factor: Floats
    lonely: NDArray[np.bool_]


def _factors(taken: Integers, population: Floats, units: Units) -> _Factors:
    unsampled = 1 - taken / population
    alone = (taken == 1) & (unsampled > 0)
    factor = unsampled * taken / np.maximum(taken - 1, 1)
    if not alone.any():
        return _Factors(factor, alone)
    if units.lonely_psu == "fail" or (units.lonely_psu == "average" and alone.all()):
        _refuse_lonely(alone, units)
    if units.lonely_psu == "centre":
        return _Factors(factor, alone)
    factor = np.where(alone, 0.0, factor)
    if units.lonely_psu == "average":
        factor = factor * len(alone) / np.count_nonzero(~alone)
    return _Factors(factor, np.zeros(len(alone), dtype=bool))


def _refuse_lonely(alone: NDArray[np.bool_], units: Units) -> None:
    first = len(alone) == len(units.strata)
    names, what = (units.strata, "stratum") if first else (units.psus, "PSU")
    which = [", ".join(map(str, names[index])) for index in np.flatnonzero(alone)[:5]]
    raise StatisticsError(
        "LONELY_PSU",
        where="; ".join(which) or "the only stratum",
        expected="at least two units in each " + what,
        got=f"one unit in {np.count_nonzero(alone)} of {len(alone)}",
        remedy="Choose lonely_psu: certainty (it was taken for certain), remove, centre or (where others "
        "have two) average.",
    )


def _added(
    group: Integers, domain: Integers, values: Floats, domains: int
) -> tuple[Integers, Integers, Floats]:
    """Sums of values by group x domain that occur: group, domain, sum."""
    key, index = np.unique(group * domains + domain, return_inverse=True)
    return key // domains, key % domains, _sums(index, values, len(key))


def _between(  # noqa: PLR0913 - six parallel arrays define one sum of squares
    group: Integers,
    domain: Integers,
    values: Floats,
    *,
    taken: Integers,
    lonely: NDArray[np.bool_],
    domains: int,
) -> tuple[Integers, Integers, Floats]:
    """Squares about the group's mean by group x domain; units that are not listed in the domain are zeros."""
    key, index = np.unique(group * domains + domain, return_inverse=True)
    groups = key // domains
    mean = np.where(lonely[groups], 0.0, _sums(index, values, len(key)) / taken[groups])
    listed = np.bincount(index, minlength=len(key))
    squares = _sums(index, (values - mean[index]) ** 2, len(key))
    return groups, key % domains, squares + (taken[groups] - listed) * mean**2


def _sums(index: Integers, values: Floats, length: int) -> Floats:
    return np.bincount(index, values, length).astype(np.float64, copy=False)
