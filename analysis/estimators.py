"""Mean, proportion, ratio and total with linearised standard errors, for domains of the whole design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np

from analysis.covariance import Smooth, covariance, pair, variance
from analysis.errors import StatisticsError
from analysis.frames import require
from analysis.intervals import Interval, share_interval, t_interval
from analysis.measured import measure
from analysis.results import Estimate, Result, Suppressed
from analysis.totals import Request, Totals, Variable, level_condition, sum_up
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
        smooth: value and gradient from D sums a part.
        srs_sums: further sums that the design effect needs.
        srs_variance: variance under simple random sampling with replacement from D sums and n.
        exact: the second moment of the only part is taken about its mean in exact integers (totals).
        share: whether the estimate is a proportion.
    """

    name: str
    counted: Variable
    parts: dict[str, Variable]
    smooth: Callable[[Mapping[str, Floats]], Smooth]
    srs_sums: Mapping[str, Variable]
    srs_variance: Callable[[Mapping[str, Floats], Floats], Floats] | None
    exact: bool = False
    share: bool = False

    @property
    def weight(self) -> str:
        """The name of the sum of weights of the interviews that count."""
        return f"{self.name}:a"


def mean(  # noqa: PLR0913 - the contract's arguments
    design: SurveyDesign,
    variables: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
    interval: Interval = "t",
    df: DegreesOfFreedom = "domain",
    deff_reference: DeffReference = "srswr",
) -> Result:
    """The weighted mean Σwy/Σw over the answers of each domain.

    Args:
        design: the design.
        variables: a numeric column or a list of them (one pass for all); null is a missing answer.
        by: column or columns whose combinations are the domains.
        where: the domain as level (or list of levels) by column.
        interval: `t` only; a mean has no other.
        df: PSUs minus strata inside the `domain`, or of the whole `design`.
        deff_reference: against which variance: simple random sampling with replacement.

    Raises:
        StatisticsError: for a bad column, level or argument, or a lonely PSU.
    """
    _only_t(interval)
    names = _as_list(variables)
    columns = measure(design.frame, names)
    asked = []
    for name in names:
        column = columns[name].centred()
        y = Variable(value=column.value, bound=column.bound, integer=column.integer)
        asked.append(_mean_of(name, Variable(where=~nw.col(name).is_null()), y, origin=columns[name].centre))
    return estimate(design, asked, by, where, Options(interval, df, deff_reference))


def proportion(  # noqa: PLR0913 - the contract's arguments
    design: SurveyDesign,
    variables: str | Sequence[str],
    *,
    level: object,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
    interval: Interval = "t",
    df: DegreesOfFreedom = "domain",
    deff_reference: DeffReference = "srswr",
) -> Result:
    """The weighted share of the answers that have the level (or one of a list of levels).

    Args:
        design: the design.
        variables: a column or a list of them; null is a missing answer.
        level: the level, or a list of levels, compared in the column's own type.
        by: as in `mean`.
        where: as in `mean`.
        interval: see `intervals.share_interval`.
        df: as in `mean`.
        deff_reference: as in `mean`.

    Raises:
        StatisticsError: for a bad column, level or argument, or a lonely PSU.
    """
    names = _as_list(variables)
    require(design.frame, names, "variable")
    asked = [
        _mean_of(
            name,
            Variable(where=~nw.col(name).is_null()),
            Variable(where=level_condition(design.frame, name, level)),
            share=True,
        )
        for name in names
    ]
    return estimate(design, asked, by, where, Options(interval, df, deff_reference))


def total(  # noqa: PLR0913 - the contract's arguments
    design: SurveyDesign,
    variables: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
    interval: Interval = "t",
    df: DegreesOfFreedom = "domain",
    deff_reference: DeffReference = "srswr",
) -> Result:
    """The weighted total Σwy over the answers of each domain; a missing answer is not imputed.

    Args and errors as in `mean`.
    """
    _only_t(interval)
    names = _as_list(variables)
    columns = measure(design.frame, names)
    asked = []
    for name in names:
        column = columns[name]
        y = Variable(value=column.value, bound=column.bound, integer=column.integer)
        asked.append(_total_of(name, Variable(where=~nw.col(name).is_null()), y))
    return estimate(design, asked, by, where, Options(interval, df, deff_reference))


