"""The form builder: a field for every item type, what each takes, and what it says to what it does not."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from questionnaires import loader
from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import Item, ItemType, Missing
from survey.i18n import language
from survey.web.interview.fields import FIELDS, ItemField, ItemForm
from survey.web.interview.flow import pages_of, shown
from survey.web.interview.meaning import VALUES
from tests.contracts.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from questionnaires.item_types import Answer
    from questionnaires.model import Instrument

FEATURES = ROOT / "tests" / "definitions" / "features"
SHIPPED = loader.shipped("service_responsibility")
BOTH = ItemType.SHORT_TEXT, ItemType.LONG_TEXT


def of_type(kind: ItemType) -> tuple[Instrument, Item]:
    """An instrument with an item of the type, and the item."""
    for file in sorted(FEATURES.glob("*.yaml")):
        instrument = loader.load(file)
        for item in instrument.items:
            if item.type is kind:
                return instrument, item
    raise KeyError(kind)


def field_of(instrument: Instrument, item: Item, *typed: str) -> ItemField:
    form = ItemForm(instrument, [item], language("vi"))
    form.take({item.name: typed})
    form.validate()
    return form.items()[0]


def answer(kind: ItemType, *typed: str) -> Answer | str:
    """The answer, or the words of the fault."""
    field = field_of(*of_type(kind), *typed)
    return str(field.errors[0]) if field.errors else field.data


def test_registry_and_fields_are_both_complete() -> None:
    assert set(FIELDS) == set(ITEM_TYPES) == set(ItemType) == {*VALUES, ItemType.INFORMATION}
    template = (ROOT / "survey/web/templates/interview/item.html").read_text(encoding="utf-8")
    for field in FIELDS.values():
        assert f'"{field.control}"' in template or field.control == "line"


@pytest.mark.parametrize("kind", [ItemType.SINGLE_CHOICE, ItemType.RATING])
def test_a_choice_takes_each_code_each_reason_and_nothing_else(kind: ItemType) -> None:
    instrument, item = of_type(kind)
    scale = instrument.scale_of(item)
    for code in scale.codes:
        assert answer(kind, str(code)) == code
    for reason in item.missing:
        assert answer(kind, reason.value) is reason
    for typed in ("99", "-1", "1.0", "٣", "x", "off_route", "not_reached", "1 ", "9" * 500):
        assert answer(kind, typed) == "Mời chọn một trong các câu trả lời ở đây.", typed
    assert answer(kind, "1", "2") == "Mời chọn một trong các câu trả lời ở đây."
    assert isinstance(answer(kind, "1", "refused"), str)


def test_nothing_chosen_asks_once_and_names_the_way_out() -> None:
    assert answer(ItemType.RATING) == (
        "Chưa có câu trả lời. Mời trả lời, hoặc chọn “Không\N{NO-BREAK SPACE}muốn trả lời”."
    )


def test_an_item_that_offers_no_refusal_may_be_left() -> None:
    for kind in BOTH:
        instrument, item = of_type(kind)
        assert Missing.REFUSED not in item.missing
        assert field_of(instrument, item, "").data is Missing.BLANK


def test_several_choices_come_in_the_order_of_the_scale() -> None:
    instrument, item = of_type(ItemType.MULTIPLE_CHOICE)
    codes = instrument.scale_of(item).codes
    assert answer(ItemType.MULTIPLE_CHOICE, str(codes[1]), str(codes[0])) == codes[:2]
    assert isinstance(answer(ItemType.MULTIPLE_CHOICE, str(codes[0]), str(codes[0])), str)
    assert isinstance(answer(ItemType.MULTIPLE_CHOICE, str(codes[0]), "777"), str)


def test_a_number_is_whole_and_within_its_bounds() -> None:
    _, item = of_type(ItemType.NUMBER)
    assert item.low is not None
    assert item.high is not None
    assert answer(ItemType.NUMBER, f" {item.low} ") == item.low
    assert answer(ItemType.NUMBER, str(item.high)) == item.high
    words = f"Mời nhập một số từ {language('vi').integer(item.low)} đến {language('vi').integer(item.high)}."
    for typed in (str(item.high + 1), "1,5", "1.5", "một", "1e3", "9" * 300):
        assert str(answer(ItemType.NUMBER, typed)).replace("\N{NO-BREAK SPACE}", " ") == words, typed
    assert answer(ItemType.NUMBER, "", "refused") is Missing.REFUSED
    assert isinstance(answer(ItemType.NUMBER, "3", "refused"), str)


def test_text_is_kept_as_it_was_meant() -> None:
    assert answer(ItemType.LONG_TEXT, "  a\r\nb\rc\0 ") == "a\nb\nc"
    assert answer(ItemType.LONG_TEXT, "Hoa\u0300") == "Hoà"
    rtl = "שלום \u202eabc\u202c 👩‍👩‍👧 Ẵ\u0323\u0301"
    assert field_of(*of_type(ItemType.LONG_TEXT), rtl).data == unicodedata.normalize("NFC", rtl)
    assert answer(ItemType.SHORT_TEXT, "một\nhai") == "một hai"


def test_too_long_a_text_is_refused_with_its_length_and_given_back() -> None:
    instrument, item = of_type(ItemType.LONG_TEXT)
    typed = "ă" * 200_000
    field = field_of(instrument, item, typed)
    assert "200.000 ký tự" in str(field.errors[0]).replace("\N{NO-BREAK SPACE}", " ")
    assert field.written == typed


def test_items_are_read_in_the_language_of_the_page_else_in_their_own() -> None:
    item = SHIPPED.item("overall")
    english = ItemForm(SHIPPED, [item], language("en")).items()[0]
    assert english.label.text.startswith("Overall")
    assert english.options[0].label == "Very dissatisfied"
    only_vietnamese = loader.load(FEATURES / "rating.yaml")
    assert only_vietnamese.languages == ("vi",)
    field = ItemForm(only_vietnamese, only_vietnamese.items, language("en")).items()[0]
    assert field.label.text.replace("\N{NO-BREAK SPACE}", " ") == only_vietnamese.items[0].wording


def test_ids_are_unique_and_an_error_links_to_the_first_control() -> None:
    form = ItemForm(SHIPPED, SHIPPED.items, language("vi"))
    ids = [option.id for field in form.items() for option in (*field.options, *field.reasons)]
    assert len(ids) == len(set(ids))
    for field in form.items():
        if field.options:
            assert field.options[0].id == field.anchor


@pytest.mark.parametrize("file", sorted(FEATURES.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_page_never_asks_what_its_own_answers_decide(file: Path) -> None:
    instrument = loader.load(file)
    pages = pages_of(instrument)
    assert [item for page in pages for item in page.items] == list(instrument.items)
    for page in pages:
        names = {item.name for item in page.items}
        for item in page.items:
            assert not names & set(str(item.ask_if).split("'")), item.name


def test_a_page_shows_what_applies() -> None:
    second = pages_of(SHIPPED)[1]
    assert next(item.name for item in shown(SHIPPED, second, {"outcome": 3})) == "times_returned"
    assert next(item.name for item in shown(SHIPPED, second, {"outcome": 1})) == "delivered"
