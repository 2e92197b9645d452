"""Which numbers are withheld, and what those that remain may be used for.

Respondents are counted, never answers. The limits are the platform's own policy (no law sets any): fewer than
10 is withheld, 10 to 29 is indicative. A recipe that weighs items is as good as its weakest: where one of
them was answered by fewer than 30, the number is indicative however many answered the others. `decisions`
also asks for the reliability of the unit, which scores do not know yet, so nothing is stamped with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.indices import IndexEstimate
    from survey.frozen.layout import Basis

WITHHELD_BELOW = 10
INDICATIVE_BELOW = 30


def suppressed(estimate: IndexEstimate | None, *, pooled: bool = True) -> str:
    """Why the numbers are withheld; empty when they are not.

    Args:
        estimate: the estimate; None: the recipe gives the items no weight.
        pooled: whether everybody was asked what it is made of, in versions that are comparable.
    """
    if estimate is None:
        return "no_weight"
    if not pooled:
        return "versions_differ"
    if estimate.n_valid < WITHHELD_BELOW:
        return "few_respondents"
    return estimate.reason


def decision_use(estimate: IndexEstimate | None, basis: Basis, *, reason: str) -> str:
    """`improvement` for numbers from enough people who were chosen, `none` for all others.

    Who answers an open channel chose to; such a number is neither compared nor used. `reason` is why the
    numbers are withheld, empty when they are not.
    """
    if estimate is None or reason or basis == "open" or estimate.n_least < INDICATIVE_BELOW:
        return "none"
    return "improvement"