def ratio(  # noqa: PLR0913 - the contract's arguments
    design: SurveyDesign,
    numerators: str | Sequence[str],
    denominators: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, object] | None = None,
    interval: Interval = "t",
    df: DegreesOfFreedom = "domain",
    deff_reference: DeffReference = "srswr",
) -> Result:
    """The ratio Σwy/Σwx over interviews that have both.

    Args:
        design: the design.
        numerators: y, a column or a list.
        denominators: x, a column or a list as long.
        by: as in `mean`.
        where: as in `mean`.
        interval: `t` only.
        df: as in `mean`.
        deff_reference: a ratio has no design effect; kept for the common signature.

    Raises:
        StatisticsError: for a bad column or argument, or a lonely PSU.
    """
    _only_t(interval)
    pairs = list(zip(_as_list(numerators), _as_list(denominators), strict=True))
    columns = measure(design.frame, [name for both in pairs for name in both])
    asked = []
    for numerator, denominator in pairs:
        both = ~nw.col(numerator).is_null() & ~nw.col(denominator).is_null()
        y, x = (
            Variable(value=column.value, where=both, bound=column.bound, integer=column.integer)
            for column in (columns[numerator], columns[denominator])
        )
        asked.append(ratio_of(f"{numerator}/{denominator}", Variable(where=both), y, x))
    return estimate(design, asked, by, where, Options(interval, df, deff_reference))


def difference(result: Result, one: Mapping[str, object], other: Mapping[str, object]) -> Estimate:
    """The difference of two rows of a result with their covariance; one minus other.

    The degrees of freedom are those of the row that has fewer.

    Args:
        result: the result of an estimator.
        one: level by column of the first row; with the key `variable` where the result has several.
        other: the same for the second.

    Raises:
        StatisticsError: `NO_SUCH_ROW`.
    """
    first, second = _row(result, one), _row(result, other)
    a, b = result.rows[first], result.rows[second]
    matrix = result.covariance
    spread = max(float(matrix[first, first] + matrix[second, second] - 2 * matrix[first, second]), 0.0)
    se, df = float(np.sqrt(spread)), min(a.df, b.df)
    low, high = t_interval(np.array(a.value - b.value), np.array(se), np.array(float(df)))
    return Estimate(
        variable=f"{a.variable} {dict(a.by)} - {b.variable} {dict(b.by)}",
        by={},
        n=a.n + b.n,
        sum_weights=a.sum_weights + b.sum_weights,
        value=a.value - b.value,
        se=se,
        low=float(low) if df > 0 else None,
        high=float(high) if df > 0 else None,
        df=df,
        deff=None,
    )


@dataclass(frozen=True)
class Options:
    """How intervals, degrees of freedom and design effects are reckoned."""

    interval: Interval
    df: DegreesOfFreedom
    deff_reference: DeffReference


def ratio_of(name: str, counted: Variable, y: Variable, x: Variable) -> Asked:
    """A ratio of two sums."""
    top, bottom = f"{name}:y", f"{name}:x"

    def smooth(sums: Mapping[str, Floats]) -> Smooth:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = sums[top] / sums[bottom]
            gradient = np.stack([1 / sums[bottom], -value / sums[bottom]], axis=1)
        return Smooth(parts=(top, bottom), value=value, gradient=gradient)

    return Asked(
        name=name,
        counted=counted,
        parts={top: y, bottom: x},
        smooth=smooth,
        srs_sums={f"{name}:a": counted},
        srs_variance=None,
    )


