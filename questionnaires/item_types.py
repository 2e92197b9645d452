"""The one registry of item types: which answers are valid, which variables they make, how to write one.

The registry must be complete: importing this module fails when a type is absent, stands twice or lacks a
part. Forms, exports and codebooks look a type up here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from questionnaires.model import Item, ItemType, Missing, ResponseScale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Value = int | str | tuple[int, ...]
Answer = Value | Missing

SHORT_TEXT_LENGTH = 200
LONG_TEXT_LENGTH = 2000
OFFERED_REASONS = (Missing.DONT_KNOW, Missing.REFUSED, Missing.NOT_APPLICABLE)


class ExportType(StrEnum):
    """What kind of column an item's variables become in an export."""

    CODE = "code"
    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    NONE = "none"


class CodebookEntry(StrEnum):
    """What the codebook prints for an item."""

    CATEGORIES = "categories"
    FLAGS = "flags"
    RANGE = "range"
    TEXT = "text"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class ItemTypeRule:
    """Everything that follows from an item's type.

    `needs` and `allows` are fields of `Item` beyond name, type, wording, hint and ask_if; `operators` are
    those by which a later condition may look at the item; `accepts` is the code rule: whether a value is a
    valid answer, missing reasons aside; `docs` is the paragraph that the format reference prints.
    """

    type: ItemType
    needs: frozenset[str]
    allows: frozenset[str]
    operators: frozenset[str]
    accepts: Callable[[Item, ResponseScale | None, Value], bool]
    variables: Callable[[Item, ResponseScale | None], tuple[str, ...]]
    export: ExportType
    codebook: CodebookEntry
    docs: str

    @property
    def coded(self) -> bool:
        """Whether answers are codes of a response scale."""
        return "scale" in self.needs

    @property
    def one_tap(self) -> bool:
        """Whether a single press of a button says all that the item asks."""
        return self.export in {ExportType.CODE, ExportType.NONE}

    @property
    def substantive(self) -> bool:
        """Whether the item asks for a fact or a judgement, and so must offer don't know and refused."""
        return self.coded or self.type is ItemType.NUMBER


def _whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _one_code(_: Item, scale: ResponseScale | None, value: Value) -> bool:
    return scale is not None and _whole(value) and value in scale.codes


def _some_codes(_: Item, scale: ResponseScale | None, value: Value) -> bool:
    return (
        scale is not None
        and isinstance(value, tuple)
        and len(set(value)) == len(value)
        and all(_whole(code) and code in scale.codes for code in value)
    )


def _number(item: Item, _: ResponseScale | None, value: Value) -> bool:
    if not isinstance(value, int) or isinstance(value, bool) or item.low is None or item.high is None:
        return False
    return item.low <= value <= item.high


def _short_text(item: Item, _: ResponseScale | None, value: Value) -> bool:
    return _text(value, item.max_length or SHORT_TEXT_LENGTH) and len(str(value).splitlines()) == 1


def _long_text(item: Item, _: ResponseScale | None, value: Value) -> bool:
    return _text(value, item.max_length or LONG_TEXT_LENGTH)


