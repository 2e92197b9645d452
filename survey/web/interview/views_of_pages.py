"""What the pages of an interview tell their templates: items with their faults, answers to look over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template

from questionnaires.model import Missing
from questionnaires.wording import missing_key, texts
from survey.web.interview.fields import spoken
from survey.web.interview.flow import numbers, shown
from survey.web.site import site, speech

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.item_types import Answer
    from questionnaires.model import Instrument, Item
    from survey.web.interview.draft import Interview
    from survey.web.interview.entry import Here
    from survey.web.interview.fields import ItemForm
    from survey.web.interview.flow import Page


@dataclass(frozen=True)
class Fault:
    """A line of the summary: what is wrong, and the control it is about; empty when it is about the page."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Line:
    """An answer to look over; `kind` is `reason`, `text` or empty."""

    number: str
    question: str
    answer: str
    kind: str
    address: str


def page_of_items(
    here: Here, interview: Interview, page: Page, form: ItemForm, *, stale: bool = False
) -> str:
    """A page of items; `stale` asks to send it again."""
    language = speech()
    words = texts(interview.instrument, spoken(interview.instrument, language))
    places = {name: str(place) for name, place in numbers(interview.instrument, interview.answers()).items()}
    faults = list(_faults(form, places, stale=stale))
    earlier = [other.number for other in interview.shown_pages() if other.number < page.number]
    sections = [section.name for section in interview.instrument.sections]
    section = page.section
    return render_template(
        "interview/page.html",
        **here.words(interview.instrument),
        form=form,
        numbers=places,
        faults=faults,
        faults_title=language.ngettext(
            "%(number)s thing is still to do", "%(number)s things are still to do", len(faults)
        ),
        section_title=language.keep_together(words[f"section.{section.name}.title"]),
        section_words=language.keep_together(words.get(f"section.{section.name}.wording", "")),
        part=sections.index(section.name) + 1,
        parts=len(sections),
        before=f"{here.base}/{earlier[-1]}" if earlier else "",
    )


def look_over(here: Here, interview: Interview) -> str:
    """All answers in order, and the form that sends them."""
    return render_template(
        "interview/look.html",
        **here.words(interview.instrument),
        lines=list(_lines(here, interview)),
        token=interview.draft.token,
        parts=len(interview.instrument.sections),
        before=f"{here.base}/{interview.shown_pages()[-1].number}",
    )


def over(here: Here, interview: Interview) -> str:
    """The wave takes no more answers: those that were not sent are given back."""
    return render_template(
        "interview/over.html",
        **here.words(interview.instrument),
        lines=list(_lines(here, interview)),
        days=speech().integer(site().settings.draft_days),
    )


def _faults(form: ItemForm, places: dict[str, str], *, stale: bool) -> Iterator[Fault]:
    _ = speech().gettext
    if stale:
        yield Fault(
            "", _("This page had grown old. What you entered is still here: please press “Continue” again.")
        )
    for field in form.items():
        if field.errors:
            place = places.get(field.item.name, "")
            text = _("Question %(number)s: %(fault)s", number=place, fault=str(field.errors[0]))
            yield Fault(field.anchor, text)


def _lines(here: Here, interview: Interview) -> Iterator[Line]:
    instrument, answers = interview.instrument, interview.answers()
    language = speech()
    words = texts(instrument, spoken(instrument, language))
    places = numbers(instrument, answers)
    for page in interview.shown_pages():
        for item in shown(instrument, page, answers):
            if item.name not in places:
                continue
            answer = answers.get(item.name, Missing.BLANK)
            yield Line(
                number=str(places[item.name]),
                question=language.keep_together(words[f"item.{item.name}"]),
                answer=_worded(instrument, item, answer, words),
                kind=_kind(answer),
                address=f"{here.base}/{page.number}#q-{item.name}",
            )


def _kind(answer: Answer) -> str:
    if isinstance(answer, Missing):
        return "reason"
    return "text" if isinstance(answer, str) else ""


def _worded(instrument: Instrument, item: Item, answer: Answer, words: dict[str, str]) -> str:
    language = speech()
    if answer is Missing.BLANK:
        return language.gettext("Left empty")
    if isinstance(answer, Missing):
        return language.keep_together(words[missing_key(instrument, item, answer)])
    if isinstance(answer, str):
        return answer
    if item.scale is None:
        return language.integer(answer) if isinstance(answer, int) else ""
    chosen = answer if isinstance(answer, tuple) else (answer,)
    return "; ".join(language.keep_together(words[f"scale.{item.scale}.{code}"]) for code in chosen)
