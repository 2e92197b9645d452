"""What is said of a published number, or in its place: whole sentences, each number with what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.model import Measure
from survey.i18n import _
from survey.publication.cells import PublishedCount, PublishedEstimate, Withheld
from survey.scoring.report.naming import name_in_sentence
from survey.scoring.thresholds import INDICATIVE_BELOW, WITHHELD_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.i18n import Language
    from survey.publication.cells import Published
    from survey.publication.reads import Release
    from survey.scoring.report.contents import Agency

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
_ESTIMATE_BETWEEN = {
    ("errand", Measure.TOP2): _(
        "Of those who completed an errand from %(first)s to %(last)s, an estimated %(estimate)s were "
        "satisfied with the parts for which %(agency)s answers."
    ),
    ("errand", Measure.MEAN100): _(
        "Those who completed an errand from %(first)s to %(last)s give the parts for which %(agency)s "
        "answers an estimated %(estimate)s on average, on a scale from 0 to 100."
    ),
    ("person", Measure.TOP2): _(
        "Of those who could judge them from %(first)s to %(last)s, an estimated %(estimate)s are satisfied "
        "with the services for which %(agency)s answers."
    ),
    ("person", Measure.MEAN100): _(
        "Those who could judge them from %(first)s to %(last)s give the services for which %(agency)s "
        "answers an estimated %(estimate)s on average, on a scale from 0 to 100."
    ),
    ("open", Measure.TOP2): _(
        "If those who answered from %(first)s to %(last)s were a random sample of visitors, an estimated "
        "%(estimate)s would be satisfied with the parts for which %(agency)s answers."
    ),
    ("open", Measure.MEAN100): _(
        "If those who answered from %(first)s to %(last)s were a random sample of visitors, the parts for "
        "which %(agency)s answers would have an estimated %(estimate)s on average, on a scale from 0 to 100."
    ),
}
_WITHHELD = {
    "few_respondents": _("Not published: fewer than %(limit)s respondents"),
    "item_without_answers": _("Not published: one of its questions has no answer at all"),
    "no_degrees_of_freedom": _("Not published: its uncertainty cannot be computed"),
    "no_weight": _("Not published: this recipe gives its questions no weight"),
    "versions_differ": _("Not published: not everybody was asked the same"),
    "complementary": _("Not published, so that no other number can be computed from it"),
}
_STANDING = {
    "below": _("Below the standard of %(standard)s: its whole interval and its bounds lie below it."),
    "unclear": _("There is not enough ground to say that it differs from the standard of %(standard)s."),
    "above": _("Above the standard of %(standard)s: its whole interval and its bounds lie above it."),
}


def why_withheld(content: Withheld, language: Language) -> str:
    """The words that stand where a number is not published; how many answered is never among them."""
    return language.gettext(_WITHHELD[content.reason], limit=language.integer(WITHHELD_BELOW))


def standard_text(release: Release, language: Language) -> str:
    """The plan's standard as it was set, without a decimal that it does not have; empty without one."""
    if release.standard is None:
        return ""
    decimals = 0 if float(release.standard).is_integer() else 1
    is_share = release.headline.startswith(f"{Measure.TOP2}/")
    return (language.percent if is_share else language.number)(release.standard, decimals)


def sentences(release: Release, agency: Agency, content: Published, language: Language) -> tuple[str, ...]:
    """All that is said of an agency's headline, in order: the number, its uncertainty, its basis, its limits.

    Args:
        release: of the number.
        agency: as it was named then.
        content: its whole index by the headline recipe.
        language: of the reader.
    """
    if isinstance(content, Withheld):
        return (f"{why_withheld(content, language)}.",)
    if isinstance(content, PublishedCount):
        return (*_of_a_count(content, language), *_limits(release, language))
    return (
        _number(release, agency, content, language),
        _interval(content, language),
        _basis(content, language),
        *_left_open(content, language),
        *_use(release, content, language),
        *_limits(release, language),
    )