def _mean_of(name: str, counted: Variable, y: Variable, *, origin: float = 0.0, share: bool = False) -> Asked:
    top, bottom, square = f"{name}:y", f"{name}:a", f"{name}:yy"

    def smooth(sums: Mapping[str, Floats]) -> Smooth:
        with np.errstate(divide="ignore", invalid="ignore"):
            value = sums[top] / sums[bottom]
            gradient = np.stack([1 / sums[bottom], -value / sums[bottom]], axis=1)
        return Smooth(parts=(top, bottom), value=origin + value, gradient=gradient)

    def srs(sums: Mapping[str, Floats], n: Floats) -> Floats:
        share_of = sums[top] / sums[bottom]
        squares = share_of if share else sums[square] / sums[bottom]
        return (squares - share_of**2) / (n - 1)

    return Asked(
        name=name,
        counted=counted,
        parts={top: y, bottom: counted},
        smooth=smooth,
        srs_sums={} if share else {square: y.times(y)},
        srs_variance=srs,
        share=share,
    )


def _total_of(name: str, counted: Variable, y: Variable) -> Asked:
    top, bottom, square = f"{name}:y", f"{name}:a", f"{name}:yy"

    def smooth(sums: Mapping[str, Floats]) -> Smooth:
        return Smooth(parts=(top,), value=sums[top], gradient=np.ones((len(sums[top]), 1)))

    def srs(sums: Mapping[str, Floats], n: Floats) -> Floats:
        mean_of = sums[top] / sums[bottom]
        return (sums[square] / sums[bottom] - mean_of**2) / (n - 1) * sums[bottom] ** 2

    return Asked(
        name=name,
        counted=counted,
        parts={top: y},
        smooth=smooth,
        srs_sums={bottom: counted, square: y.times(y)},
        srs_variance=srs,
        exact=True,
    )


def estimate(
    design: SurveyDesign,
    asked: list[Asked],
    by: str | Sequence[str] | None,
    where: Mapping[str, object] | None,
    options: Options,
) -> Result:
    """Sum up once for all that is asked, then estimate each in every domain."""
    by = _as_list(by) if by is not None else []
    totals = sum_up(design, _request(design, asked), by=by, where=where)
    rows: list[Estimate] = []
    suppressed: list[Suppressed] = []
    kept: list[int] = []
    smooths = []
    for position, one in enumerate(asked):
        sums = domain_sums(totals, [*one.parts, *one.srs_sums])
        smooth = one.smooth(sums)
        smooths.append(smooth)
        table = _table(design, totals, one, sums, smooth, options)
        for place, level in enumerate(totals.domains):
            domain = dict(zip(totals.by, level, strict=True))
            if table["n"][place] == 0 or not np.isfinite(smooth.value[place]):
                suppressed.append(Suppressed(variable=one.name, by=domain, reason="no_answer"))
                continue
            kept.append(position * len(totals.domains) + place)
            rows.append(_row_of(one.name, domain, table, place))

    def covariances() -> Floats:
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
            request.moments |= _pairs(one.parts, one.parts)
    return request


def _pairs(a: Mapping[str, Variable], b: Mapping[str, Variable]) -> dict[str, Variable]:
    return {pair(one, other): a[one].times(b[other]) for one in a for other in b}


def _table(  # noqa: PLR0913 - everything that one row of the result rests on
    design: SurveyDesign,
    totals: Totals,
    one: Asked,
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


def _row_of(
    name: str, domain: Mapping[str, object], table: Mapping[str, NDArray[np.generic]], place: int
) -> Estimate:
    cell = {key: column[place].item() for key, column in table.items()}
    return Estimate(
        variable=name,
        by=domain,
        n=cell["n"],
        sum_weights=cell["weight"],
        value=cell["value"],
        se=cell["se"],
        low=_or_none(cell["low"]),
        high=_or_none(cell["high"]),
        df=cell["df"],
        deff=_or_none(cell["deff"]),
    )


def _or_none(number: float) -> float | None:
    return number if np.isfinite(number) else None


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


def _row(result: Result, domain: Mapping[str, object]) -> int:
    variable = domain.get("variable")
    levels = {name: level for name, level in domain.items() if name != "variable"}
    return result.find(levels, None if variable is None else str(variable))


def _as_list(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _only_t(interval: str) -> None:
    if interval != "t":
        raise StatisticsError(
            "UNKNOWN_INTERVAL",
            where="interval",
            expected="t",
            got=interval,
            remedy="The other intervals are those of a proportion.",
        )


__all__ = ["difference", "mean", "proportion", "ratio", "total"]
