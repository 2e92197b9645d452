"""What an estimator returns: estimates with their uncertainty, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimate of one variable in one domain.

    Attributes:
        variable: what was estimated.
        by: the domain, level by column.
        n: interviews with an answer and a positive weight.
        sum_weights: their weight.
        value: the estimate.
        se: its standard error.
        low, high: its 95 % interval; None where no degree of freedom is left.
        df: degrees of freedom of the interval.
        deff: variance over that of a simple random sample with replacement of n; None for ratios.
    """

    variable: str
    by: Mapping[str, Any]
    n: int
    sum_weights: float
    value: float
    se: float
    low: float | None
    high: float | None
    df: int
    deff: float | None


@dataclass(frozen=True, kw_only=True)
class Suppressed:
    """No number, and why."""

    variable: str
    by: Mapping[str, Any]
    reason: str


@dataclass(frozen=True)
class Result:
    """Estimates sorted by variable and domain, and the domains that have none.

    Attributes:
        rows: the estimates.
        suppressed: domains without any answer.
    """

    rows: list[Estimate]
    suppressed: list[Suppressed]
    _covariance: Callable[[], NDArray[np.float64]] = field(repr=False)

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """The covariance matrix of `rows`; between variables it may take a further pass, on first use."""
        return self._covariance()

    def find(self, domain: Mapping[str, object], variable: str | None = None) -> int:
        """The position of the row of a domain.

        Raises:
            StatisticsError: `NO_SUCH_ROW` when there is none or several.
        """
        wanted = {name: str(level) for name, level in domain.items()}
        found = [
            position
            for position, row in enumerate(self.rows)
            if {name: str(level) for name, level in row.by.items()} == wanted
            and variable in {None, row.variable}
        ]
        if len(found) != 1:
            raise StatisticsError(
                "NO_SUCH_ROW",
                where=f"{variable or 'result'} {dict(domain)}",
                expected="one row of the result",
                got=str(len(found)),
                remedy="Name a level of every `by` column, and the variable where there are several.",
            )
        return found[0]
