"""A table of counts that does not add up says so, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.counts import check_counts

HUE = Path(__file__).parents[1] / "data" / "hue_2019q1.csv"
HEAD = "item,yes,no,sum,returned\n"

TABLES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "sound": (HEAD + "a,1,2,3,3\nb,0,3,3,3\n", []),
    "sound with blanks": ("item,yes,no,blank,n\na,1,2,1,4\n", []),
    "sum with or without blanks": ("item,yes,no,blank,total,n\na,1,2,1,3,4\nb,1,2,1,4,4\n", []),
    "a wrong sum": (HEAD + "a,1,2,4,3\n", [(2, "WRONG_SUM")]),
    "too many": (HEAD + "a,2,2,4,3\n", [(2, "OVER")]),
    "too few": (HEAD + "a,1,1,2,3\n", [(2, "SHORT")]),
    "too few in spite of blanks": ("item,yes,no,blank,forms\na,1,1,1,4\n", [(2, "SHORT")]),
    "too many by blanks": ("item,yes,no,blank,forms\na,1,1,3,4\n", [(2, "OVER")]),
    "negative": (HEAD + "a,-1,4,3,3\n", [(2, "NEGATIVE")]),
    "not whole": (HEAD + "a,1.5,1.5,3,3\n", [(2, "NOT_A_COUNT"), (2, "NOT_A_COUNT")]),
    "with a separator": (HEAD + 'a,"1,000",0,1000,1000\n', [(2, "NOT_A_COUNT")]),
    "empty cell": (HEAD + "a,,3,3,3\n", [(2, "NOT_A_COUNT")]),
    "text": (HEAD + "a,many,3,3,3\n", [(2, "NOT_A_COUNT")]),
    "an item twice": (HEAD + "a,1,2,3,3\n\na,1,2,3,3\n", [(4, "ITEM_TWICE")]),
    "no item": (HEAD + ",1,2,3,3\n", [(2, "NO_ITEM")]),
    "a ragged row": (HEAD + "a,1,2,3\nb,1,2,3,3\n", [(2, "RAGGED_ROW")]),
    "no rows": (HEAD, [(1, "NO_ROWS")]),
    "a column twice": ("item,yes,Yes,n\na,1,2,3\n", [(1, "COLUMN_TWICE")]),
    "no name": ("item,yes,no,,n\na,1,2,0,3\n", [(1, "NO_NAME")]),
    "one category": ("item,yes,n\na,1,1\n", [(1, "NO_CATEGORIES")]),
    "nothing to add up to": ("item,yes,no\na,1,2\n", [(1, "NO_TOTAL")]),
    "semicolons": (HEAD.replace(",", ";") + "a;1;2;4;3\n", [(2, "WRONG_SUM")]),
    "several": (HEAD + "a,2,2,5,3\nb,1,1,2,3\n", [(2, "OVER"), (2, "WRONG_SUM"), (3, "SHORT")]),
}


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES.keys())
def test_each_fault_is_found_on_its_line(text: str, expected: list[tuple[int, str]], tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(text, encoding="utf-8")
    found = [(int(finding.where.removeprefix(f"{path}:")), finding.code) for finding in check_counts(path)]
    assert sorted(found) == expected


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"", "EMPTY_FILE", 1),
        (b"item,yes,no,n\na,1,2,3\nb\xe9,1,2,3\n", "WRONG_ENCODING", 3),
        (b"PK\x03\x04 cut", "TRUNCATED", 1),
        (b"%PDF-1.7", "WRONG_KIND", 1),
    ],
)
def test_a_file_that_is_no_table_is_named(raw: bytes, code: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(raw)
    [finding] = check_counts(path)
    assert (finding.code, finding.where) == (code, f"{path}:{line}")


def test_the_published_table_of_hue_does_not_add_up() -> None:
    over, short = check_counts(HUE)
    assert (over.code, over.where, "Q1 counts 4350 answers on 4215" in over.message) == (
        "OVER",
        f"{HUE}:2",
        True,
    )
    assert (short.code, short.where, "papers counts 4205" in short.message) == ("SHORT", f"{HUE}:6", True)
