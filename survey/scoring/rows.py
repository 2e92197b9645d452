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
    estimate: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    df: int | None
    n: int | None
    n_valid: int | None
    missing_share: float | None
    bound_low: float | None
    bound_high: float | None
    deff: float | None
    reliability: float | None
    rank_low: int | None
    rank_high: int | None
    decision_use: str
    suppressed: str


COLUMNS = tuple(field.name for field in fields(ScoreRow))
