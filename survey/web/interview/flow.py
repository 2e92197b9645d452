"""The way through an interview: which pages there are, and which items a page shows.

A section is a page. Where an item depends on an answer of its own section, a new page begins before it, so
that what applies is known when a page is drawn, without a script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import Junction
from questionnaires.routing import route

if TYPE_CHECKING:
    from collections.abc import Mapping

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
