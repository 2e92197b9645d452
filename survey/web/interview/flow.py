"""The way through an interview: which pages there are, and which items a page shows.

A section is a page. Where an item depends on an answer of its own section, a new page begins before it, so
that what applies is known when a page is drawn, without a script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import ItemType, Junction
from questionnaires.routing import route
from survey.web.interview.meaning import Unanswered, meaning, scale_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from questionnaires.item_types import Answer
    from questionnaires.model import Condition, Instrument, Item, Section


@dataclass(frozen=True)
class Page:
    """Items that are asked together.

    Attributes:
        number: its place among all pages, from 1.
        section: the section to which the items belong.
        items: those that may be asked; `shown` says which are.
    """

    number: int
    section: Section
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Way:
    """How far an interview has come.

    Attributes:
        answers: the valid ones on the pages that were answered.
        shown: the pages that apply, given these answers.
        unfinished: the first page that is still to be answered; None when all are.
    """

    answers: Mapping[str, Answer]
    shown: tuple[Page, ...]
    unfinished: Page | None


def pages_of(instrument: Instrument) -> tuple[Page, ...]:
    """The pages of an instrument in order."""
    pages: list[Page] = []
    for section in instrument.sections:
        together: list[Item] = []
        for item in section.items:
            if item.ask_if is not None and _items_in(item.ask_if) & {other.name for other in together}:
                pages.append(Page(len(pages) + 1, section, tuple(together)))
                together = []
            together.append(item)
        if together:
            pages.append(Page(len(pages) + 1, section, tuple(together)))
    return tuple(pages)


def follow(
    instrument: Instrument, pages: Iterable[Page], typed: Mapping[str, Sequence[str]], done: Collection[int]
) -> Way:
    """The way through an interview, from the strings kept for each item and the numbers of answered pages."""
    meant = {
        item.name: meaning(item, scale_of(instrument, item), typed.get(item.name, ()))
        for page in pages
        if page.number in done
        for item in page.items
        if item.type is not ItemType.INFORMATION
    }
    answers = {name: answer for name, answer in meant.items() if not isinstance(answer, Unanswered)}
    names = set(route(instrument, answers))
    there = tuple(page for page in pages if any(item.name in names for item in page.items))
    faulty = {name for name in names if isinstance(meant.get(name), Unanswered)}
    open_ones = (
        page for page in there if page.number not in done or any(item.name in faulty for item in page.items)
    )
    return Way(answers, there, next(open_ones, None))


def shown(instrument: Instrument, page: Page, answers: Mapping[str, Answer]) -> tuple[Item, ...]:
    """The items of a page that apply, given the answers; none: the page is passed over."""
    names = set(route(instrument, answers))
    return tuple(item for item in page.items if item.name in names)


def numbers(instrument: Instrument, answers: Mapping[str, Answer]) -> dict[str, int]:
    """The number of each question that applies, from 1; texts to read have none."""
    asked = [name for name in route(instrument, answers) if ITEM_TYPES[instrument.item(name).type].operators]
    return {name: place for place, name in enumerate(asked, start=1)}


def _items_in(condition: Condition) -> set[str]:
    if isinstance(condition, Junction):
        return set().union(*(_items_in(part) for part in condition.conditions))
    return {condition.item}
