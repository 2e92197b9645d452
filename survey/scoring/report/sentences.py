"""What is said about one agency: every sentence that stands beside its number, or instead of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.model import Measure
from survey.i18n import _
from survey.scoring.report.naming import name_in_sentence
from survey.scoring.report.standing import (
    NO_INTERVAL,
    Standing,
    bounds,
    is_indicative,
    shown,
    standing,
    withheld,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.i18n import Language
    from survey.scoring.report.contents import ReportInput
    from survey.scoring.report.standing import Range
    from survey.scoring.rows import ScoreRow

_ESTIMATE = {
    ("errand", Measure.TOP2): _(
        "An estimated %(estimate)s of those who completed an errand were satisfied with the parts for which "
        "%(agency)s answers."
    ),
    ("errand", Measure.MEAN100): _(
        "Those who completed an errand give the parts for which %(agency)s answers an estimated %(estimate)s "
        "on average, on a scale from 0 to 100."
    ),
    ("person", Measure.TOP2): _(
        "Of those who could judge them, an estimated %(estimate)s are satisfied with the services for which "
        "%(agency)s answers."
    ),
    ("person", Measure.MEAN100): _(
        "Those who could judge them give the services for which %(agency)s answers an estimated %(estimate)s "
        "on average, on a scale from 0 to 100."
    ),
    ("open", Measure.TOP2): _(
        "If those who answered were a random sample of visitors, an estimated %(estimate)s would be "
        "satisfied with the parts for which %(agency)s answers."
    ),
    ("open", Measure.MEAN100): _(
        "If those who answered were a random sample of visitors, the parts for which %(agency)s answers "
        "would have an estimated %(estimate)s on average, on a scale from 0 to 100."
    ),
}
_WITHHELD = {
    # Nobody answering is said as fewer than the limit too: the count is never given away.
    "few_respondents": _("Not published: fewer than %(limit)s respondents"),
    "item_without_answers": _("Not published: one of its questions has no answer at all"),
    "no_degrees_of_freedom": _("Not published: its uncertainty cannot be computed"),
    NO_INTERVAL: _("Not published: its uncertainty cannot be computed"),
    "no_weight": _("Not published: this recipe gives its questions no weight"),
    "versions_differ": _("Not published: not everybody was asked the same"),
    "complementary": _("Not yet published, so that it does not give away another number"),
}
_STANDING = {
    Standing.BELOW: _("Below the standard of %(standard)s: its whole interval and its bounds lie below it."),
    Standing.UNCLEAR: _(
        "There is not enough ground to say that it differs from the standard of %(standard)s."
    ),
    Standing.ABOVE: _("Above the standard of %(standard)s: its whole interval and its bounds lie above it."),
}


def written(value: float, measure: Measure, language: Language) -> str:
    """A score as it is printed: a share with its per cent sign, a mean score without."""
    return language.percent(value) if measure is Measure.TOP2 else language.number(value)


def standard_text(report: ReportInput, language: Language) -> str:
    """The standard as it was set, without a decimal that it does not have."""
    value = report.standard or 0.0
    decimals = 0 if float(value).is_integer() else 1
    if report.measure is Measure.TOP2:
        return language.percent(value, decimals)
    return language.number(value, decimals)


def why_withheld(row: ScoreRow, report: ReportInput, language: Language) -> str:
    """The words that stand where a score is not published; the count of respondents is never among them.

    Raises:
        ValueError: the row gives a reason for which the report has no words.
    """
    reason = withheld(row)
    if reason not in _WITHHELD:
        raise ValueError(f"{row.agency}: expected a known reason for withholding, got {reason!r}")
    limit = language.integer(report.thresholds.withheld_below)
    return language.gettext(_WITHHELD[reason], limit=limit)


def agency_sentences(row: ScoreRow, report: ReportInput, language: Language, reach: Range | None) -> str:
    """All that the page says about an agency's headline, as running text."""
    numbers = shown(row)
    if numbers is None:
        return f"{why_withheld(row, report, language)}."
    subject = "open" if report.basis == "open" else report.subject
    first = language.gettext(
        _ESTIMATE[subject, report.measure],
        estimate=written(numbers.estimate, report.measure, language),
        agency=name_in_sentence(report.agencies[row.agency], language),
    )
    return " ".join([first, *_further_sentences(row, report, language, reach)])


