"""One row of `scores.csv`: an agency's score by one recipe, with its uncertainty and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """A score of the contract: estimate, standard error, interval and bounds lie between 0 and 100.

    An empty `construct` is the whole index, an empty `item` a composite. `n` are the respondents who could
    rate, `n_valid` those who answered at least one item. Where `suppressed` names a reason, every number is
    None; a number that is not due is None too.
    """

    agency: str
    kind: str
    construct: str
    item: str
    recipe: str
    basis: str
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    df: int | None = None
    n: int | None = None
    n_valid: int | None = None
    missing_share: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    deff: float | None = None
    reliability: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    decision_use: str
    suppressed: str


COLUMNS = tuple(field.name for field in fields(ScoreRow))
