"""What lies in a frozen wave and in the files made of it, read with nothing of the program."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from tests.documents.persons import Sent


class Answered(NamedTuple):
    """One response: where and how it was answered, who answers for it, and every answer on the route.

    `roles` are the organisations that received the errand, decided it and helped.
    """

    version: str
    place: str
    roles: tuple[str, str, str]
    mode: str
    language: str
    repeat: bool
    answers: frozenset[tuple[str, Sent]]


def answered(wave: Path) -> list[Answered]:
    """The responses of a frozen wave."""
    texts: dict[str, dict[str, str]] = {}
    for row in table(wave / "comments.parquet"):
        texts.setdefault(row["response"], {})[row["item"]] = row["text"]
    return [
        Answered(
            row["instrument"],
            row["place"],
            (row["received"], row["decides"], row["helps"]),
            row["mode"],
            row["language"],
            row["repeat"],
            frozenset(answers(row, texts.get(row["response"], {})).items()),
        )
        for row in table(wave / "responses" / "part-*.parquet")
    ]


def answers(row: dict[str, Any], texts: dict[str, str]) -> dict[str, Sent]:
    """The answers of a row by item; every item has exactly one, and a text only where it has none else."""
    items = [column.removesuffix("__missing") for column in row if column.endswith("__missing")]
    assert texts.keys() <= set(items)
    found: dict[str, Sent] = {}
    for item in items:
        flags = {column: row[column] for column in row if _is_flag(column, item)}
        value, missing, text = row.get(item), row[f"{item}__missing"], texts.get(item)
        codes = tuple(int(column.removeprefix(f"{item}__")) for column, flag in flags.items() if flag == 1)
        ways = [value is not None, missing is not None, text is not None, bool(codes)]
        assert sum(ways) == 1, f"{item}: {ways}"
        if value is not None:
            found[item] = ("value", int(value))
        elif text is not None:
            found[item] = ("text", text)
        elif codes:
            assert None not in flags.values()
            found[item] = ("codes", codes)
        elif missing != "off_route":
            assert set(flags.values()) <= {None}
            found[item] = ("missing", missing)
    return found


def _is_flag(column: str, item: str) -> bool:
    return column.startswith(f"{item}__") and column != f"{item}__missing"


def table(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file, or of several, with the names of the columns."""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT * FROM read_parquet(?)", [path.as_posix()])
        names = [column[0] for column in rows.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
