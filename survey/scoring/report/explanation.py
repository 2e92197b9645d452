"""What is said once for the whole page: what the numbers are, what they are not, and how they came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.model import Measure, Rule
from survey.i18n import _
from survey.scoring.report.sentences import standard_text
from survey.scoring.report.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from survey.i18n import Language
    from survey.scoring.report.contents import ReportInput

_MEASURE = {
    Measure.TOP2: _("Share satisfied: the share of the two most satisfied answers on the scale."),
    Measure.MEAN100: _(
        "Mean score: the least satisfied answer is 0, the most satisfied 100, those between at equal steps."
    ),
}
_RULE = {
    Rule.FIXED_WEIGHTS: _("Average of the questions, each with the weight that the questionnaire fixed"),
    Rule.POOLED_ANSWERS: _("All answers to all questions taken together"),
    Rule.ITEM_WEIGHTED: _("Plain average of the questions"),
    Rule.MEAN_OF_FACTORS: _("Average of the aspects, each the plain average of its questions"),
    Rule.PERSON_MEAN: _("Average over people of each one's own average"),
}
_INTERVAL = {
    "t": _(
        "95%% confidence interval from the standard error under the sampling design, by Student's t, cut at "
        "0 and 100; by Clopper and Pearson where all answered alike."
    ),
    "logit": _(
        "95%% confidence interval from the standard error under the sampling design, on the logit scale."
    ),
    "xlogit": _(
        "95%% confidence interval from the standard error under the sampling design, on the logit scale by "
        "linearisation."
    ),
    "wilson": _("95%% confidence interval by Wilson, with the effective number of respondents."),
    "beta": _("95%% confidence interval by Korn and Graubard, with the effective number of respondents."),
    "korn_graubard": _(
        "95%% confidence interval by Korn and Graubard, with an effective number never above the respondents."
    ),
}
_BASIS = {
    "probability": _("Drawn at random"),
    "all_invited": _("Everyone invited"),
    "open": _("Open participation"),
}
_USE = {
    "decisions": _("Fit for decisions"),
    "improvement": _("Fit for improvement"),
    "none": _("Not to be compared"),
}
_STANDING_TITLE = {
    Standing.BELOW: _("Below the standard"),
    Standing.UNCLEAR: _("Not distinguishable from the standard"),
    Standing.ABOVE: _("Above the standard"),
    Standing.NOT_COMPARED: _("Not compared with the standard"),
}
_STANDING_RULE = {
    Standing.BELOW: _("the whole interval and the bounds lie below %(standard)s"),
    Standing.UNCLEAR: _("the interval or the bounds reach %(standard)s"),
    Standing.ABOVE: _("the whole interval and the bounds lie above %(standard)s"),
    Standing.NOT_COMPARED: _("too few respondents, or not published"),
}


def basis_title(report: ReportInput, language: Language) -> str:
    """On what the numbers rest, as a badge."""
    return language.gettext(_BASIS[report.basis])


def use_title(decision_use: str, language: Language) -> str:
    """What a number is fit for, as a badge."""
    return language.gettext(_USE[decision_use])


def standing_title(standing: Standing, language: Language) -> str:
    """The heading of a class."""
    return language.gettext(_STANDING_TITLE[standing])


def standing_rule(standing: Standing, report: ReportInput, language: Language) -> str:
    """The rule by which a score comes into a class."""
    return language.gettext(_STANDING_RULE[standing], standard=standard_text(report, language))


def rule_title(rule: Rule, language: Language) -> str:
    """How items make an index, in words."""
    return language.gettext(_RULE[rule])


def period(report: ReportInput, language: Language) -> str:
    """The days of the wave, where both are known."""
    if report.opened is None or report.closed is None:
        return ""
    return language.gettext(
        "%(opened)s to %(closed)s", opened=language.date(report.opened), closed=language.date(report.closed)
    )


def lead(counts: Mapping[Standing, int], withheld: int, report: ReportInput, language: Language) -> str:
    """The page in one sentence or two: how many agencies stand where, and never in which order."""
    total = sum(counts.values())
    if report.compared:
        return language.ngettext(
            "%(number)s agency: %(below)s below the standard of %(standard)s, %(unclear)s not "
            "distinguishable from it, %(above)s above it, %(apart)s not compared.",
            "%(number)s agencies: %(below)s below the standard of %(standard)s, %(unclear)s not "
            "distinguishable from it, %(above)s above it, %(apart)s not compared.",
            total,
            below=language.integer(counts[Standing.BELOW]),
            unclear=language.integer(counts[Standing.UNCLEAR]),
            above=language.integer(counts[Standing.ABOVE]),
            apart=language.integer(counts[Standing.NOT_COMPARED]),
            standard=standard_text(report, language),
        )
    first = language.ngettext(
        "%(number)s agency.", "%(number)s agencies, in the order of the alphabet.", total
    )
    if not withheld:
        return first
    rest = language.ngettext(
        "The score of %(number)s agency is not published.",
        "The scores of %(number)s agencies are not published.",
        withheld,
    )
    return f"{first} {rest}"


def what_it_is(report: ReportInput, language: Language) -> str:
    """What is drawn, above the plot."""
    if report.measure is Measure.MEAN100:
        return language.gettext(
            "Mean score from 0 to 100 for the parts for which each agency answers. Names in the order of the "
            "alphabet: there is no ranking."
        )
    return language.gettext(
        "Share satisfied with the parts for which each agency answers. Names in the order of the alphabet: "
        "there is no ranking."
    )


def limits(report: ReportInput, language: Language) -> Iterator[str]:
    """What the numbers do not say."""
    yield language.gettext("The numbers do not assess single officers.")
    if report.subject == "errand":
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
    if report.basis == "open":
        yield language.gettext(
            "Whoever wished answered, so the numbers cannot stand for those who did not. They are not for "
            "ranking, rewards or appointments."
        )
    yield from _versions(report, language)
    if report.standard is not None and report.basis != "probability":
        yield language.gettext(
            "The plan's standard of %(standard)s is not applied: it takes a sample drawn at random.",
            standard=standard_text(report, language),
        )


def _versions(report: ReportInput, language: Language) -> Iterator[str]:
    """What follows where the questionnaire was changed during the wave."""
    if len(report.instruments) > 1:
        yield language.gettext(
            "The questionnaire was changed during the wave. Answers were taken together only where the same "
            "was asked; the end of the page says how many had which version."
        )
    if report.partly:
        yield language.gettext(
            "Some people were not asked these questions: %(questions)s. Their numbers rest on those who "
            "were, and no index is made of them.",
            questions="; ".join(f"“{report.items[item]}”" for item in report.partly),
        )


def computation(report: ReportInput, language: Language) -> Iterator[tuple[str, str]]:
    """How the numbers came about, as terms and their explanation."""
    gettext = language.gettext
    limit = report.thresholds
    yield gettext("Measure"), gettext(_MEASURE[report.measure])
    yield gettext("Recipe"), f"{rule_title(report.rule, language)} ({report.headline})."
    yield gettext("Interval"), gettext(_INTERVAL[report.interval])
    yield (
        gettext("Lowest and highest possible"),
        gettext(
            "The same recipe with every missing answer set to the least, then to the most satisfied, over "
            "those who could judge. The share left open is the distance between the two."
        ),
    )
    yield (
        gettext("Thresholds"),
        gettext(
            "Fewer than %(withheld)s respondents: not published. Fewer than %(indicative)s: indicative only.",
            withheld=language.integer(limit.withheld_below),
            indicative=language.integer(limit.indicative_below),
        ),
    )
    yield (
        gettext("Fit for decisions"),
        gettext(
            "Drawn at random or everyone invited, at least %(n)s effective respondents, %(df)s degrees of "
            "freedom and a reliability of %(reliability)s; interval no wider than %(width)s points.",
            n=language.integer(limit.effective_n),
            df=language.integer(limit.df),
            reliability=language.number(limit.reliability, 2),
            width=language.integer(limit.width),
        ),
    )


def provenance(report: ReportInput, language: Language) -> Iterator[tuple[str, str]]:
    """Versions and hashes by which anyone can check the numbers; codes, never links."""
    gettext = language.gettext
    yield gettext("Wave"), report.wave
    yield gettext("Data (SHA-256)"), report.data_hash
    if report.plan_hash is None:
        yield gettext("Sealed plan"), gettext("None")
    else:
        yield gettext("Sealed plan (SHA-256)"), report.plan_hash
    for instrument, responses in report.instruments.items():
        # with one version the basis of each number says how many there are
        several = len(report.instruments) > 1
        told = language.ngettext("%(number)s response", "%(number)s responses", responses)
        yield gettext("Questionnaire (SHA-256)"), f"{instrument}: {told}" if several else instrument
    yield gettext("Program"), f"longdan {report.code_version}"
