"""From what is asked of a design to estimates: one pass for all variables, then each in every domain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from analysis.covariance import Smooth, covariance, pair, taken_whole, variance
from analysis.errors import StatisticsError
from analysis.intervals import Interval, share_interval, t_interval
from analysis.results import Estimate, Result, Suppressed
from analysis.totals import Request, Totals, Variable, sum_up
from analysis.units import LastStage, integer_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.design import SurveyDesign

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

DegreesOfFreedom = Literal["domain", "design"]
DeffReference = Literal["srswr"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One variable to estimate: what is summed for it and how the sums make the estimate.

    Attributes:
        name: the variable's name; names of sums begin with it.
        counted: which interviews count.
        parts: the sums of which the estimate is a smooth function.
        moments: products of the parts by the name of their pair; for interviews as the last stage.
        smooth: value and gradient from D sums a part.
        srs_sums: further sums that the design effect needs.
        srs_variance: variance under simple random sampling with replacement from D sums and n.
        exact: the second moment of the only part is taken about its mean in exact integers (totals).
        share: whether the estimate is a proportion.
    """

    name: str
    counted: Variable
    parts: dict[str, Variable]
    moments: dict[str, Variable]
    smooth: Callable[[Mapping[str, Floats]], Smooth]
    srs_sums: Mapping[str, Variable]
    srs_variance: Callable[[Mapping[str, Floats], Floats], Floats] | None
    exact: bool = False
    share: bool = False

    @property
    def weight(self) -> str:
        """The name of the sum of weights of the interviews that count."""
        return f"{self.name}:a"


@dataclass(frozen=True)
class Options:
    """How intervals, degrees of freedom and design effects are reckoned.

    Raises:
        StatisticsError: `UNKNOWN_OPTION`.
    """

    interval: Interval
    df: DegreesOfFreedom
    deff_reference: DeffReference

    def __post_init__(self) -> None:
        for name, known in (
            ("interval", Interval),
            ("df", DegreesOfFreedom),
            ("deff_reference", DeffReference),
        ):
            if getattr(self, name) not in get_args(known):
                raise StatisticsError(
                    "UNKNOWN_OPTION",
                    where=name,
                    expected=", ".join(get_args(known)),
                    got=repr(getattr(self, name)),
                    remedy="Choose one of them.",
                )


def estimate(
    design: SurveyDesign,
    asked: list[Asked],
    by: str | Sequence[str] | None,
    where: Mapping[str, object] | None,
    options: Options,
) -> Result:
    """Sum up once for all that is asked, then estimate each in every domain."""
    by = as_list(by) if by is not None else []
    asked = sorted(asked, key=lambda one: one.name)
    totals = sum_up(design, _request(design, asked), by=by, where=where)
    levels = [dict(zip(totals.by, level, strict=True)) for level in totals.domains]
    rows: list[Estimate] = []
    suppressed: list[Suppressed] = []
    kept: list[int] = []
    smooths = []
    for position, one in enumerate(asked):
        sums = domain_sums(totals, [*one.parts, *one.srs_sums])
        smooth = one.smooth(sums)
        smooths.append(smooth)
        table = _table(design, totals, one, sums=sums, smooth=smooth, options=options)
        for place, cells in enumerate(zip(*(column.tolist() for column in table.values()), strict=True)):
            row = dict(zip(table, cells, strict=True))
            if row["n"] == 0 or not math.isfinite(row["value"]):
                reason = "no_answer" if row["n"] == 0 else "zero_denominator"
                suppressed.append(Suppressed(variable=one.name, by=levels[place], reason=reason))
                continue
            kept.append(position * len(levels) + place)
            rows.append(_row_of(one.name, levels[place], row))

    def covariances() -> Floats:
        design.refuse_shared_interviews()
        with np.errstate(invalid="ignore"):  # domains without an answer are taken out after
            return _covariance(design, asked, smooths, totals, where)[np.ix_(kept, kept)]

    return Result(rows, suppressed, covariances)


def domain_sums(totals: Totals, names: Sequence[str]) -> dict[str, Floats]:
    """The D sums over the cells of each domain, by name."""
    length = len(totals.domains)
    return {name: np.bincount(totals.domain, totals.sums[name], length).astype(float) for name in names}


