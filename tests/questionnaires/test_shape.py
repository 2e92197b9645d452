from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from questionnaires import loader, model
from questionnaires.shape import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _found(file: Path) -> list[tuple[int, str]]:
    return [(int(finding.where.rpartition(":")[2]), finding.code) for finding in loader.check(file)]


def test_faults_of_shape_and_of_meaning_are_reported_together(sample: Callable[..., Path]) -> None:
    file = sample(
        ("title: Đánh giá một vai trò", "titel: Đánh giá"),
        ("{code: 2, wording: Không hài lòng}", "{code: two, wording: Không hài lòng}"),
        ("satisfied: [4, 5]", "satisfied: [4, 5]\n    missing_codes: [{code: 5, reason: refused}]"),
        ("name: manner", "name: place"),
        ("missing: [dont_know, refused]", "missing: [dont_know, refused]\n        low: 3"),
    )
    assert [code for _, code in _found(file)] == [
        "MISSING_KEY",
        "UNKNOWN_KEY",
        "WRONG_TYPE",
        "MISSING_CODE_CLASH",
        "NAME_RESERVED",
        "FIELD_FOREIGN",
    ]
    lines = [line for line, _ in _found(file)]
    text = file.read_text(encoding="utf-8").splitlines()
    assert "titel" in text[lines[1] - 1]
    assert "two" in text[lines[2] - 1]
    assert "name: place" in text[lines[4] - 1]
    assert "low: 3" in text[lines[5] - 1]


def test_what_only_dangles_because_of_another_fault_is_not_reported(sample: Callable[..., Path]) -> None:
    file = sample(("- name: satisfaction5", "- name: [satisfaction5]"))
    assert [code for _, code in _found(file)] == ["WRONG_TYPE"]


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("scale: satisfaction5", "scael: satisfaction5", "Did you mean `scale`?"),
        ("source_language: vi", "source_language: vi\nlanguage: [en]", "Did you mean `languages`?"),
        ("source_language: vi", "source_language: vi\nwordings: []", "Did you mean"),
        ("type: rating", "type: ratings", "did you mean `rating`?"),
        ("type: rating", "type: 12", "allowed are single_choice, rating"),
        ("role: received", "role: recieved", "did you mean `received`?"),
        ("dont_know: Không biết", "dontknow: Không biết", "did you mean `dont_know`?"),
    ],
)
def test_a_misspelling_is_answered_with_the_nearest_spelling(
    sample: Callable[..., Path], old: str, new: str, hint: str
) -> None:
    messages = [finding.message for finding in loader.check(sample((old, new)))]
    assert any(hint in message for message in messages), messages


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: 1,", "code: 1.0,"),
        ("code: 1,", "code: true,"),
        ("code: 1,", 'code: "1",'),
        ("code: 1,", "code: -1,"),
        ("title: Lần làm thủ tục này", "title: 2021"),
        ("title: Lần làm thủ tục này", "title:"),
        ("title: Lần làm thủ tục này", "title: {vi: Lần này}"),
        ("satisfied: [4, 5]", "satisfied: 4"),
        ("missing: [dont_know, refused]", "missing: dont_know"),
        ("missing: [dont_know, refused]", "missing: {}\n        ask_if: yes"),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_fault_and_never_converted(
    sample: Callable[..., Path], old: str, new: str
) -> None:
    codes = [code for _, code in _found(sample((old, new)))]
    assert set(codes) == {"WRONG_TYPE"}
    assert len(codes) == 1 + new.count("ask_if")


@pytest.mark.parametrize("value", ["", " 7", " []", " {a: 1}", "\n  - 3", "\n  - {name: x}"])
def test_sections_of_any_wrong_shape_are_refused(tmp_path: Path, value: str) -> None:
    file = tmp_path / "sample.yaml"
    file.write_text(f"name: x\ntitle: X\nsource_language: en\nsections:{value}\n", encoding="utf-8")
    codes = {finding.code for finding in loader.check(file)}
    assert codes <= {"WRONG_TYPE", "MISSING_KEY", "NO_ITEMS"}
    assert codes


def test_the_parts_that_suggestions_know_are_the_parts_of_the_model() -> None:
    known = {part for parts in PARTS.values() for part in parts}
    parts = {
        part
        for part in vars(model).values()
        if isinstance(part, type) and hasattr(part, "__pydantic_fields__")
    }
    written_otherwise = {model.Wording, model.Answered}
    assert parts - written_otherwise == known
    assert {field.name for field in fields(model.Answered)} <= {
        field.name for field in fields(model.Comparison)
    }