def _further_sentences(
    row: ScoreRow, report: ReportInput, language: Language, reach: Range | None
) -> Iterator[str]:
    numbers = shown(row)
    if numbers is None:
        return
    low, high = (written(value, report.measure, language) for value in (numbers.low, numbers.high))
    yield language.gettext("95%% confidence interval: %(low)s to %(high)s.", low=low, high=high)
    yield _basis_sentence(row, numbers.n_valid, report, language)
    left_open = bounds(row)
    if report.basis == "open":
        yield _reach_sentence(report, language, reach)
        yield language.gettext("Not for ranking, rewards or appointments.")
        return
    if left_open is not None:
        low, high = (written(value, report.measure, language) for value in left_open)
        yield language.gettext(
            "Depending on what those think who left questions unanswered, it may be %(low)s to %(high)s.",
            low=low,
            high=high,
        )
    if is_indicative(row, report.thresholds):
        limit = language.integer(report.thresholds.indicative_below)
        yield language.gettext("Indicative only: fewer than %(limit)s respondents.", limit=limit)
    found = standing(row, report)
    if found in _STANDING:
        yield language.gettext(_STANDING[found], standard=standard_text(report, language))


def _basis_sentence(row: ScoreRow, n_valid: int, report: ReportInput, language: Language) -> str:
    if report.basis == "probability":
        return language.ngettext(
            "Basis: %(number)s respondent, drawn at random.",
            "Basis: %(number)s respondents, drawn at random.",
            n_valid,
        )
    if report.basis == "all_invited":
        return language.ngettext(
            "Basis: %(number)s respondent; everyone was invited.",
            "Basis: %(number)s respondents; everyone was invited.",
            n_valid,
        )
    visits = (report.visitors or {}).get(row.agency)
    if visits is None:
        return language.ngettext(
            "Open participation: %(number)s person chose to answer; not a random sample.",
            "Open participation: %(number)s people chose to answer; not a random sample.",
            n_valid,
        )
    return language.ngettext(
        "Open participation: %(number)s person chose to answer in %(visits)s visits; not a random sample.",
        "Open participation: %(number)s people chose to answer in %(visits)s visits; not a random sample.",
        n_valid,
        visits=language.integer(visits),
    )


def _reach_sentence(report: ReportInput, language: Language, reach: Range | None) -> str:
    if reach is None:
        return language.gettext(
            "Visitors were not counted, or fewer than answers: how many others think otherwise is unknown."
        )
    low, high = (written(value, report.measure, language) for value in reach)
    return language.gettext(
        "Depending on what those think who did not answer, it may be %(low)s to %(high)s.", low=low, high=high
    )


def mark_label(row: ScoreRow, report: ReportInput, language: Language, band: Range | None) -> str:
    """The drawing of a score in one sentence, for who cannot see it."""
    numbers = shown(row)
    if numbers is None:
        return ""
    values = {
        "estimate": written(numbers.estimate, report.measure, language),
        "low": written(numbers.low, report.measure, language),
        "high": written(numbers.high, report.measure, language),
    }
    if band is None:
        return language.gettext("Estimate %(estimate)s, 95%% interval %(low)s to %(high)s", **values)
    return language.gettext(
        "Estimate %(estimate)s, 95%% interval %(low)s to %(high)s, lowest and highest possible %(least)s to "
        "%(most)s",
        **values,
        least=written(band.low, report.measure, language),
        most=written(band.high, report.measure, language),
    )
