from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, get_args, get_type_hints

import pytest

from questionnaires.item_types import (
    ITEM_TYPES,
    LONG_TEXT_LENGTH,
    SHORT_TEXT_LENGTH,
    CodebookEntry,
    ExportType,
    accepts,
    registry,
    variables,
)
from questionnaires.model import Category, Comparison, Item, ItemType, Missing, ResponseScale

if TYPE_CHECKING:
    from questionnaires.item_types import Answer

SCALE = ResponseScale(
    name="three", categories=tuple(Category(code=code, wording=f"c{code}") for code in (1, 2, 5))
)
ITEMS = {
    ItemType.SINGLE_CHOICE: Item(name="q", type=ItemType.SINGLE_CHOICE, wording="?", scale="three"),
    ItemType.RATING: Item(name="q", type=ItemType.RATING, wording="?", scale="three"),
    ItemType.MULTIPLE_CHOICE: Item(name="q", type=ItemType.MULTIPLE_CHOICE, wording="?", scale="three"),
    ItemType.NUMBER: Item(name="q", type=ItemType.NUMBER, wording="?", low=1, high=20),
    ItemType.SHORT_TEXT: Item(name="q", type=ItemType.SHORT_TEXT, wording="?"),
    ItemType.LONG_TEXT: Item(name="q", type=ItemType.LONG_TEXT, wording="?", max_length=10),
    ItemType.INFORMATION: Item(name="q", type=ItemType.INFORMATION, wording="."),
}


def test_the_registry_has_every_type_and_every_type_has_every_part() -> None:
    assert set(ITEM_TYPES) == set(ItemType) == set(ITEMS)
    assert {rule.export for rule in ITEM_TYPES.values()} == set(ExportType)
    assert {rule.codebook for rule in ITEM_TYPES.values()} == set(CodebookEntry)
    item_fields = {field.name for field in fields(Item)}
    operators = {"answered", *get_args(get_type_hints(Comparison)["operator"])}
    for rule in ITEM_TYPES.values():
        assert rule.needs | rule.allows <= item_fields
        assert rule.operators <= operators
        assert len(rule.docs) > 20


def test_an_inconsistent_registry_is_refused() -> None:
    rules = list(ITEM_TYPES.values())
    with pytest.raises(ValueError, match="lacks information"):
        registry(rules[:-1])
    with pytest.raises(ValueError, match="number stands twice"):
        registry([*rules, ITEM_TYPES[ItemType.NUMBER]])
    with pytest.raises(ValueError, match="no docs"):
        registry([*rules[:-1], replace(rules[-1], docs="")])
    with pytest.raises(ValueError, match="needs what it merely allows"):
        registry([*rules[:-1], replace(rules[-1], needs=frozenset({"low"}), allows=frozenset({"low"}))])


@pytest.mark.parametrize(
    ("kind", "valid", "invalid"),
    [
        (ItemType.SINGLE_CHOICE, [1, 5], [3, "1", True, (1,), ""]),
        (ItemType.RATING, [2], [0, 6, "Hài lòng"]),
        (ItemType.MULTIPLE_CHOICE, [(), (1,), (5, 1)], [1, (3,), (1, 1), "1"]),
        (ItemType.NUMBER, [1, 20], [0, 21, "3", True, (3,)]),
        (ItemType.SHORT_TEXT, ["một dòng", "x" * SHORT_TEXT_LENGTH], ["", "  ", "a\nb", 7, "x" * 201]),
        (ItemType.LONG_TEXT, ["hai\ndòng", "x" * 10], ["", "x" * 11, 7]),
        (ItemType.INFORMATION, [], [1, "x", ()]),
    ],
)
def test_the_code_rule_of_each_type(kind: ItemType, valid: list[Answer], invalid: list[Answer]) -> None:
    assert [answer for answer in valid if not accepts(ITEMS[kind], SCALE, answer)] == []
    assert [answer for answer in invalid if accepts(ITEMS[kind], SCALE, answer)] == []


def test_a_long_text_without_a_bound_has_the_usual_one() -> None:
    item = replace(ITEMS[ItemType.LONG_TEXT], max_length=None)
    assert accepts(item, None, "x" * LONG_TEXT_LENGTH)
    assert not accepts(item, None, "x" * (LONG_TEXT_LENGTH + 1))


def test_a_missing_reason_is_accepted_where_the_item_offers_it() -> None:
    item = replace(ITEMS[ItemType.RATING], missing=(Missing.DONT_KNOW,))
    assert accepts(item, SCALE, Missing.DONT_KNOW)
    assert not accepts(item, SCALE, Missing.REFUSED)


@pytest.mark.parametrize("kind", list(ItemType))
def test_the_variables_an_item_makes(kind: ItemType) -> None:
    made = variables(ITEMS[kind], SCALE)
    if kind is ItemType.MULTIPLE_CHOICE:
        assert made == ("q__1", "q__2", "q__5")
    else:
        assert made == (() if kind is ItemType.INFORMATION else ("q",))
    assert bool(made) == (ITEM_TYPES[kind].export is not ExportType.NONE)
