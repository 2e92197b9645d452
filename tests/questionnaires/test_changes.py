"""What a change of an instrument does to its answers: known edits, laws over texts, chains of versions."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import loader
from questionnaires.canonical import from_json, instrument_hash, to_json
from questionnaires.changes import Kind, breaks, changes, incomparable, same_words, worst
from questionnaires.model import Rewording
from questionnaires.wording import source_texts
from tests.questionnaires.versions import ALL, EDITS, FIRST, Edit, items, label, section, without

if TYPE_CHECKING:
    from collections.abc import Iterable

    from questionnaires.changes import Change
    from questionnaires.model import Instrument

GRAVITY = list(Kind)
KIOSK = loader.shipped("kiosk_core")


def broken(found: Iterable[Change]) -> set[str]:
    return {name for change in found if change.kind is Kind.BREAKING for name in change.items}


def manner(wording: str) -> Instrument:
    return items(FIRST, "manner", wording=wording)


def declaring(instrument: Instrument, text: str, was: str | None) -> Instrument:
    return replace(instrument, rewordings=(Rewording(text=text, was=was, reason="Cùng một ý."),))


@pytest.mark.parametrize("edit", EDITS, ids=repr)
def test_each_edit_is_known_by_what_it_does(edit: Edit) -> None:
    found = changes(FIRST, edit.make(FIRST))
    assert worst(found) is edit.kind
    [told] = [change for change in found if (change.part, change.kind) == (edit.part, edit.kind)]
    assert {name for change in found if change.kind is edit.kind for name in change.items} == set(
        edit.touched
    )
    assert told.before != told.after
    assert edit.part in str(told)


@given(st.lists(st.sampled_from(EDITS), max_size=6, unique=True))
def test_several_edits_are_as_grave_as_the_gravest_and_both_ways_alike(edits: list[Edit]) -> None:
    made = FIRST
    for edit in edits:
        made = edit.make(made)
    found, back = changes(FIRST, made), changes(made, FIRST)
    assert (found == ()) == (instrument_hash(made) == instrument_hash(FIRST))
    assert worst(found) is worst(back)
    assert broken(found) == broken(back) == incomparable([FIRST, made]) == broken(breaks([FIRST], made))
    kinds = [GRAVITY.index(change.kind) for change in found]
    assert kinds == sorted(kinds, reverse=True)


@given(
    st.lists(st.sampled_from(EDITS), min_size=1, max_size=4, unique=True), st.randoms(use_true_random=False)
)
def test_the_order_of_versions_changes_nothing(edits: list[Edit], rng: Any) -> None:
    made = [FIRST]
    for edit in edits:
        made.append(edit.make(made[-1]))
    shuffled = list(made)
    rng.shuffle(shuffled)
    assert incomparable(shuffled) == incomparable(made)


def leaves(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in leaves(value, (*path, key))]
    if isinstance(node, list):
        return [leaf for place, value in enumerate(node) for leaf in leaves(value, (*path, place))]
    return [path]


def with_more(more: str) -> list[tuple[tuple[Any, ...], Instrument]]:
    """The kiosk's instrument with something more at the end of each text in turn."""
    data = json.loads(to_json(KIOSK))
    made = []
    for path in leaves(data):
        if path[-1] in {"title", "wording", "hint"} or {"missing_wording", "texts"} & set(path):
            changed = copy.deepcopy(data)
            node = changed
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] += more
            made.append((path, from_json(json.dumps(changed))))
    assert len(made) == 2 * len(list(source_texts(KIOSK)))
    return made


def test_a_full_stop_is_cosmetic_at_every_text() -> None:
    assert {worst(changes(KIOSK, made)) for _, made in with_more(" .")} == {Kind.COSMETIC}


def test_a_word_more_breaks_in_the_source_language_and_nowhere_else() -> None:
    for path, made in with_more(" nữa"):
        apart = path == ("title",) or path[0] == "constructs"
        expected = Kind.COMPARABLE if apart or path[0] == "wordings" else Kind.BREAKING
        if path[0] == "constructs" or ("wordings" in path and path[-1].startswith("construct.")):
            expected = Kind.COSMETIC
        assert worst(changes(KIOSK, made)) is expected, path


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hoà giải, hòa giải.", "hòa giải hoà giải", True),
        ("“Có”, cán bộ", "có cán bộ", True),
        ("Thủy", "Thuỷ", True),
        ("Không", "KHÔNG", False),
        ("1,5 giờ", "1.5 giờ", False),
        ("15 giờ", "1,5 giờ", False),
        ("từ 5 - 10 lần", "từ 5 10 lần", False),
        ("má", "mà", False),
        ("ma", "mã", False),
        ("hay không hài lòng", "không hay hài lòng", False),
        ("", "?", True),
    ],
)
def test_the_same_words_are_the_same_syllables_in_order(one: str, other: str, *, same: bool) -> None:
    assert same_words(one, other) is same


