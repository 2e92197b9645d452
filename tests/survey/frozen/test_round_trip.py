"""Every answer that goes in comes out exactly once, under its code or its reason, and without its order."""

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.canonical import instrument_hash
from questionnaires.model import Missing
from questionnaires.routing import route
from survey.frozen.layout import RESPONSE_COLUMNS, item_columns
from tests.survey.frozen.small import DESIGN, INSTRUMENT, SATISFACTION, UNITS, Files, rows_of

REASONS = [reason.value for reason in Missing]
CODES = {code.code: code.reason for code in SATISFACTION.missing_codes}
BLANKS = ["", " ", "NA"]

coded = st.one_of(
    st.sampled_from(SATISFACTION.codes),
    st.sampled_from(list(CODES)),
    st.sampled_from(REASONS),
    st.sampled_from(BLANKS),
)
number = st.one_of(st.integers(0, 20), st.sampled_from(REASONS), st.sampled_from(BLANKS))
choices = st.one_of(st.none(), st.tuples(st.integers(0, 1), st.integers(0, 1)))
words = st.one_of(
    st.sampled_from(BLANKS),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=30
    ).filter(lambda text: text.strip() not in {"", "NA"}),
)
respondents = st.lists(st.tuples(coded, number, coded, choices, words), min_size=2, max_size=12)


def expected_coded(cell: object) -> int | Missing:
    if isinstance(cell, int):
        return CODES.get(cell, cell)
    return Missing.BLANK if cell in BLANKS else Missing(str(cell))


def expected_number(cell: object) -> int | Missing:
    return cell if isinstance(cell, int) else expected_coded(cell)


def row_and_answers(position: int, person: tuple[object, ...]) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """A row of the table, routed as a form would have done, and the answers that must come out."""
    staff, times, why, extra, _ = person
    answers = {"staff": expected_coded(staff), "times": expected_number(times), "why": expected_coded(why)}
    if "why" not in route(INSTRUMENT, answers):
        why, answers["why"] = "", Missing.OFF_ROUTE
    flags = ("", "") if extra is None else extra
    comment = str(person[4])
    row = (f"r{position}", "00004", str(staff), str(times), str(why), str(flags[0]), str(flags[1]), comment)
    return row, (*answers.values(), extra)


@settings(max_examples=60)
@given(respondents)
def test_every_answer_comes_back_once_under_its_code_or_reason(people: list[tuple[object, ...]]) -> None:
    made = [row_and_answers(position, person) for position, person in enumerate(people)]
    with tempfile.TemporaryDirectory() as folder:
        wave = Files(Path(folder), rows=tuple(row for row, _ in made)).freeze()
        columns = "staff, staff__missing, times, times__missing, why, why__missing"
        found = rows_of(wave, f"{columns}, extra__1, extra__2, extra__missing")
        comments = [text for (text,) in rows_of(wave, "text", "comments")]
        no_comment = rows_of(wave, "comment__missing")
    came = Counter()
    for row in found:
        pairs = [row[0:2], row[2:4], row[4:6]]
        assert all((value is None) != (reason is None) for value, reason in pairs)
        assert (row[6] is None) == (row[7] is None) != (row[8] is None)
        extra = None if row[8] else (row[6], row[7])
        came[(*(Missing(reason) if reason else int(value) for value, reason in pairs), extra)] += 1
    assert came == Counter(answers for _, answers in made)
    assert len(comments) + sum(reason == ("blank",) for reason in no_comment) == len(people)


def test_the_responses_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    wave = Files(tmp_path, units=UNITS).freeze()
    with wave.engine() as connection:
        relation = connection.table("responses")
        found = dict(zip(relation.columns, map(str, relation.types), strict=True))
    items = {
        column.name: column.type for item in INSTRUMENT.items for column in item_columns(INSTRUMENT, item)
    }
    assert found == {**RESPONSE_COLUMNS, **items}
    assert all(name == name.lower() for name in found)
    assert rows_of(wave, "instrument") == [(instrument_hash(INSTRUMENT),)] * 4
    assert wave.instrument == INSTRUMENT
    assert [dict(unit) for unit in wave.units] == [
        {"code": "00004", "name": "Phường Ba Đình", "kind": "ward"},
        {"code": "00008", "name": "Phường Hoàn Kiếm", "kind": "ward"},
    ]


def test_ids_are_fresh_and_sorted_and_tell_nothing_of_the_order(tmp_path: Path) -> None:
    rows = tuple(
        (f"r{number}", "00004", "5", str(number % 21), "1" if number % 21 > 1 else "", "", "", "")
        for number in range(2000)
    )
    orders = []
    for attempt in ("one", "two"):
        folder = tmp_path / attempt
        folder.mkdir()
        wave = (
            Files(folder, rows=rows, design=DESIGN + "mode: order\n")
            .with_column("order", tuple(f"{number:05}" for number in range(2000)))
            .freeze()
        )
        with wave.engine() as connection:
            found = connection.table("responses").project("response, mode").fetchall()
        ids = [name for name, _ in found]
        assert ids == sorted(set(ids))
        assert all(len(name) == 32 and set(name) <= set("0123456789abcdef") for name in ids)
        orders.append([int(order) for _, order in found])
    assert orders[0] != orders[1]
    for order in orders:
        rising = sum(a < b for a, b in pairwise(order))
        assert 850 < rising < 1150  # half of 2,000, give or take more than ten standard deviations of chance


def test_who_received_decides_where_nothing_else_is_said(tmp_path: Path) -> None:
    files = Files(tmp_path, design=DESIGN.replace("{received: unit}", "{received: unit, decides: by}"))
    wave = files.with_column("by", ("D1", "", "D1", "")).freeze()
    assert rows_of(wave, "received, decides, helps") == [
        ("00004", "00004", "00004"),
        ("00004", "D1", "00004"),
        ("00008", "00008", "00008"),
        ("00008", "D1", "00008"),
    ]
    assert [unit["code"] for unit in wave.units] == ["00004", "00008", "D1"]


def test_a_reason_may_stand_in_a_column_of_its_own(tmp_path: Path) -> None:
    files = Files(tmp_path).with_column("extra__missing", ("", "", "refused", ""))
    wave = files.with_column("comment__missing", ("", "not_reached", "", "")).freeze()
    assert rows_of(wave, "extra__missing").count(("refused",)) == 1
    assert rows_of(wave, "comment__missing").count(("not_reached",)) == 1


def test_days_and_plan_stand_in_the_manifest(tmp_path: Path) -> None:
    files = Files(tmp_path, design=DESIGN + "day: d\n", plan="unit: errand\nthresholds: {shown: 10}\n")
    wave = files.with_column("d", ("2026-01-05", "2026-02-01 14:03:09", "", "2025-12-31")).freeze()
    assert (wave.manifest.opened, wave.manifest.closed) == ("2025-12-31", "2026-02-01")
    assert wave.plan == {"unit": "errand", "thresholds": {"shown": 10}}
    assert wave.manifest.plan == wave.manifest.files["plan.json"].sha256
    assert rows_of(wave, "CAST(day AS VARCHAR)").count((None,)) == 1


def test_columns_of_the_data_that_are_ignored_are_not_kept(tmp_path: Path) -> None:
    files = Files(tmp_path, design=DESIGN + "ignore: [name]\n").with_column(
        "name", ("An", "Bình", "Chi", "Dũng")
    )
    wave = files.freeze()
    content = b"".join(path.read_bytes() for path in wave.path.rglob("*.*") if path.is_file())
    assert "Dũng".encode() not in content
