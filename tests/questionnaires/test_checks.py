from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from questionnaires import loader
from questionnaires.checks.names import FORM_NAMES, RESERVED_NAMES
from questionnaires.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLUMNS = (
    "response instrument mode day language channel procedure place received decides helps consent repeat "
    "interviewer seconds stratum psu ssu weight fpc1 fpc2 flags"
)
RATING = "Quý vị hài lòng hay không hài lòng với cách phục vụ?"


def _codes(file: Path) -> list[str]:
    return [finding.code for finding in loader.check(file)]


def test_the_reserved_names_are_the_columns_of_the_frozen_wave() -> None:
    assert set(COLUMNS.split()) == RESERVED_NAMES


@pytest.mark.parametrize(
    "name", ["Manner", "1st", "man-ner", "man__ner", "manner_", "_manner", "mánner", "man ner", '""']
)
def test_a_name_of_another_form_is_refused(sample: Callable[..., Path], name: str) -> None:
    assert _codes(sample(("name: manner", f"name: {name}"))) == ["NAME_FORM"]


@pytest.mark.parametrize("name", COLUMNS.split())
def test_no_item_may_be_named_like_a_column_of_the_wave(sample: Callable[..., Path], name: str) -> None:
    assert _codes(sample(("name: manner", f"name: {name}"))) == ["NAME_RESERVED"]


@pytest.mark.parametrize("name", sorted(FORM_NAMES))
def test_no_item_may_be_named_like_a_field_of_the_form(sample: Callable[..., Path], name: str) -> None:
    assert _codes(sample(("name: manner", f"name: {name}"))) == ["NAME_OF_FORM"]


def test_agencies_that_differ_in_capitals_only_are_refused(sample: Callable[..., Path]) -> None:
    file = sample(
        (
            "- {name: service, wording: Cách phục vụ, role: received}",
            "- {name: service, wording: A, agency: SNV}\n  - {name: other, wording: B, agency: snv}",
        )
    )
    assert "NAME_CASE" in _codes(file)


@pytest.mark.parametrize(
    ("judges", "fine"),
    [("role: decides", True), ("agency: fire_ems", True), ("role: helps, agency: x", False), ("", False)],
)
def test_a_construct_judges_exactly_one(sample: Callable[..., Path], judges: str, *, fine: bool) -> None:
    found = _codes(sample((", role: received", f", {judges}")))
    assert found == ([] if fine else ["CONSTRUCT_JUDGES"])


@pytest.mark.parametrize(
    ("satisfied", "codes"),
    [
        ("[5]", []),
        ("[5, 4, 3]", []),
        ("[3, 4]", ["SATISFIED_ORDER"]),
        ("[1, 2]", ["SATISFIED_ORDER"]),
        ("[1, 2, 3, 4, 5]", ["SATISFIED_ORDER"]),
        ("[5, 5]", ["SATISFIED_UNKNOWN"]),
        ("[5, 9]", ["SATISFIED_UNKNOWN"]),
        ("[]", ["RATING_NO_SATISFIED"]),
    ],
)
def test_satisfied_codes_are_the_upper_end(
    sample: Callable[..., Path], satisfied: str, codes: list[str]
) -> None:
    assert _codes(sample(("satisfied: [4, 5]", f"satisfied: {satisfied}"))) == codes


@pytest.mark.parametrize("weight", ["-1", ".nan", ".inf", "-.inf"])
def test_a_weight_that_is_no_weight_is_refused(sample: Callable[..., Path], weight: str) -> None:
    recipe = "recipes:\n  - measure: top2\n    rule: fixed_weights\n    item_weights:\n"
    file = sample(("scales:", f"{recipe}      - {{item: manner, weight: {weight}}}\nscales:"))
    assert _codes(file) == ["WEIGHT_INVALID"]


@pytest.mark.parametrize(
    ("language", "origin", "severity"),
    [
        ("vi", "own", Severity.ERROR),
        ("vi", "outside", Severity.ADVICE),
        ("en", "own", Severity.ADVICE),
        ("en", "outside", Severity.ADVICE),
    ],
)
def test_a_policy_is_an_error_only_in_our_own_vietnamese_wording(
    sample: Callable[..., Path], language: str, origin: str, severity: Severity
) -> None:
    file = sample(
        ("source_language: vi", f"source_language: {language}\norigin: {origin}"),
        ("missing: [dont_know, refused]", "missing: [refused]"),
    )
    assert [(f.code, f.severity) for f in loader.check(file)] == [("NO_DONT_KNOW", severity)]


def test_many_breaches_of_a_policy_from_outside_are_one_advice(sample: Callable[..., Path]) -> None:
    fields = "type: rating, scale: satisfaction5, missing: [refused]"
    second = f"      - {{name: other, wording: {RATING}, {fields}}}"
    file = sample(
        ("source_language: vi", "source_language: vi\norigin: outside"),
        ("missing: [dont_know, refused]", "missing: [refused]"),
        ("    items:\n", f"    items:\n{second}\n"),
    )
    findings = loader.check(file)
    assert [finding.code for finding in findings] == ["NO_DONT_KNOW"]
    assert "1 other places" in findings[0].message


FOLLOW_UP = """
      - name: reason
        type: short_text
        wording: Theo quý vị, nên cải thiện điều gì trước?
        ask_if: {condition}
"""


