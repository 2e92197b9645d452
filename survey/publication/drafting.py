"""From scores to cells, each by itself: rounded, under the thresholds, set against the plan's standard.

Numbers are rounded half up to two significant digits of their standard error, one decimal at most, and to
whole points below 30 respondents: a further digit would say nothing, and a few people's answers could be
counted from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from questionnaires.model import Measure
from survey.i18n import round_half_up
from survey.publication.cells import (
    REASONS,
    Cell,
    Key,
    PublishedCount,
    PublishedEstimate,
    Range,
    Rounded,
    Withheld,
)
from survey.scoring.report.contents import is_index
from survey.scoring.report.standing import Standing, participation_range, standing
from survey.scoring.thresholds import INDICATIVE_BELOW, WITHHELD_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from survey.publication.cells import Published, Reason, Use
    from survey.publication.cells import Standing as PublishedStanding
    from survey.scoring.report.contents import ReportInput
    from survey.scoring.rows import ScoreRow

WHOLE_POINTS_FROM = 10.0  # a standard error of two digits before the point
_SIDES: Mapping[Standing, PublishedStanding] = {
    Standing.BELOW: "below",
    Standing.UNCLEAR: "unclear",
    Standing.ABOVE: "above",
}


@dataclass(frozen=True)
class Counted:
    """Who came to the places of an agency, and how many of them answered there."""

    visitors: int
    responses: int


def drafted(report: ReportInput, counted: Mapping[str, Counted]) -> dict[Key, Cell]:
    """Every score as a cell, each by itself: what may be computed from others is not looked at here.

    Args:
        report: the scores with the plan's headline and standard.
        counted: of an open wave, the agencies whose visitors were counted.
    """
    visitors = _visitors(report, counted)
    return {key_of(row): _cell(row, report, visitors.get(row.agency)) for row in report.rows}


def with_reach(cells: Mapping[Key, Cell], report: ReportInput) -> dict[Key, Cell]:
    """The cells of an open wave with what those may think who came and did not answer.

    An item that is withheld counts as one that nobody was heard on, so that the range tells nothing of it.
    """
    items: dict[str, list[ScoreRow]] = {}
    for row in report.rows:
        if row.item:
            shown = isinstance(cells[key_of(row)].content, PublishedEstimate)
            items.setdefault(row.agency, []).append(row if shown else replace(row, n=None))
    rows = {key_of(row): row for row in report.rows}
    return {key: _reaching(cell, rows[key], items.get(key.agency, ())) for key, cell in cells.items()}


def key_of(row: ScoreRow) -> Key:
    """The key of a row's cell."""
    return Key(row.agency, row.construct, row.item, row.recipe)


def decimals_of(se: float, n_valid: int) -> int:
    """How many decimals of a score are published."""
    return 0 if n_valid < INDICATIVE_BELOW or se >= WHOLE_POINTS_FROM else 1


def _visitors(report: ReportInput, counted: Mapping[str, Counted]) -> dict[str, int]:
    """The visitors of agencies that all their respondents visited: who decides elsewhere has none."""
    most: dict[str, int] = {}
    for row in report.rows:
        most[row.agency] = max(most.get(row.agency, 0), row.n or 0)
    return {
        agency: found.visitors
        for agency, found in counted.items()
        if most.get(agency, 0) <= min(found.visitors, found.responses)
    }


def _cell(row: ScoreRow, report: ReportInput, visitors: int | None) -> Cell:
    return Cell(key=key_of(row), content=_content(row, report, visitors))


def _content(row: ScoreRow, report: ReportInput, visitors: int | None) -> Published:
    reason = _reason(row)
    if reason is not None:
        return Withheld(basis=report.basis, reason=reason)
    n, n_valid = int(_due(row, "n")), int(_due(row, "n_valid"))
    if report.basis == "open" and visitors is None:
        return PublishedCount(basis=report.basis, n=n, n_valid=n_valid)
    return _estimate(row, report, visitors)


