from __future__ import annotations

from questionnaires.conditions import condition_text, items_of
from questionnaires.model import Answered, Comparison, Junction

ASKED = Junction(
    operator="all",
    conditions=(
        Comparison(operator="in", item="a", value=(1, 2)),
        Junction(
            operator="any",
            conditions=(
                Answered(operator="answered", item="b"),
                Comparison(operator="includes", item="c", value=3),
            ),
        ),
        Junction(operator="none", conditions=(Comparison(operator="eq", item="d", value=1),)),
    ),
)


def test_a_condition_is_said_in_words_of_the_data() -> None:
    assert condition_text(ASKED) == "a in 1, 2 and (b answered or c includes 3) and not (d = 1)"


def test_the_items_of_a_condition_are_those_at_which_it_looks() -> None:
    assert items_of(ASKED) == {"a", "b", "c", "d"}
