from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires.loader import load
from questionnaires.model import Answered, Comparison, Instrument, Junction, Missing
from questionnaires.routing import applies, holds, route

if TYPE_CHECKING:
    from questionnaires.item_types import Answer

FEATURES = Path(__file__).parents[1] / "definitions" / "features"


def _compare(operator: str, value: int | tuple[int, ...]) -> Comparison:
    return Comparison(operator=operator, item="q", value=value)  # type: ignore[arg-type]  # a parameter


@pytest.mark.parametrize(
    ("operator", "value", "true_for", "false_for"),
    [
        ("eq", 3, [3], [2, 4]),
        ("ne", 3, [2, 4], [3]),
        ("lt", 3, [1, 2], [3, 4]),
        ("le", 3, [2, 3], [4]),
        ("gt", 3, [4], [2, 3]),
        ("ge", 3, [3, 4], [2]),
        ("in", (1, 3), [1, 3], [2]),
        ("includes", 3, [(1, 3), (3,)], [(1,), ()]),
    ],
)
def test_each_operator_by_its_truth_table(
    operator: str, value: int | tuple[int, ...], true_for: list[Answer], false_for: list[Answer]
) -> None:
    condition = _compare(operator, value)
    assert [holds(condition, {"q": answer}) for answer in true_for] == [True] * len(true_for)
    assert [holds(condition, {"q": answer}) for answer in false_for] == [False] * len(false_for)


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge", "in", "includes"])
@pytest.mark.parametrize("reason", list(Missing))
def test_a_missing_answer_makes_every_comparison_false(operator: str, reason: Missing) -> None:
    condition = _compare(operator, (1, 2) if operator == "in" else 1)
    assert not holds(condition, {"q": reason})
    assert not holds(condition, {})
    assert not holds(Answered(operator="answered", item="q"), {"q": reason})


def test_an_answer_of_any_kind_is_answered() -> None:
    answered = Answered(operator="answered", item="q")
    assert all(holds(answered, {"q": answer}) for answer in (0, 5, "text", (), (1,)))
    assert not holds(answered, {"other": 1})


@given(st.lists(st.booleans(), min_size=1, max_size=5))
def test_junctions_mean_all_any_and_none(truths: list[bool]) -> None:
    parts = tuple(Comparison(operator="eq", item=f"q{place}", value=1) for place in range(len(truths)))
    answers: dict[str, Answer] = {f"q{place}": int(truth) for place, truth in enumerate(truths)}
    assert holds(Junction(operator="all", conditions=parts), answers) == all(truths)
    assert holds(Junction(operator="any", conditions=parts), answers) == any(truths)
    assert holds(Junction(operator="none", conditions=parts), answers) == (not any(truths))


def test_what_depends_on_an_item_off_the_route_is_off_the_route_too() -> None:
    instrument = load(FEATURES / "ask_if_chain.yaml")
    first, second, third = (item.name for item in instrument.items)
    assert route(instrument, {}) == (first,)
    assert route(instrument, {first: 1}) == (first, second)
    assert route(instrument, {first: 1, second: 1}) == (first, second, third)
    assert route(instrument, {first: 0, second: 1, third: "text"}) == (first,)
    assert applies(instrument.item(third), {second: 1})


def _tree() -> Instrument:
    return load(FEATURES / "ask_if_tree.yaml")


@pytest.mark.parametrize(
    ("extra", "visits", "asked"),
    [
        (1, 3, True),
        (1, 2, False),
        (1, Missing.REFUSED, True),
        (0, 3, False),
        (Missing.DONT_KNOW, 3, False),
    ],
)
def test_a_tree_of_conditions_by_its_truth_table(extra: Answer, visits: Answer, *, asked: bool) -> None:
    assert ("comment" in route(_tree(), {"extra": extra, "visits": visits})) is asked


_ANSWERS = st.one_of(st.integers(0, 5), st.sampled_from(list(Missing)), st.just((1, 2)), st.just("text"))


@given(st.dictionaries(st.sampled_from(["extra", "refused_papers", "comment", "unknown"]), _ANSWERS))
def test_answers_off_the_route_never_change_the_route(answers: dict[str, Answer]) -> None:
    instrument = load(FEATURES / "ask_if_chain.yaml")
    names = route(instrument, answers)
    assert names == route(instrument, {name: answers[name] for name in names if name in answers})
    assert list(names) == [item.name for item in instrument.items if item.name in names]
