"""A published table of counts, item by category: whether it adds up.

Rows are items, columns categories. `sum` or `total` is what the categories must add up to; `returned`,
`forms` or `n` are the forms that came back; `blank`, `no_answer` or `missing` count forms without an answer.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.findings import Finding, Severity
from survey.refusal import Refusal
from survey.tabular.file_kind import kind_of
from survey.tabular.header import delimiter_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUMS = ("sum", "total")
FORMS = ("returned", "forms", "n")
BLANKS = ("blank", "no_answer", "missing")

_COUNT = re.compile(r"[0-9]{1,15}")
_NEGATIVE = re.compile(r"-[0-9]+")


@dataclass(frozen=True)
class _Header:
    """Which column is what, by position."""

    names: tuple[str, ...]
    item: int
    sums: tuple[int, ...]
    forms: tuple[int, ...]
    blanks: tuple[int, ...]
    categories: tuple[int, ...]


class _Findings:
    """Collects findings of one file."""

    def __init__(self, path: Path) -> None:
        self.path, self.found = path, list[Finding]()

    def add(self, line: int, code: str, message: str, remedy: str) -> None:
        where = f"{self.path}:{line}"
        severity = Severity.ERROR
        self.found.append(Finding(code=code, severity=severity, where=where, message=message, remedy=remedy))


def check_counts(path: Path) -> list[Finding]:
    """Every finding about a table of counts in CSV, in the order of the lines."""
    findings = _Findings(path)
    try:
        kind = kind_of(path)
    except Refusal as refusal:
        for fault in refusal.faults:
            line = int(fault.where.rpartition(":")[2]) if fault.where != str(path) else 1
            findings.add(line, fault.code, f"Expected {fault.expected}, got {fault.got}.", fault.remedy)
        return findings.found
    if kind != "csv":
        findings.add(1, "WRONG_KIND", f"Expected a CSV file, got {kind}.", "Export the table as CSV UTF-8.")
        return findings.found
    rows = list(_rows(path))
    header = _header(findings, rows[0])
    if header is not None:
        if len(rows) == 1:
            findings.add(rows[0][0], "NO_ROWS", "There is no row below the header.", "Add a row an item.")
        for line, cells in rows[1:]:
            _check_row(findings, header, line, cells)
        _check_items(findings, header, rows[1:])
    return sorted(findings.found, key=lambda finding: int(finding.where.rpartition(":")[2]))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that is not empty, in NFC without spaces around."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = delimiter_of(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter)
        for cells in reader:
            cleaned = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
            if any(cleaned):
                yield reader.line_num, cleaned


def _header(findings: _Findings, row: tuple[int, list[str]]) -> _Header | None:
    """The header, or None where no row could be read by it."""
    line, names = row
    known = [name.casefold() for name in names]
    for name, count in Counter(known).items():
        if not name:
            findings.add(line, "NO_NAME", f"{count} columns have no name.", "Name each column.")
        elif count > 1:
            findings.add(
                line, "COLUMN_TWICE", f"The column {name} stands {count} times.", "Keep one of them."
            )
    places = {
        role: tuple(place for place, name in enumerate(known) if name in wanted)
        for role, wanted in (("sums", SUMS), ("forms", FORMS), ("blanks", BLANKS))
    }
    item = known.index("item") if "item" in known else 0
    taken = {item, *places["sums"], *places["forms"], *places["blanks"]}
    categories = tuple(place for place in range(len(names)) if place not in taken)
    if len(categories) < 2:  # noqa: PLR2004 - one category is no choice
        message = f"There are {len(categories)} columns of categories beside {', '.join(names)}."
        findings.add(line, "NO_CATEGORIES", message, "Give a column a category, and the item's name first.")
    if not places["sums"] and not places["forms"]:
        message = "Nothing says what the counts must add up to."
        findings.add(line, "NO_TOTAL", message, f"Add a column {', '.join((*SUMS, *FORMS))}.")
    header = _Header(tuple(names), item, places["sums"], places["forms"], places["blanks"], categories)
    return None if findings.found else header


def _check_row(findings: _Findings, header: _Header, line: int, cells: list[str]) -> None:
    if len(cells) != len(header.names):
        message = f"The row has {len(cells)} cells, the header {len(header.names)}."
        findings.add(line, "RAGGED_ROW", message, "Correct the row.")
        return
    item = cells[header.item]
    counts: dict[int, int] = {}
    for place in (place for place in range(len(cells)) if place != header.item):
        cell, name = cells[place], header.names[place]
        if _COUNT.fullmatch(cell):
            counts[place] = int(cell)
        elif _NEGATIVE.fullmatch(cell):
            findings.add(line, "NEGATIVE", f"{item} has {cell} in {name}.", "A count is 0 or more.")
        else:
            message = f"{item} has `{cell}` in {name}." if cell else f"{item} has an empty cell in {name}."
            findings.add(
                line, "NOT_A_COUNT", message, "Write a whole number in digits alone; 0 where nobody chose it."
            )
    if len(counts) == len(cells) - 1:
        _check_totals(findings, header, line, item, counts)


def _check_totals(findings: _Findings, header: _Header, line: int, item: str, counts: dict[int, int]) -> None:
    answers = sum(counts[place] for place in header.categories)
    accounted = answers + sum(counts[place] for place in header.blanks)
    for place in header.sums:
        if counts[place] not in {answers, accounted}:
            message = (
                f"{item} says {counts[place]} in {header.names[place]}, its categories add up to {answers}."
            )
            findings.add(
                line, "WRONG_SUM", message, "Correct a category or the sum; ask the publisher which."
            )
    for place in header.forms:
        forms, name = counts[place], header.names[place]
        if accounted > forms:
            message = f"{item} counts {accounted} answers on {forms} {name}: {accounted - forms} too many."
            findings.add(
                line, "OVER", message, "Correct the counts; nobody can give two answers to one item."
            )
        elif accounted < forms and header.blanks:
            message = f"{item} accounts for {accounted} of {forms} {name}, blanks included."
            findings.add(line, "SHORT", message, "Correct the counts, or the blanks.")
        elif accounted < forms:
            message = f"{item} counts {accounted} answers on {forms} {name}, and no column counts blanks."
            findings.add(line, "SHORT", message, f"Add a column {BLANKS[0]}, or correct the counts.")


def _check_items(findings: _Findings, header: _Header, rows: list[tuple[int, list[str]]]) -> None:
    seen: dict[str, int] = {}
    for line, cells in rows:
        item = cells[header.item] if header.item < len(cells) else ""
        if not item:
            findings.add(line, "NO_ITEM", "The row names no item.", "Name it.")
        elif item in seen:
            message = f"{item} stands already on line {seen[item]}."
            findings.add(line, "ITEM_TWICE", message, "Keep one of the rows, or name them apart.")
        seen.setdefault(item, line)
