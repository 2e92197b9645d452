"""What a condition looks at, and how it is said in words of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.model import Answered, Junction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Comparison, Condition

_SIGNS = {
    "eq": "=",
    "ne": "≠",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "in": "in",
    "includes": "includes",
}


def items_of(condition: Condition) -> frozenset[str]:
    """The names of the items that a condition looks at."""
    if isinstance(condition, Junction):
        return frozenset().union(*(items_of(part) for part in condition.conditions))
    return frozenset({condition.item})


def condition_text(condition: Condition) -> str:
    """A condition in words of the data: `times = 2 and (granted in 1, 2 or paid answered)`."""
    if isinstance(condition, Junction):
        parts = list(_parts(condition))
        if condition.operator == "none":
            return f"not ({' or '.join(parts)})"
        return (" and " if condition.operator == "all" else " or ").join(parts)
    if isinstance(condition, Answered):
        return f"{condition.item} answered"
    return _comparison_text(condition)


def _parts(junction: Junction) -> Iterator[str]:
    for part in junction.conditions:
        text = condition_text(part)
        several = isinstance(part, Junction) and part.operator != "none" and len(part.conditions) > 1
        yield f"({text})" if several else text


def _comparison_text(condition: Comparison) -> str:
    value = condition.value
    shown = ", ".join(str(code) for code in value) if isinstance(value, tuple) else str(value)
    return f"{condition.item} {_SIGNS[condition.operator]} {shown}"
