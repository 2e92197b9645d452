"""Confidence intervals of a mean and of a proportion under a design.

Arrays in, arrays out; proportions lie in 0..1. Where the design gives a share no variance, because every
answer is the same, no formula in p(1-p) has anything to say: every interval is then Clopper and Pearson's
(1934) on the effective sample size min(n, Kish).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Interval = Literal["t", "mean", "logit", "xlogit", "wilson", "beta", "korn_graubard"]


def t_quantile(level: float, df: Floats) -> Floats:
    """Student's quantile of the upper end of a two-sided interval; NaN without degrees of freedom."""
    upper = 1 - (1 - level) / 2
    return np.where(df > 0, special.stdtrit(np.where(df > 0, df, 1.0), upper), np.nan)


def t_interval(value: Floats, se: Floats, df: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Estimate -+ t · se."""
    half = t_quantile(level, df) * se
    return value - half, value + half


def clopper_pearson(share: Floats, n: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """The exact binomial interval; the beta distribution continues it to sizes that are no integers."""
    tail = (1 - level) / 2
    hits = share * n
    with np.errstate(invalid="ignore"):
        low = special.betaincinv(np.maximum(hits, 1e-300), n - hits + 1, tail)
        high = special.betaincinv(hits + 1, np.maximum(n - hits, 1e-300), 1 - tail)
    return np.where(share <= 0, 0.0, low), np.where(share >= 1, 1.0, high)


def share_interval(  # noqa: PLR0913 - the quantities that the six formulas use
    share: Floats,
    se: Floats,
    df: Floats,
    *,
    n: Floats,
    kish_n: Floats,
    interval: Interval = "t",
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """An interval of a proportion.

    Args:
        share: estimates, 0..1.
        se: their standard errors.
        df: degrees of freedom.
        n: interviews behind each.
        kish_n: (Σw)² / Σw² of these.
        interval: `t` (also called `mean`): Wald with t. `logit`, `xlogit`: t on the log odds. `wilson`:
            Wilson (1927) with n_eff = p(1-p)/se². `beta`: Clopper-Pearson with n_eff · (t(n-1)/t(df))²,
            after Korn and Graubard (1998), as R does, not capped. `korn_graubard`: capped at n.
        level: confidence level.
    """
    certain = (share <= 0) | (share >= 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = FORMULAS[interval](share, se, df, n, level)
    exact_low, exact_high = clopper_pearson(share, np.minimum(n, kish_n), level)
    return np.where(certain, exact_low, low), np.where(certain, exact_high, high)


def _t(share: Floats, se: Floats, df: Floats, _n: Floats, level: float) -> tuple[Floats, Floats]:
    return t_interval(share, se, df, level)


def _logit(share: Floats, se: Floats, df: Floats, _n: Floats, level: float) -> tuple[Floats, Floats]:
    odds = special.logit(share)
    half = t_quantile(level, df) * se / (share * (1 - share))
    return special.expit(odds - half), special.expit(odds + half)


def _wilson(share: Floats, se: Floats, df: Floats, _n: Floats, level: float) -> tuple[Floats, Floats]:
    t = t_quantile(level, df)
    # z²/n_eff with n_eff = p(1-p)/se²; a share without variance is exact whatever n
    ratio = (t * se) ** 2 / (share * (1 - share))
    centre = (share + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * share * (1 - share) + ratio**2 / 4) / (1 + ratio)
    return centre - half, centre + half


def _effective(share: Floats, se: Floats, df: Floats, n: Floats, level: float) -> Floats:
    return share * (1 - share) / se**2 * (t_quantile(level, n - 1) / t_quantile(level, df)) ** 2


def _beta(share: Floats, se: Floats, df: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    return _settled(share, se, _effective(share, se, df, n, level), level)


def _korn_graubard(share: Floats, se: Floats, df: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    # clusters that happen to agree are no census: without variance n_eff is n
    return clopper_pearson(share, np.minimum(_effective(share, se, df, n, level), n), level)


def _settled(share: Floats, se: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    low, high = clopper_pearson(share, n, level)
    known = se == 0  # a census: infinite n_eff
    return np.where(known, share, low), np.where(known, share, high)


FORMULAS: dict[str, Callable[[Floats, Floats, Floats, Floats, float], tuple[Floats, Floats]]] = {
    "t": _t,
    "mean": _t,
    "logit": _logit,
    "xlogit": _logit,
    "wilson": _wilson,
    "beta": _beta,
    "korn_graubard": _korn_graubard,
}