def _text(value: Value, length: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= length


def _no_answer(_: Item, __: ResponseScale | None, ___: Value) -> bool:
    return False


def _itself(item: Item, _: ResponseScale | None) -> tuple[str, ...]:
    return (item.name,)


def _one_a_category(item: Item, scale: ResponseScale | None) -> tuple[str, ...]:
    return tuple(f"{item.name}__{code}" for code in scale.codes) if scale else ()


def _no_variable(_: Item, __: ResponseScale | None) -> tuple[str, ...]:
    return ()


_ORDER = frozenset({"lt", "le", "gt", "ge"})
_EQUALITY = frozenset({"eq", "ne", "in", "answered"})

_RULES = (
    ItemTypeRule(
        type=ItemType.SINGLE_CHOICE,
        needs=frozenset({"scale"}),
        allows=frozenset({"missing"}),
        operators=_EQUALITY,
        accepts=_one_code,
        variables=_itself,
        export=ExportType.CODE,
        codebook=CodebookEntry.CATEGORIES,
        docs="One category of a scale: a fact, a group, a kind of procedure. It enters no index.",
    ),
    ItemTypeRule(
        type=ItemType.RATING,
        needs=frozenset({"scale"}),
        allows=frozenset({"missing", "construct"}),
        operators=_EQUALITY | _ORDER,
        accepts=_one_code,
        variables=_itself,
        export=ExportType.CODE,
        codebook=CodebookEntry.CATEGORIES,
        docs="One category of a scale that runs from worst to best in steps of one. With a construct it "
        "enters the indices and judges an organisation; without one it is reported alone.",
    ),
    ItemTypeRule(
        type=ItemType.MULTIPLE_CHOICE,
        needs=frozenset({"scale"}),
        allows=frozenset({"missing"}),
        operators=frozenset({"includes", "answered"}),
        accepts=_some_codes,
        variables=_one_a_category,
        export=ExportType.FLAG,
        codebook=CodebookEntry.FLAGS,
        docs="Any number of categories, each a variable `<item>__<code>` with 1 for chosen and 0 for not.",
    ),
    ItemTypeRule(
        type=ItemType.NUMBER,
        needs=frozenset({"low", "high"}),
        allows=frozenset({"missing"}),
        operators=_EQUALITY | _ORDER,
        accepts=_number,
        variables=_itself,
        export=ExportType.NUMBER,
        codebook=CodebookEntry.RANGE,
        docs="A whole number from `low` to `high`, both included.",
    ),
    ItemTypeRule(
        type=ItemType.SHORT_TEXT,
        needs=frozenset(),
        allows=frozenset({"missing", "max_length"}),
        operators=frozenset({"answered"}),
        accepts=_short_text,
        variables=_itself,
        export=ExportType.TEXT,
        codebook=CodebookEntry.TEXT,
        docs=f"One line of text, at most `max_length` characters ({SHORT_TEXT_LENGTH} where none is given). "
        "Text is kept apart from the other answers.",
    ),
    ItemTypeRule(
        type=ItemType.LONG_TEXT,
        needs=frozenset(),
        allows=frozenset({"missing", "max_length"}),
        operators=frozenset({"answered"}),
        accepts=_long_text,
        variables=_itself,
        export=ExportType.TEXT,
        codebook=CodebookEntry.TEXT,
        docs=f"Several lines of text, at most `max_length` characters ({LONG_TEXT_LENGTH} where none is "
        "given). Text is kept apart from the other answers.",
    ),
    ItemTypeRule(
        type=ItemType.INFORMATION,
        needs=frozenset(),
        allows=frozenset(),
        operators=frozenset(),
        accepts=_no_answer,
        variables=_no_variable,
        export=ExportType.NONE,
        codebook=CodebookEntry.NOTE,
        docs="A text to read, without an answer and without a variable.",
    ),
)


def registry(rules: Iterable[ItemTypeRule]) -> Mapping[ItemType, ItemTypeRule]:
    """The rules by type.

    Raises:
        ValueError: a type is absent or stands twice, a rule lacks its paragraph, or a field is both needed
            and allowed.
    """
    by_type: dict[ItemType, ItemTypeRule] = {}
    for rule in rules:
        if rule.type in by_type:
            raise ValueError(f"the item type {rule.type} stands twice in the registry")
        if not rule.docs or rule.needs & rule.allows:
            raise ValueError(f"the item type {rule.type} has no docs, or needs what it merely allows")
        by_type[rule.type] = rule
    absent = set(ItemType) - set(by_type)
    if absent:
        raise ValueError(f"the registry of item types lacks {', '.join(sorted(absent))}")
    return by_type


ITEM_TYPES = registry(_RULES)


def accepts(item: Item, scale: ResponseScale | None, answer: Answer) -> bool:
    """Whether a respondent may give this answer: a valid value, or a reason that the item offers."""
    if isinstance(answer, Missing):
        return answer in item.missing
    return ITEM_TYPES[item.type].accepts(item, scale, answer)


def variables(item: Item, scale: ResponseScale | None) -> tuple[str, ...]:
    """The names of the variables an item makes, in the order of the scale; none for information."""
    return ITEM_TYPES[item.type].variables(item, scale)