def _reason(row: ScoreRow) -> Reason | None:
    if row.suppressed:
        found = next((reason for reason in REASONS if reason == row.suppressed), None)
        if found is None:
            raise ValueError(f"{key_of(row)}: no page has words for the reason {row.suppressed!r}")
        return found
    if row.n_valid is None or row.n_valid < WITHHELD_BELOW:
        return "few_respondents"
    return "no_degrees_of_freedom" if row.ci_low is None or row.ci_high is None else None


def _estimate(row: ScoreRow, report: ReportInput, visitors: int | None) -> PublishedEstimate:
    decimals = decimals_of(_due(row, "se"), int(_due(row, "n_valid")))
    is_share = key_of(row).measure is Measure.TOP2

    def rounded(name: str) -> Rounded:
        return Rounded(_tenths(_due(row, name), decimals), decimals, is_share)

    value = rounded("estimate")
    estimate = PublishedEstimate(
        basis=report.basis,
        value=value,
        interval=Range(rounded("ci_low"), rounded("ci_high")),
        # where nobody was silent sums in fixed point leave the three 1e-12 apart, which may straddle a half
        bounds=Range(min(rounded("bound_low"), value), max(rounded("bound_high"), value)),
        missing=Rounded(_tenths(100 * _due(row, "missing_share"), decimals), decimals, is_share=True),
        n=int(_due(row, "n")),
        n_valid=int(_due(row, "n_valid")),
        df=int(_due(row, "df")),
        decision_use=_use(row),
        reliability=None if row.reliability is None else int(100 * row.reliability),
        visitors=visitors,
    )
    return replace(estimate, standing=_standing(row, report, estimate))


def _due(row: ScoreRow, name: str) -> float:
    """A number that every score has which is not withheld."""
    found: float | None = getattr(row, name)
    if found is None:
        raise ValueError(f"{key_of(row)}: a score that is not withheld has its {name}")
    return found


def _use(row: ScoreRow) -> Use:
    """What scoring found it fit for: the label is computed there and nowhere else."""
    use: Use = "decisions" if row.decision_use == "decisions" else "none"
    return "improvement" if row.decision_use == "improvement" else use


def _tenths(number: float, decimals: int) -> int:
    return int(round_half_up(number, decimals).scaleb(1))


def _standing(row: ScoreRow, report: ReportInput, estimate: PublishedEstimate) -> PublishedStanding | None:
    """The side of the standard on which the exact numbers lie and the published ones too."""
    if not is_index(row) or row.recipe != report.headline:
        return None
    as_told = replace(
        row,
        ci_low=float(estimate.interval.low.exact),
        ci_high=float(estimate.interval.high.exact),
        bound_low=float(estimate.bounds.low.exact),
        bound_high=float(estimate.bounds.high.exact),
    )
    sides = {standing(one, report) for one in (row, as_told)}
    return _SIDES.get(sides.pop() if len(sides) == 1 else Standing.UNCLEAR)


def _reaching(cell: Cell, row: ScoreRow, items: Iterable[ScoreRow]) -> Cell:
    found = cell.content
    if not isinstance(found, PublishedEstimate) or found.visitors is None:
        return cell
    parts: Sequence[ScoreRow] = [row] if row.item else _parts(row, items)
    reach = participation_range(row, parts, found.visitors)
    if reach is None:
        raise ValueError(f"{cell.key}: more answers than visitors")
    value = found.value
    low, high = (
        Rounded(_tenths(end, value.decimals), value.decimals, value.is_share)
        for end in (reach.low, reach.high)
    )
    return replace(cell, content=replace(found, reach=Range(low, high)))


def _parts(row: ScoreRow, items: Iterable[ScoreRow]) -> list[ScoreRow]:
    measure = key_of(row).measure
    return [
        item for item in items if key_of(item).measure is measure and row.construct in {"", item.construct}
    ]