def label(content: Published, language: Language) -> str:
    """A number in one sentence, for who cannot see its drawing, and for a cell of a table."""
    if isinstance(content, Withheld):
        return why_withheld(content, language)
    if isinstance(content, PublishedCount):
        return language.ngettext("%(number)s respondent", "%(number)s respondents", content.n_valid)
    outer = content.bounds if content.reach is None else content.reach
    return language.gettext(
        "Estimate %(estimate)s, 95%% interval %(low)s to %(high)s, lowest and highest possible %(least)s to "
        "%(most)s",
        estimate=content.value.written(language),
        low=content.interval.low.written(language),
        high=content.interval.high.written(language),
        least=outer.low.written(language),
        most=outer.high.written(language),
    )


def _number(release: Release, agency: Agency, content: PublishedEstimate, language: Language) -> str:
    subject = "open" if content.basis == "open" else release.subject
    measure = Measure.TOP2 if content.value.is_share else Measure.MEAN100
    values = {
        "estimate": content.value.written(language),
        "agency": name_in_sentence(agency, language),
    }
    if release.opened is None or release.closed is None:
        return language.gettext(_ESTIMATE[subject, measure], **values)
    return language.gettext(
        _ESTIMATE_BETWEEN[subject, measure],
        **values,
        first=language.date(release.opened),
        last=language.date(release.closed),
    )


def _interval(content: PublishedEstimate, language: Language) -> str:
    low, high = content.interval.low.written(language), content.interval.high.written(language)
    return language.gettext("95%% confidence interval: %(low)s to %(high)s.", low=low, high=high)


def _basis(content: PublishedEstimate, language: Language) -> str:
    if content.basis == "probability":
        return language.ngettext(
            "Basis: %(number)s respondent, drawn at random.",
            "Basis: %(number)s respondents, drawn at random.",
            content.n_valid,
        )
    if content.basis == "all_invited":
        return language.ngettext(
            "Basis: %(number)s respondent; everyone was invited.",
            "Basis: %(number)s respondents; everyone was invited.",
            content.n_valid,
        )
    return language.ngettext(
        "Open participation: %(number)s person chose to answer in %(visits)s visits; not a random sample.",
        "Open participation: %(number)s people chose to answer in %(visits)s visits; not a random sample.",
        content.n_valid,
        visits=language.integer(content.visitors or 0),
    )


def _left_open(content: PublishedEstimate, language: Language) -> Iterator[str]:
    """What those think who were not heard: on some questions, and of an open wave at all."""
    low, high = content.bounds.low.written(language), content.bounds.high.written(language)
    if content.reach is None:
        yield language.gettext(
            "Depending on what those think who left questions unanswered, it may be %(low)s to %(high)s.",
            low=low,
            high=high,
        )
        return
    yield language.gettext(
        "Depending on what those think who did not answer, it may be %(low)s to %(high)s.",
        low=content.reach.low.written(language),
        high=content.reach.high.written(language),
    )


def _use(release: Release, content: PublishedEstimate, language: Language) -> Iterator[str]:
    if content.is_indicative:
        limit = language.integer(INDICATIVE_BELOW)
        yield language.gettext("Indicative only: fewer than %(limit)s respondents.", limit=limit)
    if content.standing is not None:
        standard = standard_text(release, language)
        yield language.gettext(_STANDING[content.standing], standard=standard)


def _of_a_count(content: PublishedCount, language: Language) -> Iterator[str]:
    yield language.ngettext(
        "Open participation: %(number)s person chose to answer; not a random sample.",
        "Open participation: %(number)s people chose to answer; not a random sample.",
        content.n_valid,
    )
    yield language.gettext(
        "Nobody counted all who came, so no percentage is published: how many others think otherwise is "
        "unknown."
    )


def _limits(release: Release, language: Language) -> Iterator[str]:
    """What the number does not say."""
    if release.basis == "open":
        yield language.gettext("Not for ranking, rewards or appointments.")
    yield language.gettext("The numbers do not assess single officers.")
    if release.subject == "errand":
        yield language.gettext(
            "They do not show whether decisions were lawful, and leave out errands not completed and people "
            "who did not come."
        )
    else:
        yield language.gettext(
            "They do not show whether decisions were lawful, and leave out people who could not judge the "
            "service."
        )
    yield language.gettext("They are not comparable with agencies judged on other parts.")
    if release.standard is not None and not release.is_compared:
        yield language.gettext(
            "The plan's standard of %(standard)s is not applied: it takes a sample drawn at random.",
            standard=standard_text(release, language),
        )
