"""References: every name that is used is defined, and a condition looks back at what it can compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.checks.places import (
    placed_conditions,
    placed_items,
    placed_looks,
    scale_or_none,
)
from questionnaires.faults import Fault
from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import Comparison, Junction
from questionnaires.routing import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument, Item


def unknown_scale(instrument: Instrument) -> Iterator[Fault]:
    """An item's scale is defined."""
    for path, item in placed_items(instrument):
        if item.scale is not None and scale_or_none(instrument, item) is None:
            message = f"`{item.name}` uses the scale `{item.scale}`, which is not defined."
            yield Fault("UNKNOWN_SCALE", (*path, "scale"), message)


def unknown_construct(instrument: Instrument) -> Iterator[Fault]:
    """An item's construct is defined."""
    names = {construct.name for construct in instrument.constructs}
    for path, item in placed_items(instrument):
        if item.construct is not None and item.construct not in names:
            message = f"`{item.name}` measures the construct `{item.construct}`, which is not defined."
            yield Fault("UNKNOWN_CONSTRUCT", (*path, "construct"), message)


def condition_order(instrument: Instrument) -> Iterator[Fault]:
    """A condition looks at an item that is asked earlier."""
    order = {item.name: place for place, item in reversed(list(enumerate(instrument.items)))}
    for path, item, look in placed_looks(instrument):
        if look.item not in order:
            yield Fault("UNKNOWN_ITEM", (*path, "item"), f"There is no item `{look.item}`.")
        elif order[look.item] >= order[item.name]:
            message = f"`{item.name}` depends on `{look.item}`, which is not asked before it."
            yield Fault("LATER_ITEM", (*path, "item"), message)


def condition_kind(instrument: Instrument) -> Iterator[Fault]:
    """The operator suits the type of the item, its value the operator, and the code can occur."""
    items = {item.name: item for item in instrument.items}
    for path, _, look in placed_looks(instrument):
        target = items.get(look.item)
        if target is None:
            continue
        operators = ITEM_TYPES[target.type].operators
        if look.operator not in operators:
            known = f"it has {', '.join(sorted(operators))}" if operators else "nothing can be asked of it"
            message = f"`{look.operator}` does not suit the {target.type} item `{target.name}`: {known}."
            yield Fault("CONDITION_KIND", (*path, "operator"), message)
        elif isinstance(look, Comparison):
            yield from _value(instrument, target, look, path)


def _value(
    instrument: Instrument, target: Item, look: Comparison, path: tuple[str | int, ...]
) -> Iterator[Fault]:
    if isinstance(look.value, tuple) != (look.operator == "in") or look.value == ():
        wanted = "a list of codes" if look.operator == "in" else "one code"
        yield Fault("CONDITION_KIND", (*path, "value"), f"`{look.operator}` compares with {wanted}.")
        return
    values = look.value if isinstance(look.value, tuple) else (look.value,)
    scale = scale_or_none(instrument, target)
    for value in values:
        if scale is not None and value not in scale.codes:
            message = f"`{target.name}` has no code {value}."
            yield Fault("UNKNOWN_CODE", (*path, "value"), message)
        if target.low is not None and target.high is not None and not target.low <= value <= target.high:
            message = f"`{target.name}` lies between {target.low} and {target.high}, never at {value}."
            yield Fault("UNKNOWN_CODE", (*path, "value"), message)


def empty_condition(instrument: Instrument) -> Iterator[Fault]:
    """A junction joins something."""
    for path, item in placed_items(instrument):
        if item.ask_if is not None:
            for place, part in placed_conditions(item.ask_if, (*path, "ask_if")):
                if isinstance(part, Junction) and not part.conditions:
                    yield Fault("EMPTY_CONDITION", place, f"`{part.operator}` of `{item.name}` is empty.")


def unequal_effort(instrument: Instrument) -> Iterator[Fault]:
    """Whether a follow-up is asked does not depend on which rating was chosen: all cost the same (C2, N2)."""
    items = {item.name: item for item in instrument.items}
    for path, item, look in placed_looks(instrument):
        target = items.get(look.item)
        if target is None or target.type != "rating":
            continue
        scale = scale_or_none(instrument, target)
        codes = scale.codes if scale else ()
        if len({holds(look, {target.name: code}) for code in codes}) > 1:
            message = f"`{item.name}` is asked after some answers to `{target.name}` and not after others."
            yield Fault("UNEQUAL_EFFORT", path, message)
