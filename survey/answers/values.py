"""From what a person answered to the variables of the instrument, and whether variables may be so."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.item_types import (
    ITEM_TYPES,
    LONG_TEXT_LENGTH,
    SHORT_TEXT_LENGTH,
    ExportType,
    accepts,
    variables,
)
from questionnaires.model import Instrument, Item, ItemType, Missing
from questionnaires.routing import applies
from survey.answers.models import COMMENT_LIMIT
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from questionnaires.item_types import Answer
    from questionnaires.model import ResponseScale

Value = int | float | Missing

# Nobody is offered these; they follow from the route.
_FROM_THE_ROUTE = frozenset({Missing.OFF_ROUTE, Missing.NOT_REACHED, Missing.BLANK})
_KEPT = frozenset("\n\t")


@dataclass(frozen=True)
class Values:
    """All variables of a response, and the texts by item; an item with a text has no variable."""

    values: dict[str, Value]
    comments: dict[str, str]


def of_answers(
    instrument: Instrument, answers: Mapping[str, Answer], *, reached: Collection[str] | None = None
) -> Values:
    """The variables of a response.

    An item off the route is `off_route` whatever was answered before; one on it without an answer is `blank`
    when it was shown and `not_reached` when it was not.

    Args:
        instrument: what was asked.
        answers: by the name of the item.
        reached: the items that were shown; None: all.

    Raises:
        Refusal: an item is unknown or its answer is none that the item takes; every fault at once.
    """
    faults = [_unknown(name) for name in sorted(answers.keys() - {item.name for item in instrument.items})]
    counted: dict[str, Answer] = {}
    made = Values({}, {})
    for item in instrument.items:
        scale = _scale(instrument, item)
        counted[item.name] = _counted(item, scale, answers, counted, reached, faults)
        _fill(made, item, scale, counted[item.name])
    if faults:
        raise Refusal(faults)
    return made


def check(instrument: Instrument, values: Mapping[str, Value], comments: Mapping[str, str]) -> list[Fault]:
    """What is wrong with variables: unknown, absent, out of the scale, or against the route."""
    faults: list[Fault] = []
    known: set[str] = set()
    counted: dict[str, Answer] = {}
    for item in instrument.items:
        scale = _scale(instrument, item)
        names = variables(item, scale)
        known.update(names)
        if not names:
            continue
        given = _given(item, names, values, comments)
        asked = applies(item, counted)
        counted[item.name] = Missing.OFF_ROUTE if given is None or not asked else given
        if given is None:
            absent = ", ".join(name for name in names if name not in values)
            faults.append(_fault("MISSING_VARIABLE", item.name, "each variable once", absent or "two values"))
        elif (given is Missing.OFF_ROUTE) == asked:
            expected = "an answer or a reason other than off_route" if asked else "off_route"
            faults.append(_fault("WRONG_ROUTE", item.name, expected, _shown(given)))
        elif given not in _FROM_THE_ROUTE and not accepts(item, scale, given):
            faults.append(_wrong(item, scale, given))
    texts = {item.name for item in instrument.items if _is_text(item)}
    faults += [_unknown(name) for name in sorted((values.keys() - known) | (comments.keys() - texts))]
    return faults


def text_limit(item: Item) -> int:
    """How many characters a text item takes."""
    most = SHORT_TEXT_LENGTH if item.type is ItemType.SHORT_TEXT else LONG_TEXT_LENGTH
    return min(item.max_length or most, COMMENT_LIMIT)


def clean_text(text: str) -> str:
    """A text as it is kept: NFC, line ends as one, without NUL, control and lone surrogate characters."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter for letter in plain if letter in _KEPT or unicodedata.category(letter) not in {"Cc", "Cs"}
    )


def _scale(instrument: Instrument, item: Item) -> ResponseScale | None:
    return instrument.scale_of(item) if item.scale is not None else None


def _is_text(item: Item) -> bool:
    return ITEM_TYPES[item.type].export is ExportType.TEXT


def _counted(  # noqa: PLR0913, PLR0917 - one step of a loop that carries its state
    item: Item,
    scale: ResponseScale | None,
    answers: Mapping[str, Answer],
    earlier: Mapping[str, Answer],
    reached: Collection[str] | None,
    faults: list[Fault],
) -> Answer:
    if not applies(item, earlier):
        return Missing.OFF_ROUTE
    answer = answers.get(item.name)
    if isinstance(answer, str) and not isinstance(answer, Missing) and _is_text(item):
        answer = clean_text(answer)
        answer = answer if answer.strip() else None
    if answer is None or answer in _FROM_THE_ROUTE:
        return Missing.BLANK if reached is None or item.name in reached else Missing.NOT_REACHED
    if not accepts(item, scale, answer) or _too_long(item, answer):
        faults.append(_wrong(item, scale, answer))
    return answer


def _fill(made: Values, item: Item, scale: ResponseScale | None, answer: Answer) -> None:
    for name in variables(item, scale):
        if isinstance(answer, Missing | int | float):
            made.values[name] = answer
        elif isinstance(answer, tuple):
            made.values[name] = int(int(name.removeprefix(f"{item.name}__")) in answer)
        else:
            made.comments[name] = answer


def _given(
    item: Item, names: tuple[str, ...], values: Mapping[str, Value], comments: Mapping[str, str]
) -> Answer | None:
    """The answer that an item's variables say; None where they are absent or contradict one another."""
    if _is_text(item) and item.name in comments:
        return None if item.name in values else comments[item.name]
    found = [values.get(name) for name in names]
    reasons = {value for value in found if isinstance(value, Missing)}
    if reasons:
        return reasons.pop() if len(set(found)) == 1 else None
    if any(value is None for value in found):
        return None
    if item.type is not ItemType.MULTIPLE_CHOICE:
        return _whole(found[0])
    if not set(found) <= {0, 1}:
        return None
    return tuple(
        int(name.removeprefix(f"{item.name}__"))
        for name, value in zip(names, found, strict=True)
        if value == 1
    )


def _whole(value: object) -> Answer | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _too_long(item: Item, answer: Answer) -> bool:
    return _is_text(item) and isinstance(answer, str) and len(answer) > text_limit(item)


def _wrong(item: Item, scale: ResponseScale | None, answer: Answer) -> Fault:
    if _too_long(item, answer):
        expected, got = f"at most {text_limit(item)} characters", f"{len(str(answer))}"
        return _fault("TOO_LONG", item.name, expected, got)
    return _fault("UNKNOWN_VALUE", item.name, ", ".join(_allowed(item, scale)), _shown(answer))


def _allowed(item: Item, scale: ResponseScale | None) -> Iterator[str]:
    if scale is not None:
        yield from map(str, scale.codes)
    elif item.type is ItemType.NUMBER:
        yield f"a whole number from {item.low} to {item.high}"
    elif _is_text(item):
        yield "one line of text" if item.type is ItemType.SHORT_TEXT else "a text"
    yield from item.missing


def _shown(answer: object) -> str:
    """What came, without the words of a person."""
    if isinstance(answer, Missing) or not isinstance(answer, str):
        return str(answer)
    return f"a text of {len(answer)} characters"


def _unknown(name: str) -> Fault:
    return _fault("UNKNOWN_VARIABLE", name[:80], "a variable of the instrument", "none such")


def _fault(code: str, where: str, expected: str, got: str) -> Fault:
    remedy = "Send what the form of this version of the instrument asks."
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
