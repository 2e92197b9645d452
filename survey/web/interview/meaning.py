"""What the strings of a form mean: the answer to an item, or why they are none. It draws nothing."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from questionnaires.item_types import ITEM_TYPES, Answer, Value, accepts
from questionnaires.model import ItemType, Missing
from survey.answers.values import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from questionnaires.model import Instrument, Item, ResponseScale

_CODE_DIGITS = 9
_NUMBER = re.compile(r"[-−]?\d{1,9}")


class Unanswered(Enum):
    """Why strings are no answer.

    Attributes:
        NOTHING: nothing was answered, and the item offers a way to say so.
        BOTH: an answer and a reason for having none, or two reasons.
        WRONG: nothing that the item takes.
    """

    NOTHING = auto()
    BOTH = auto()
    WRONG = auto()


def taken(items: Iterable[Item], sent: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What a form sent for items, as it is kept and given back; nothing for texts to read."""
    return {
        item.name: tuple(clean_text(text) for text in sent.get(item.name, ()))
        for item in items
        if item.type is not ItemType.INFORMATION
    }


def meaning(item: Item, scale: ResponseScale | None, typed: Sequence[str]) -> Answer | Unanswered:
    """The answer to an item that strings mean once they are cleaned; no string at all may mean one, too."""
    if item.type is ItemType.INFORMATION:
        return Missing.BLANK
    given = [text for text in typed if text.strip()]
    reasons = {text for text in given if text in item.missing}
    values = [text for text in given if text not in reasons]
    if len(reasons) > 1 or (reasons and values):
        return Unanswered.BOTH
    if reasons:
        return Missing(reasons.pop())
    if not values:
        return Unanswered.NOTHING if Missing.REFUSED in item.missing else Missing.BLANK
    value = VALUES[item.type](scale, values)
    return Unanswered.WRONG if value is None or not accepts(item, scale, value) else value


def scale_of(instrument: Instrument, item: Item) -> ResponseScale | None:
    """The scale of an item's codes; None where it has no codes."""
    return instrument.scale_of(item) if ITEM_TYPES[item.type].coded else None


def _one_code(_: ResponseScale | None, values: Sequence[str]) -> Value | None:
    return _code(values[0]) if len(values) == 1 else None


def _some_codes(scale: ResponseScale | None, values: Sequence[str]) -> Value | None:
    """The codes in the order of the scale."""
    codes = [_code(text) for text in values]
    if scale is None or not set(codes) <= set(scale.codes) or len(set(codes)) < len(codes):
        return None
    return tuple(code for code in scale.codes if code in codes)


def _whole_number(_: ResponseScale | None, values: Sequence[str]) -> Value | None:
    text = values[0].strip()
    if len(values) > 1 or not _NUMBER.fullmatch(text):
        return None
    return int(text.replace("−", "-"))


def _text(_: ResponseScale | None, values: Sequence[str]) -> Value | None:
    return values[0].strip() if len(values) == 1 else None


def _line(_: ResponseScale | None, values: Sequence[str]) -> Value | None:
    """What was broken becomes one line."""
    return " ".join(values[0].strip().splitlines()) if len(values) == 1 else None


def _code(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _CODE_DIGITS else None


VALUES: dict[ItemType, Callable[[ResponseScale | None, Sequence[str]], Value | None]] = {
    ItemType.SINGLE_CHOICE: _one_code,
    ItemType.RATING: _one_code,
    ItemType.MULTIPLE_CHOICE: _some_codes,
    ItemType.NUMBER: _whole_number,
    ItemType.SHORT_TEXT: _line,
    ItemType.LONG_TEXT: _text,
}