def domain_counts(totals: Totals, name: str, last_stage: LastStage) -> tuple[Integers, Integers]:
    """For each domain the interviews that count, and the PSUs minus strata in which there are any."""
    length, counts = len(totals.domains), totals.counts[name]
    n = integer_sums(totals.domain, counts, length)
    present = counts > 0
    domain, stratum, psu = totals.domain[present], totals.stratum[present], totals.psu[present]
    units = n if last_stage is LastStage.INTERVIEW_IN_STRATUM else _distinct(domain, psu, length)
    return n, units - _distinct(domain, stratum, length)


def _distinct(domain: Integers, unit: Integers, length: int) -> Integers:
    if not len(unit):
        return np.zeros(length, dtype=np.int64)
    width = int(unit.max()) + 1
    return np.bincount(np.unique(domain * width + unit) // width, minlength=length)


def _request(design: SurveyDesign, asked: list[Asked]) -> Request:
    request = Request()
    interviews = design.units.last_stage in {LastStage.INTERVIEW_IN_STRATUM, LastStage.INTERVIEW_IN_PSU}
    for one in asked:
        request.counts[one.name] = one.counted
        request.sums |= one.parts | dict(one.srs_sums)
        if one.share:
            request.moments[f"{one.name}:kish"] = one.counted
        if interviews and one.exact:
            request.spreads |= one.parts
        elif interviews:
            request.moments |= one.moments
    return request


def _pairs(a: Mapping[str, Variable], b: Mapping[str, Variable]) -> dict[str, Variable]:
    return {pair(one, other): a[one].times(b[other]) for one in a for other in b}


def _table(  # noqa: PLR0913 - everything that one row of the result rests on
    design: SurveyDesign,
    totals: Totals,
    one: Asked,
    *,
    sums: Mapping[str, Floats],
    smooth: Smooth,
    options: Options,
) -> dict[str, NDArray[np.generic]]:
    n, domain_df = domain_counts(totals, one.name, design.units.last_stage)
    df = domain_df if options.df == "domain" else np.full(len(n), design.units.df)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = variance(totals, design.units, smooth)
        se = np.sqrt(np.maximum(spread, 0))
        deff = (
            spread / one.srs_variance(sums, n.astype(float)) if one.srs_variance else np.full(len(n), np.nan)
        )
        if one.share:
            length = len(totals.domains)
            squares = np.bincount(totals.domain, totals.moments[f"{one.name}:kish"], length)
            low, high = share_interval(
                smooth.value,
                se,
                df.astype(float),
                n=n.astype(float),
                kish_n=sums[one.weight] ** 2 / squares,
                interval=options.interval,
            )
        else:
            low, high = t_interval(smooth.value, se, df.astype(float))
    whole = taken_whole(totals, design.units, one.name)
    low, high = np.where(whole, smooth.value, low), np.where(whole, smooth.value, high)
    return {
        "n": n,
        "weight": sums[one.weight],
        "value": smooth.value,
        "se": se,
        "low": low,
        "high": high,
        "df": df,
        "deff": deff,
    }


def _row_of(name: str, domain: Mapping[str, object], row: Mapping[str, Any]) -> Estimate:
    return Estimate(
        variable=name,
        by=domain,
        n=row["n"],
        sum_weights=row["weight"],
        value=row["value"],
        se=row["se"],
        low=_or_none(row["low"]),
        high=_or_none(row["high"]),
        df=row["df"],
        deff=_or_none(row["deff"]),
    )


def _or_none(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _covariance(
    design: SurveyDesign,
    asked: list[Asked],
    smooths: list[Smooth],
    totals: Totals,
    where: Mapping[str, object] | None,
) -> Floats:
    """The covariance of all that was asked; interviews as units need the moments between variables first."""
    interviews = design.units.last_stage in {LastStage.INTERVIEW_IN_STRATUM, LastStage.INTERVIEW_IN_PSU}
    if interviews and len(asked) > 1:
        request = Request()
        for one in asked:
            request.counts[one.name] = one.counted
            request.sums |= one.parts
            for other in asked:
                request.moments |= _pairs(one.parts, other.parts)
            if one.exact:
                request.spreads |= one.parts
        totals = sum_up(design, request, by=totals.by, where=where)
    return covariance(totals, design.units, smooths)


def as_list(names: str | Sequence[str]) -> list[str]:
    """One name or several as a list."""
    return [names] if isinstance(names, str) else list(names)
