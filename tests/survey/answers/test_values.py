"""What a person answered becomes every variable of the instrument, once, or is refused with every reason."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questionnaires import loader
from questionnaires.item_types import variables
from questionnaires.model import Instrument, Missing
from survey.answers.sealing import seal, size_of, unseal
from survey.answers.values import check, clean_text, of_answers
from survey.refusal import Refusal

DEFINITION = """
name: every_type
title: Mọi loại câu hỏi
source_language: vi
missing_wording: {dont_know: Không biết, refused: Không trả lời}
scales:
  - name: yes_no
    categories: [{code: 1, wording: Có}, {code: 0, wording: Không}]
sections:
  - name: first
    title: Một
    items:
      - {name: came_back, type: single_choice, wording: Có quay lại?, scale: yes_no,
         missing: [dont_know, refused]}
      - {name: times, type: number, wording: Mấy lần?, low: 1, high: 9, missing: [dont_know, refused],
         ask_if: {operator: eq, item: came_back, value: 1}}
      - {name: ways, type: multiple_choice, wording: Cách nào?, scale: yes_no, missing: [dont_know, refused]}
      - {name: name_it, type: short_text, wording: Gọi là gì?}
      - {name: comment, type: long_text, wording: Ý kiến?, max_length: 50}
      - {name: thanks, type: information, wording: Cảm ơn.}
"""


@pytest.fixture(scope="module")
def every_type(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("definition") / "every_type.yaml"
    path.write_text(DEFINITION, encoding="utf-8")
    return loader.load(path)


def test_each_type_makes_its_variables(every_type: Instrument) -> None:
    made = of_answers(
        every_type, {"came_back": 1, "times": 3, "ways": (0,), "name_it": "một cửa", "comment": "tốt\r\nlắm"}
    )
    assert made.values == {"came_back": 1, "times": 3, "ways__1": 0, "ways__0": 1}
    assert made.comments == {"name_it": "một cửa", "comment": "tốt\nlắm"}
    assert check(every_type, made.values, made.comments) == []


def test_reasons_follow_from_the_route_and_from_what_was_shown(every_type: Instrument) -> None:
    answers = {"came_back": 0, "times": 3, "ways": Missing.REFUSED}
    made = of_answers(every_type, answers, reached={"came_back", "times", "ways", "name_it"})
    assert made.values == {
        "came_back": 0,
        "times": Missing.OFF_ROUTE,  # answered before the person went back and changed their mind
        "ways__1": Missing.REFUSED,
        "ways__0": Missing.REFUSED,
        "name_it": Missing.BLANK,
        "comment": Missing.NOT_REACHED,
    }
    assert check(every_type, made.values, made.comments) == []


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"came_back": 7}, "came_back"),
        ({"came_back": True}, "came_back"),
        ({"came_back": "1"}, "came_back"),
        ({"came_back": Missing.NOT_APPLICABLE}, "came_back"),
        ({"came_back": 1, "times": 10}, "times"),
        ({"ways": (1, 1)}, "ways"),
        ({"ways": (5,)}, "ways"),
        ({"name_it": "hai\ndòng"}, "name_it"),
        ({"comment": "a" * 51}, "comment"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_an_answer_that_the_item_does_not_take_is_refused(
    every_type: Instrument, answers: dict[str, object], wrong: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        of_answers(every_type, answers)  # type: ignore[arg-type] - anything may come
    assert [fault.where for fault in refusal.value.faults] == [wrong]


def test_a_refusal_does_not_repeat_what_a_person_wrote(every_type: Instrument) -> None:
    with pytest.raises(Refusal) as refusal:
        of_answers(every_type, {"comment": "bí mật " * 20})
    assert "bí mật" not in str(refusal.value)


@pytest.mark.parametrize(
    ("values", "comments", "code"),
    [
        ({"times": 3}, {}, "WRONG_ROUTE"),
        ({"came_back": Missing.OFF_ROUTE}, {}, "WRONG_ROUTE"),
        ({"ways__1": Missing.REFUSED}, {}, "MISSING_VARIABLE"),
        ({"ways__1": 3}, {}, "MISSING_VARIABLE"),
        ({"came_back": 0.5}, {}, "MISSING_VARIABLE"),
        ({}, {"comment": "both"}, "MISSING_VARIABLE"),
        ({}, {"came_back": "text"}, "UNKNOWN_VARIABLE"),
        ({"thanks": 1}, {}, "UNKNOWN_VARIABLE"),
    ],
)
def test_variables_that_contradict_one_another_are_found(
    every_type: Instrument, values: dict[str, object], comments: dict[str, str], code: str
) -> None:
    good = of_answers(every_type, {"came_back": 0, "ways": (1,)})
    found = check(every_type, {**good.values, **values}, {**good.comments, **comments})  # type: ignore[dict-item] - as above
    assert code in {fault.code for fault in found}


@given(st.text(max_size=300))
def test_a_clean_text_is_nfc_without_control_characters_and_stays_so(text: str) -> None:
    clean = clean_text(text)
    assert clean == clean_text(clean) == unicodedata.normalize("NFC", clean)
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in clean)
    clean.encode("utf-8")


def test_emoji_marks_and_right_to_left_survive_cleaning() -> None:
    family, hebrew = "\U0001f468\u200d\U0001f469\u200d\U0001f467 tốt", "\u05e9\u05dc\u05d5\u05dd\u200f tốt"
    for text in (family, hebrew, "e\u0302\u0301"):
        assert clean_text(text) == unicodedata.normalize("NFC", text)
    assert clean_text("a\0b\x07c\ud800d\r\ne\rf") == "abcd\ne\nf"


@pytest.mark.parametrize("name", ["kiosk_core", "service_responsibility", "kcmo_2021"])
def test_the_longest_response_fits(name: str) -> None:
    """Every field and every text at its longest, in characters that take four bytes."""
    instrument = loader.shipped(name)
    names = [
        one
        for item in instrument.items
        for one in variables(item, instrument.scale_of(item) if item.scale is not None else None)
    ]
    texts = [item.name for item in instrument.items if item.type.endswith("_text")]
    content = {
        "values": {one: Missing.NOT_APPLICABLE for one in names if one not in texts},
        "comments": {
            item.name: "😀" * (item.max_length or 2000) for item in instrument.items if item.name in texts
        },
        **dict.fromkeys(("received", "decides", "helps", "procedure", "channel", "interviewer"), "😀" * 40),
        **dict.fromkeys(("instrument", "consent", "receipt"), "f" * 64),
        "wave": "w" * 40,
        "place": "p" * 8,
        "mode": "interviewer",
        "language": "vi-VN",
        "repeat": False,
        "wants_receipt": False,
        "seconds": 10**9,
    }
    key, size = bytes(32), size_of(instrument)
    assert unseal(key, seal(key, content, size=size, bound_to=b"here"), bound_to=b"here") == content
    with pytest.raises(Refusal):
        unseal(key, seal(key, content, size=size, bound_to=b"here"), bound_to=b"there")
