from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires import loader
from questionnaires.document import MAX_DEPTH, read
from questionnaires.finding_codes import CODES


def _written(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "file.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def test_scalars_follow_yaml_1_2_and_dates_stay_text(tmp_path: Path) -> None:
    text = 'a: [1, 2.5, no, NO, on, 2021-01-01, 0x10, ~, "3", true, .inf, "=", <<]\n1: z\n'
    document = read(_written(tmp_path, text))
    assert document.faults == []
    assert document.data == {
        "a": [1, 2.5, "no", "NO", "on", "2021-01-01", 16, None, "3", True, float("inf"), "=", "<<"],
        "1": "z",
    }


def test_every_node_has_the_line_it_begins_on(tmp_path: Path) -> None:
    document = read(_written(tmp_path, "# one\na: 1\nb:\n  - c: 2\n    d:\n      - 3\n  - 4\n"))
    lines = {("a",): 2, ("b",): 3, ("b", 0): 4, ("b", 0, "c"): 4, ("b", 0, "d"): 5, ("b", 0, "d", 0): 6}
    assert {path: document.line(path) for path in lines} == lines
    assert document.line(("b", 1)) == 7
    assert document.line(("b", 0, "absent", "deeper")) == 4


def test_cutting_a_member_moves_up_the_lines_of_those_behind_it(tmp_path: Path) -> None:
    document = read(_written(tmp_path, "b:\n  - c: 1\n  - d: 2\n  - e: 3\nf: 4\n"))
    document.cut(("b", 1))
    assert document.data == {"b": [{"c": 1}, {"e": 3}], "f": 4}
    assert document.line(("b", 1, "e")) == 4
    assert document.line(("f",)) == 5
    assert ("b", 1, "d") not in document.lines


def test_all_that_yaml_allows_and_a_definition_does_not_is_named_at_once(tmp_path: Path) -> None:
    text = "a: !!python/name:os.system x\nb: &x 1\nc: *x\n---\nd: 1\n"
    document = read(_written(tmp_path, text))
    assert [(fault.code, fault.line) for fault in document.faults] == [
        ("ALIAS", 1),
        ("ALIAS", 2),
        ("ALIAS", 3),
        ("NOT_YAML", 4),
    ]


def test_all_duplicate_keys_are_named_with_the_line_of_the_first(tmp_path: Path) -> None:
    document = read(_written(tmp_path, "a: 1\na: 2\nb:\n  - {c: 1, c: 2}\n"))
    assert [(fault.line, fault.message) for fault in document.faults] == [
        (2, "The key `a` stands already on line 1."),
        (4, "The key `c` stands already on line 4."),
    ]


def test_nesting_is_refused_at_the_first_level_too_deep_without_recursion(tmp_path: Path) -> None:
    assert read(_written(tmp_path, "a: " + "[" * 100_000)).faults[0].code == "TOO_DEEP"
    within = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert read(_written(tmp_path, f"a: {within}\n")).faults == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04\xff\xfe", "NOT_UTF8"),
        ("name: mẫu".encode("utf-16"), "NOT_UTF8"),
        (b"", "EMPTY_FILE"),
        (b"\xef\xbb\xbf", "EMPTY_FILE"),
        (b"\n\n---\n...\n", "NOT_A_MAPPING"),
        (b"id,q1\n1,5\n", "NOT_A_MAPPING"),
        (b"a: \x00", "NOT_YAML"),
        (b'a: "\\ud800"\n', "WRONG_TYPE"),
        (b"? [a, b]\n: 1\n", "WRONG_TYPE"),
    ],
)
def test_a_file_of_the_wrong_kind_or_encoding_says_so(tmp_path: Path, content: bytes, code: str) -> None:
    document = read(_written(tmp_path, content))
    assert [fault.code for fault in document.faults] == [code]


def test_text_is_stored_in_nfc_whether_written_or_escaped(tmp_path: Path) -> None:
    composed = "hòa thuận"
    decomposed = unicodedata.normalize("NFD", composed)
    escaped = decomposed.encode("unicode_escape").decode("ascii").replace("\\x", "\\u00")
    document = read(_written(tmp_path, f'a: {decomposed}\nb: "{escaped}"\n'))
    assert document.data == {"a": composed, "b": composed}


_SAMPLE = (Path(__file__).parents[1] / "definitions/features/recipe_weights.yaml").read_text(encoding="utf-8")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_written_the_answer_is_findings_and_never_a_crash(data: st.DataObject) -> None:
    lines = _SAMPLE.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "replace", "value"]))
        if change == "drop":
            del lines[place]
        elif change == "double":
            lines.insert(place, lines[place])
        elif change == "value":
            head = lines[place].partition(":")[0]
            value = st.sampled_from(["", "7", "x", "[]", "{}", "null", "-1.5", "[1, {a: b}]"])
            lines[place] = f"{head}: {data.draw(value)}"
        else:
            lines[place] = data.draw(st.text(max_size=20))
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        file = _written(Path(folder), text)
        assert all(finding.code in CODES for finding in loader.check(file))