LATER = "Hài lòng hay không hài lòng với cán bộ?"
LAST = "Quý vị hài lòng hay không hài lòng với cán bộ?"


def test_a_declared_rewording_is_comparable_whichever_version_declares_it() -> None:
    earlier = FIRST.item("manner").wording
    for one, other in (
        (FIRST, declaring(manner(LATER), "item.manner", earlier.lower())),
        (declaring(FIRST, "item.manner", LATER), manner(LATER)),
    ):
        [told] = [change for change in changes(one, other) if change.part == "wording"]
        assert told.kind is Kind.COMPARABLE
        assert incomparable([one, other]) == frozenset()


@pytest.mark.parametrize(
    ("made", "text", "was"),
    [
        (label(FIRST, 3, "Khá hài lòng"), "scale.satisfaction.3", "Hài lòng"),
        (items(FIRST, "manner", hint="Kể cả lúc chờ."), "item.manner.hint", None),
        (section(FIRST, 0, wording=None), "section.errand.wording", "Mời quý vị nghĩ về lần này."),
        (section(FIRST, 1, title="Cơ quan"), "section.service.title", "Phục vụ"),
    ],
)
def test_every_text_that_stands_with_an_item_can_be_declared(
    made: Instrument, text: str, was: str | None
) -> None:
    assert worst(changes(FIRST, made)) is Kind.BREAKING
    assert worst(changes(FIRST, declaring(made, text, was))) is Kind.COMPARABLE


@pytest.mark.parametrize(
    ("text", "was"), [("item.manner", "Khác"), ("item.speed", None), ("item.manner", None)]
)
def test_a_rewording_of_something_else_declares_nothing(text: str, was: str | None) -> None:
    assert worst(changes(FIRST, declaring(manner(LATER), text, was))) is Kind.BREAKING


def test_no_rewording_excuses_another_coding() -> None:
    made = items(manner(LATER), "manner", missing=())
    found = changes(FIRST, declaring(made, "item.manner", FIRST.item("manner").wording))
    assert [change.part for change in found if change.kind is Kind.BREAKING] == ["reasons"]


def test_versions_are_joined_by_a_chain_of_rewordings() -> None:
    second = declaring(manner(LATER), "item.manner", FIRST.item("manner").wording)
    third = declaring(manner(LAST), "item.manner", LATER)
    assert worst(changes(FIRST, third)) is Kind.BREAKING
    assert incomparable([FIRST, third]) == {"manner"}
    assert incomparable([FIRST, second, third]) == incomparable([third, FIRST, second]) == frozenset()
    assert breaks([FIRST, second], third) == ()


def test_going_back_to_an_earlier_version_breaks_nothing_more() -> None:
    second, again = manner(LATER), replace(FIRST, title="Như trước")
    assert broken(breaks([FIRST, second], again)) == set()
    assert incomparable([FIRST, second, again]) == {"manner"}


def test_a_break_is_told_against_the_version_offered_last() -> None:
    [told] = breaks([FIRST, manner(LATER)], manner("Thái độ thế nào?"))
    assert (told.items, told.before) == (("manner",), LATER)


def test_an_item_that_returns_is_compared_with_what_it_was() -> None:
    gone = without(FIRST, "manner")
    assert incomparable([FIRST, gone, FIRST]) == frozenset()
    assert incomparable([FIRST, gone, manner(LATER)]) == {"manner"}
    assert broken(breaks([FIRST, gone], manner(LATER))) == {"manner"}
    assert breaks([gone], FIRST) == ()


def test_the_items_of_a_change_stand_in_their_order() -> None:
    made = section(section(FIRST, 0, title="Khác"), 1, title="Khác nữa")
    assert [change.items for change in changes(FIRST, made)] == [
        ALL[:3],
        ("why",),
        ("manner", "speed"),
        ("note",),
    ]
