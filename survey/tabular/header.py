"""The first row of a table: names without doubt."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_COLUMNS = 5_000
FIRST_ROW = 2  # the header is row 1
SPACES = " \t\r\n\u00a0"


def delimiter_of(line: str) -> str:
    """The most frequent of comma, semicolon and tab outside quotes in a header."""
    outside = "".join(line.split('"')[::2])
    return max(",;\t", key=outside.count)


def checked_header(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """The header in NFC without spaces around.

    Raises:
        Refusal: too many columns, a column without a name, twice, or differing in case alone.
    """
    if len(names) > MOST_COLUMNS:
        got = f"{len(names):,} columns"
        remedy = "Export the columns of the instrument and the design alone."
        raise Refusal(
            [_fault("TOO_MANY_COLUMNS", str(path), f"at most {MOST_COLUMNS:,} columns", got, remedy)]
        )
    header = tuple(unicodedata.normalize("NFC", name).strip(SPACES) for name in names)
    faults = []
    for place, name in enumerate(header, 1):
        if not name or not name.isprintable():
            got = "an empty name" if not name else repr(name)
            remedy = "Name the column or take it out."
            faults.append(_fault("NO_NAME", f"{path}, column {place}", "a printable name", got, remedy))
    for name, count in Counter(filter(None, header)).items():
        if count > 1:
            places = ", ".join(str(place) for place, other in enumerate(header, 1) if other == name)
            where = f"{path}, column {name}"
            remedy = "Keep one of them or give the other a name of its own."
            faults.append(
                _fault("COLUMN_TWICE", where, "each name once", f"{count} times: columns {places}", remedy)
            )
    by_case = sorted(set(filter(None, header)), key=lambda name: (name.casefold(), name))
    for _, group in itertools.groupby(by_case, key=str.casefold):
        alike = list(group)
        if len(alike) > 1:
            where = f"{path}, column {alike[0]}"
            remedy = "Rename them: engines take such names for one."
            faults.append(
                _fault("CASE_ONLY", where, "names that differ in more than case", ", ".join(alike), remedy)
            )
    if faults:
        raise Refusal(faults)
    return header


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
