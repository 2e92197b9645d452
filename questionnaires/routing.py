"""Which items apply, given the answers so far.

A missing answer makes a comparison false, whatever the operator: who did not say how often the dossier came
back is not asked why. An item off the route has no answer that counts, so what depends on it is off the
route too.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from questionnaires.model import Answered, Comparison, Junction, Missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from questionnaires.item_types import Answer, Value
    from questionnaires.model import Condition, Instrument, Item

_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def applies(item: Item, answers: Mapping[str, Answer]) -> bool:
    """Whether the item is to be asked; an item that is not in `answers` has not been reached.

    The answers are taken as they are: `route` first withdraws those of items off the route.
    """
    return item.ask_if is None or holds(item.ask_if, answers)


def route(instrument: Instrument, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The names of the items that apply, in the order in which they are asked."""
    counted: dict[str, Answer] = {}
    names = []
    for item in instrument.items:
        if applies(item, counted):
            names.append(item.name)
            counted[item.name] = answers.get(item.name, Missing.NOT_REACHED)
        else:
            counted[item.name] = Missing.OFF_ROUTE
    return tuple(names)


def holds(condition: Condition, answers: Mapping[str, Answer]) -> bool:
    """Whether a condition is true of the answers."""
    if isinstance(condition, Junction):
        truths = [holds(part, answers) for part in condition.conditions]
        return {"all": all(truths), "any": any(truths), "none": not any(truths)}[condition.operator]
    answer = answers.get(condition.item, Missing.NOT_REACHED)
    if isinstance(answer, Missing):
        return False
    return isinstance(condition, Answered) or _compare(condition, answer)


def _compare(condition: Comparison, answer: Value) -> bool:
    value = condition.value
    if condition.operator == "in":
        return isinstance(value, tuple) and answer in value
    if condition.operator == "includes":
        return isinstance(answer, tuple) and value in answer
    return (
        isinstance(answer, int) and isinstance(value, int) and _RELATIONS[condition.operator](answer, value)
    )
