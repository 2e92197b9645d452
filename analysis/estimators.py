"""Mean, proportion, ratio and total with linearised standard errors, for domains of the whole design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from analysis.covariance import Smooth, pair
from analysis.errors import StatisticsError
from analysis.estimation import Asked, DeffReference, DegreesOfFreedom, Options, as_list, estimate
from analysis.frames import require
from analysis.intervals import Interval, t_interval
from analysis.results import Estimate, Result
from analysis.totals import Variable, level_condition

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from analysis.design import SurveyDesign
    from analysis.measured import Measured

    Floats = NDArray[np.float64]


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
    names = as_list(variables)
    columns = design.measured(names)
    asked = []
    for name in names:
        y = _variable(columns[name].centred())
        asked.append(_mean_of(name, Variable.answered(name), y, origin=columns[name].centre))
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
    names = as_list(variables)
    require(design.frame, names, "variable")
    schema = design.frame.collect_schema()
    design.measured([name for name in names if schema[name].is_float()])  # NaN is no answer, and no level
    asked = [
        _mean_of(
            name,
            Variable.answered(name),
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
    names = as_list(variables)
    columns = design.measured(names)
    asked = [_total_of(name, Variable.answered(name), _variable(columns[name])) for name in names]
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
    tops, bottoms = as_list(numerators), as_list(denominators)
    if len(tops) != len(bottoms):
        raise StatisticsError(
            "UNEQUAL_LISTS",
            where="denominators",
            expected=f"{len(tops)}, one for each numerator",
            got=str(len(bottoms)),
            remedy="Name each ratio's denominator, repeated where ratios share one.",
        )
    pairs = list(zip(tops, bottoms, strict=True))
    columns = design.measured([name for both in pairs for name in both])
    asked = []
    for numerator, denominator in pairs:
        both = ~nw.col(numerator).is_null() & ~nw.col(denominator).is_null()
        y, x = _variable(columns[numerator], both), _variable(columns[denominator], both)
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
    # a share without variance has an interval that its se does not tell, and so has its difference
    known = df > 0 and all(row.se > 0 or row.low == row.high for row in (a, b))
    return Estimate(
        variable=f"{a.variable} {dict(a.by)} - {b.variable} {dict(b.by)}",
        by={},
        n=a.n + b.n,
        sum_weights=a.sum_weights + b.sum_weights,
        value=a.value - b.value,
        se=se,
        low=float(low) if known else None,
        high=float(high) if known else None,
        df=df,
        deff=None,
    )


def _variable(column: Measured, where: nw.Expr | None = None) -> Variable:
    integer = column.integer
    return Variable(value=column.value, where=where, bound=column.bound, integer=integer, wide=not integer)


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
        moments={pair(top, top): y.times(y), pair(top, bottom): y.times(x), pair(bottom, bottom): x.times(x)},
        smooth=smooth,
        srs_sums={f"{name}:a": counted},
        srs_variance=None,
    )


def _mean_of(name: str, counted: Variable, y: Variable, *, origin: float = 0.0, share: bool = False) -> Asked:
    top, bottom, square = f"{name}:y", f"{name}:a", f"{name}:yy"
    squared = y if share else y.times(y)

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
        # y is null where it does not count, and a share is its own square
        moments={pair(top, top): squared, pair(top, bottom): y, pair(bottom, bottom): counted},
        smooth=smooth,
        srs_sums={} if share else {square: squared},
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
        moments={},
        smooth=smooth,
        srs_sums={bottom: counted, square: y.times(y)},
        srs_variance=srs,
        exact=True,
    )


def _row(result: Result, domain: Mapping[str, object]) -> int:
    variable = domain.get("variable")
    levels = {name: level for name, level in domain.items() if name != "variable"}
    return result.find(levels, None if variable is None else str(variable))


def _only_t(interval: str) -> None:
    if interval != "t":
        raise StatisticsError(
            "UNKNOWN_INTERVAL",
            where="interval",
            expected="t",
            got=interval,
            remedy="The other intervals are those of a proportion.",
        )
