from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.i18n import keep_together, language, round_half_up, sort_key

VI, EN = language("vi"), language("en")
NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (72.45, 1, "72.5"),
        (72.449999, 1, "72.4"),
        (0.05, 1, "0.1"),
        (2.5, 0, "3"),
        (3.5, 0, "4"),
        (-2.5, 0, "-3"),
        (-0.04, 1, "0.0"),
        (1.005, 2, "1.01"),
        (100.0, 1, "100.0"),
        (1e-9, 1, "0.0"),
    ],
)
def test_halves_go_up_on_the_digits_that_are_printed(value: float, decimals: int, expected: str) -> None:
    assert str(round_half_up(value, decimals)) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_printed(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        round_half_up(value, 1)


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_rounding_stays_within_half_a_unit(value: float) -> None:
    assert abs(round_half_up(value, 1) - Decimal(repr(value))) <= Decimal("0.05")


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert VI.number(1234.45) == "1.234,5"
    assert EN.number(1234.45) == "1,234.5"
    assert VI.number(-3.2) == "\N{MINUS SIGN}3,2"
    assert VI.percent(72.4) == "72,4%"
    assert EN.percent(72.4) == "72.4%"
    assert VI.percent(80, 0) == "80%"
    assert VI.interval(67.1, 77.05) == "67,1\N{EN DASH}77,1"
    assert VI.integer(1930) == "1.930"
    assert EN.integer(1930) == "1,930"


def test_dates_are_written_as_official_papers_write_them() -> None:
    assert VI.date(date(2026, 1, 5)) == "05/01/2026"
    assert EN.date(date(2026, 1, 5)) == "5 January 2026"


def test_names_stand_in_the_order_of_the_vietnamese_alphabet() -> None:
    ordered = [
        "311",
        "An Khánh",
        "Ăn Thọ",
        "Âu Cơ",
        "Ba Đình",
        "Cửa Nam",
        "Dương Nội",
        "Đa Phúc",
        "Đống Đa",
        "Hoa Lư",
        "Hòa An",
        "Hòa Xá",
        "Hỏa Lò",
        "Hoàn Kiếm",
        "Hoàng Mai",
        "Ô Chợ Dừa",
        "Ơn Sơn",
        "Ứng Hòa",
        "Xuân Mai",
        "Yên Hòa",
        "Yên Sở",
    ]
    assert sorted(ordered, key=sort_key) == ordered


def test_numbers_count_as_numbers_and_come_before_letters() -> None:
    assert sort_key("Phường 2") < sort_key("Phường 10") < sort_key("Phường An")


def test_tones_stand_in_their_order_after_the_letters() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ", "man", "màn", "mă", "mâ", "me"]
    assert sorted(tones, key=sort_key) == tones


def test_one_letter_after_another() -> None:
    letters = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
    assert sorted(letters, key=sort_key) == letters


def test_a_syllable_is_weighed_before_the_next_one_begins() -> None:
    assert sort_key("Hoa Lư") < sort_key("Hòa An") < sort_key("Hỏa Lò")
    assert sort_key("Hoa") < sort_key("Hoa An")


def test_order_knows_neither_case_nor_punctuation_nor_form() -> None:
    assert (
        sort_key("văn miếu - quốc tử giám").split("  ")[0] == sort_key("VĂN MIẾU QUỐC TỬ GIÁM").split("  ")[0]
    )
    assert sort_key(unicodedata.normalize("NFD", "Đống Đa")) == sort_key("Đống Đa")


@given(st.lists(st.text(), min_size=2, max_size=6))
def test_every_two_names_have_an_order(names: list[str]) -> None:
    composed = [unicodedata.normalize("NFC", name) for name in names]
    for one, other in pairwise(composed):
        assert (sort_key(one) == sort_key(other)) == (one == other)


def test_a_line_cannot_end_where_the_answer_would_turn_round() -> None:
    assert keep_together("Rất không hài lòng") == f"Rất không{NBSP}hài{NBSP}lòng"
    assert keep_together("Không biết") == f"Không{NBSP}biết"
    assert keep_together("không, biết") == "không, biết"
    assert keep_together("trong 90 giây") == f"trong 90{NBSP}giây"
    assert keep_together("theo Điều 9") == f"theo Điều{NBSP}9"
    assert keep_together("ông Hòa") == f"ông{NBSP}Hòa"
    assert keep_together("gọi 024 0000 0000") == f"gọi 024{NBSP}0000{NBSP}0000"
    assert keep_together("từ 1 đến 2") == f"từ 1{NBSP}đến 2"


def test_only_vietnamese_is_kept_together() -> None:
    assert EN.keep_together("90 seconds, không biết") == "90 seconds, không biết"


def test_messages_are_translated_with_their_placeholders() -> None:
    assert EN.gettext("%(low)s to %(high)s 95%%", low="1", high="2%") == "1 to 2% 95%"
    assert VI.gettext("Standard %(standard)s", standard="80%") == "Mức chuẩn 80%"
    assert EN.ngettext("%(number)s agency", "%(number)s agencies", 1) == "1 agency"
    assert EN.ngettext("%(number)s agency", "%(number)s agencies", 1200) == "1,200 agencies"
    assert VI.ngettext("%(number)s agency", "%(number)s agencies", 1) == f"1{NBSP}cơ quan"


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"\(vi, en\), got 'fr'"):
        language("fr")
