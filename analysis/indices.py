"""Indices of rated items: top-2-box and mean 0-100, by five rules of aggregation, with bounds.

With a_k the answers to item k and R_k its score (share satisfied, or mean height on the scale):

* `fixed_weights`: Σ v_k R_k / Σ v_k, v from the instrument.
* `item_weighted`: the mean of the R_k.
* `mean_of_factors`: the mean over constructs of their `item_weighted`.
* `pooled_answers`: all answers together, a ratio of sums over items; the interview stays the unit.
* `person_mean`: the weighted mean over persons of the mean of what each answered.

The first three are linear in the item scores with weights that are the same for everybody. Where PSUs are
listed their variance follows from the PSU sums; where the interview is the last stage a second pass sums the
linearised value of each interview, u = Σ v_k (W/A_k) (x_k - R_k), and its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import index_rules
from analysis.covariance import taken_whole
from analysis.frames import require
from analysis.index_second_pass import variances
from analysis.index_sums import MEASURES, ItemSet, RatedItem, check_codes, index_frame
from analysis.intervals import clopper_pearson, t_interval
from analysis.units import LastStage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.design import SurveyDesign
    from analysis.index_rules import Summed, Values

    Floats = NDArray[np.float64]


ALIKE = 1e-11


@dataclass(frozen=True, kw_only=True)
class IndexEstimate:
    """The score of a domain on an item or a set of items; values in 0-100.

    Attributes:
        domain: levels of the `by` columns.
        set: name of the item set; empty for an item.
        item: column of the item; empty for a set.
        measure: `top2` or `mean100`.
        rule: a rule of aggregation, or `item`.
        value, se, low, high: estimate, standard error, 95 % interval cut at 0 and 100; None with a `reason`.
        df: degrees of freedom: PSUs with an answer minus their strata.
        n: respondents who could rate.
        n_valid: respondents who answered at least one item.
        n_least: respondents to the item that fewest answered among those with a weight of their own.
        bound_low, bound_high: the recipe with every item non-response at 0 and at 100.
        deff: design effect against simple random sampling with replacement; None where not defined.
        reason: why there is no value: `no_answers`, `item_without_answers` or `no_degrees_of_freedom`.
    """

    domain: tuple[Any, ...]
    set: str
    item: str
    measure: str
    rule: str
    value: float | None
    se: float | None
    low: float | None
    high: float | None
    df: int
    n: int
    n_valid: int
    n_least: int
    bound_low: float | None
    bound_high: float | None
    deff: float | None
    reason: str = ""


def indices(
    design: SurveyDesign, items: Sequence[RatedItem], sets: Sequence[ItemSet], *, by: Sequence[str] = ()
) -> list[IndexEstimate]:
    """The scores of every item and every set by every recipe in every domain.

    Args:
        design: the design; its frame has one row an interview and domain.
        items: the items, each with its own scale.
        sets: sets of these items.
        by: columns whose combinations are the domains.

    Raises:
        StatisticsError: for a bad column or a lonely PSU.
    """
    interviews = design.units.last_stage in {LastStage.INTERVIEW_IN_STRATUM, LastStage.INTERVIEW_IN_PSU}
    check_codes(design.frame, items)
    require(design.frame, by, "by")
    design = design.observing(design.frame.select(*_used(design, items, by)))
    made = index_frame(design.frame, items, sets, interviews=interviews)
    with np.errstate(divide="ignore", invalid="ignore"):
        of = index_rules.summed(design, made, items, sets, by)
        out = [
            row
            for item in items
            for measure in MEASURES
            for row in _item_rows(of, item, measure, index_rules.item(of, item, measure))
        ]
        for one in sets:
            for measure in MEASURES:
                out += _set_rows(of, one, measure, "pooled_answers", index_rules.pooled(of, one, measure))
                out += _set_rows(of, one, measure, "person_mean", index_rules.person(of, one, measure))
        return out + _linear_rows(of, sets, by)


def _used(design: SurveyDesign, items: Sequence[RatedItem], by: Sequence[str]) -> list[str]:
    """The columns that matter, each once: engines plan slowly with columns that nobody asks for."""
    names = [*design.columns.all, *by]
    for item in items:
        names += [item.column, item.missing, *([] if item.judged is None else [item.judged])]
    return list(dict.fromkeys(names))


def _linear_rows(of: Summed, sets: Sequence[ItemSet], by: Sequence[str]) -> list[IndexEstimate]:
    asked = [index for one in sets for measure in MEASURES for index in index_rules.linear(of, one, measure)]
    if of.interviews:
        spreads = variances(of, asked, by)
    else:
        spreads = [index_rules.from_listed_units(of, index) for index in asked]
    out = []
    for index, spread in zip(asked, spreads, strict=True):
        values = index_rules.linear_values(of, index, spread)
        for rule in index.rules:
            out += _set_rows(of, index.set, index.measure, rule, values, weights=index.weights)
    return out


def _item_rows(of: Summed, item: RatedItem, measure: str, values: Values) -> list[IndexEstimate]:
    n_valid, df = of.counts(item.column)
    return _rows(
        of,
        values,
        {"set": "", "item": item.column, "measure": measure, "rule": "item"},
        {"n": of.counts(f"{item.column}:base")[0], "n_valid": n_valid, "n_least": n_valid, "df": df},
        kish=of.kish(f"{item.column}:a"),
        judged=of.judged(item),
        whole=taken_whole(of.totals, of.design.units, item.column),
    )


def _set_rows(  # noqa: PLR0913 - as `_rows`
    of: Summed, one: ItemSet, measure: str, rule: str, values: Values, *, weights: Floats | None = None
) -> list[IndexEstimate]:
    """A row for each domain that answers for an item of the set and, given weights, has one above 0."""
    counting = np.stack([of.judged(item) for item in one.items], axis=1)
    whole = np.stack([taken_whole(of.totals, of.design.units, item.column) for item in one.items], axis=1)
    n_valid, df = of.counts(f"{one.key}:valid")
    least = n_valid
    if weights is not None:
        counting &= weights > 0
        answers = np.stack([of.counts(item.column)[0] for item in one.items], axis=1)
        least = np.where(counting, answers, n_valid[:, None]).min(axis=1)
    return _rows(
        of,
        values,
        {"set": one.name, "item": "", "measure": measure, "rule": rule},
        {"n": of.counts(f"{one.key}:rated")[0], "n_valid": n_valid, "n_least": least, "df": df},
        kish=of.kish(f"{one.key}:valid"),
        judged=np.asarray(counting.any(axis=1)),
        whole=np.asarray((whole | ~counting).all(axis=1)),
    )


def _rows(  # noqa: PLR0913 - what one score rests on
    of: Summed,
    values: Values,
    names: dict[str, str],
    counts: dict[str, NDArray[np.int64]],
    *,
    kish: Floats,
    judged: NDArray[np.bool_],
    whole: NDArray[np.bool_],
) -> list[IndexEstimate]:
    """A row for each domain that answers for the item or set."""
    # rounding leaves 1e-16 where all answered alike; one answer of a million that differs leaves 1e-10
    alike = values.variance * kish <= ALIKE
    low, high = _interval(values, counts, kish, alike)
    # whoever took and heard everybody knows, and needs no interval
    low, high = np.where(whole, values.value, low), np.where(whole, values.value, high)
    numbers = {
        "value": np.clip(values.value, 0, 1),
        "se": np.where(alike, 0.0, np.sqrt(np.maximum(values.variance, 0))),
        "low": np.clip(low, 0, 1),
        "high": np.clip(high, 0, 1),
        "bound_low": np.clip(values.low, 0, 1),
        "bound_high": np.clip(values.high, 0, 1),
    }
    out = []
    for place in np.flatnonzero(judged):
        count = {name: int(column[place]) for name, column in counts.items()}
        reason = _reason(count, unanswered=bool(values.unanswered[place]))
        percent = {name: None if reason else 100 * float(column[place]) for name, column in numbers.items()}
        deff = float(values.deff[place])
        fields: dict[str, Any] = names | percent | count
        fields |= {"deff": None if reason or not np.isfinite(deff) else deff, "reason": reason}
        out.append(IndexEstimate(domain=of.totals.domains[place], **fields))
    return out


def _interval(
    values: Values, counts: dict[str, NDArray[np.int64]], kish: Floats, alike: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """t; where all answered alike Clopper-Pearson, the widest that a mean of that height needs.

    Its n is that of the item which fewest answered: a score that rests on one person is no surer than that.
    """
    se = np.sqrt(np.maximum(values.variance, 0))
    low, high = t_interval(values.value, se, counts["df"].astype(float))
    exact_low, exact_high = clopper_pearson(
        np.clip(values.value, 0, 1), np.minimum(counts["n_least"].astype(float), kish)
    )
    return np.where(alike, exact_low, low), np.where(alike, exact_high, high)


def _reason(count: dict[str, int], *, unanswered: bool) -> str:
    if count["n_valid"] == 0:
        return "no_answers"
    if unanswered:
        return "item_without_answers"
    return "no_degrees_of_freedom" if count["df"] < 1 else ""
