"""Where the parts of an instrument stand in its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.model import Junction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.faults import Path
    from questionnaires.model import Answered, Comparison, Condition, Instrument, Item, ResponseScale


def placed_items(instrument: Instrument) -> Iterator[tuple[Path, Item]]:
    """Every item with its path, in the order in which they are asked."""
    for index, section in enumerate(instrument.sections):
        for place, item in enumerate(section.items):
            yield ("sections", index, "items", place), item


def placed_conditions(condition: Condition, path: Path) -> Iterator[tuple[Path, Condition]]:
    """A condition and all within it, each with its path."""
    yield path, condition
    if isinstance(condition, Junction):
        for index, part in enumerate(condition.conditions):
            yield from placed_conditions(part, (*path, "conditions", index))


def placed_looks(instrument: Instrument) -> Iterator[tuple[Path, Item, Comparison | Answered]]:
    """Every look at another item, with the path and the item that has the condition."""
    for path, item in placed_items(instrument):
        if item.ask_if is not None:
            for place, part in placed_conditions(item.ask_if, (*path, "ask_if")):
                if not isinstance(part, Junction):
                    yield place, item, part


def scale_or_none(instrument: Instrument, item: Item) -> ResponseScale | None:
    """The item's scale, or None where it names none or one that is not defined."""
    return next((scale for scale in instrument.scales if scale.name == item.scale), None)


def scored(item: Item) -> bool:
    """Whether the item takes part in an index."""
    return item.type == "rating" and item.construct is not None