@pytest.mark.parametrize(
    ("condition", "equal"),
    [
        ("{operator: le, item: manner, value: 2}", False),
        ("{operator: in, item: manner, value: [1, 2]}", False),
        ("{operator: ge, item: manner, value: 4}", False),
        ("{operator: ne, item: manner, value: 3}", False),
        ("{operator: none, conditions: [{operator: gt, item: manner, value: 2}]}", False),
        ("{operator: ge, item: manner, value: 1}", True),
        ("{operator: in, item: manner, value: [1, 2, 3, 4, 5]}", True),
        ("{operator: answered, item: manner}", True),
    ],
)
def test_every_rating_costs_the_same_effort(
    sample: Callable[..., Path], condition: str, *, equal: bool
) -> None:
    last = "        missing: [dont_know, refused]\n"
    file = sample((last, last + FOLLOW_UP.lstrip("\n").format(condition=condition)))
    assert _codes(file) == ([] if equal else ["UNEQUAL_EFFORT"])


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("Có bị đòi thêm giấy tờ không?", "PASSIVE"),
        ("Giải thích có tận tình không?", "LOADED"),
        ("Thủ tục đơn giản, phải không?", "TAG_QUESTION"),
        ("Thủ tục đơn giản nhỉ?", "TAG_QUESTION"),
        ("Cán bộ có lịch sự và đúng giờ không?", "TWO_IDEAS"),
        ("Không phải chờ vì không đông?", "TWO_NEGATIVES"),
        ("Có luôn đúng hẹn không?", "ABSOLUTE"),
        ("Gần đây có đến phường không?", "VAGUE_TIME"),
        ("Hài lòng đến mức nào?", "ONE_POLE"),
        ("Quý vị làm TTHC nào?", "ABBREVIATION"),
        ("Công tác tiếp nhận dễ hay khó?", "OFFICIALESE"),
        ("Quý vị hoặc bạn hài lòng hay không hài lòng?", "ADDRESS_MIX"),
        ("Ông/Bà hài lòng hay không hài lòng?", "SLASH_BRACKET"),
        ("Quý vị (người dân) hài lòng hay không hài lòng?", "SLASH_BRACKET"),
        ("Quý vị có hoà thuận không?", "TONE_PLACE"),
        ("Quý vị có thuỷ tinh không?", "TONE_PLACE"),
        ("Lí do của quý vị là gì?", "TONE_PLACE"),
        ("Họ tên của quý vị là gì?", "IDENTITY"),
        ("Quý vị ở quận nào?", "IDENTITY"),
    ],
)
def test_wording_that_steers_or_obscures_is_advised_against(
    sample: Callable[..., Path], wording: str, code: str
) -> None:
    findings = loader.check(sample((RATING, f'"{wording}"')))
    assert code in {finding.code for finding in findings}
    assert {finding.severity for finding in findings} == {Severity.ADVICE}
    assert loader.load(sample((RATING, f'"{wording}"'))).items[0].wording == wording


@pytest.mark.parametrize(
    "wording",
    [
        "Cán bộ có yêu cầu thêm giấy tờ không?",
        "Giải thích dễ hiểu hay khó hiểu?",
        "Thủ tục này dễ hay khó?",
        "Cán bộ có lịch sự không?",
        "Quý vị chờ bao lâu?",
        "Trong 12 tháng qua, quý vị đến mấy lần?",
        "Hài lòng hay không hài lòng?",
        "Quý vị không phải chờ hay phải chờ?",
        "Tìm quầy dễ hay khó?",
        "Nhóm tuổi nào?",
        "Thiết bị có tốt không?",
        "Cán bộ có chuẩn bị không?",
        "Lần này, phường Yên Hòa hẹn ngày 30/09/2026?",
        "Quý vị nộp hồ sơ trong quý II hay quý III?",
        "Tỷ lệ, kỹ năng, lý do, thủy lợi, hòa giải, quý giá?",
    ],
)
def test_good_wording_is_left_alone(sample: Callable[..., Path], wording: str) -> None:
    assert _codes(sample((RATING, f'"{wording}"'))) == []


def test_a_long_sentence_is_counted_between_its_stops(sample: Callable[..., Path]) -> None:
    fine = " ".join(["dễ"] * 22)
    assert _codes(sample((RATING, f'"{fine}. {fine}?"'))) == []
    assert _codes(sample((RATING, f'"{fine} dễ?"'))) == ["LONG_SENTENCE"]


@pytest.mark.parametrize(
    ("bands", "fine"),
    [
        (("18–24", "25–34", "35 tuổi trở lên"), True),
        (("Từ 18 đến 24 tuổi", "Từ 25 đến 34 tuổi", "Từ 35 tuổi trở lên"), True),
        (("1 lần", "2 lần", "3 lần trở lên"), True),
        (("35–50", "50–60", "61 tuổi trở lên"), False),
        (("18–24", "26–34", "35 tuổi trở lên"), False),
        (("18–24", "25–34", "36 tuổi trở lên"), False),
        (("24–18", "25–34", "35 tuổi trở lên"), False),
    ],
)
def test_bands_meet_without_overlap_or_gap(
    sample: Callable[..., Path], bands: tuple[str, ...], *, fine: bool
) -> None:
    categories = "\n".join(f"      - {{code: {code}, wording: {band}}}" for code, band in enumerate(bands))
    missing = "missing: [dont_know, refused]"
    item = f"      - {{name: age, type: single_choice, wording: Nhóm tuổi nào?, scale: ages, {missing}}}"
    file = sample(
        ("scales:\n", f"scales:\n  - name: ages\n    categories:\n{categories}\n"),
        ("    items:\n", f"    items:\n{item}\n"),
    )
    assert set(_codes(file)) == (set() if fine else {"BANDS"})


def test_findings_come_in_the_order_of_the_lines(sample: Callable[..., Path]) -> None:
    file = sample(
        ("title: Lần làm thủ tục này", 'title: " "'),
        ("name: manner", "name: place"),
        ("title: Đánh giá một vai trò", 'title: ""'),
    )
    lines = [int(finding.where.rpartition(":")[2]) for finding in loader.check(file)]
    assert lines == sorted(lines)
    assert len(lines) >= 3
