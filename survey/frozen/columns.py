"""Whether every column of outside data is spoken for, and every column that is spoken for is there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from survey.frozen.checks import where
from survey.frozen.layout import RESPONSE_COLUMNS, item_columns, missing_column, value_columns
from survey.refusal import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument
    from survey.frozen.design_file import DesignFile
    from survey.frozen.tables import Table

_MOST_SUGGESTIONS = 50  # comparing names is slow; whoever has more unknown columns has another problem


def column_faults(table: Table, instrument: Instrument, design: DesignFile) -> Iterator[Fault]:
    """Unknown and missing columns, and items whose names the frozen wave needs itself."""
    wanted = {
        column: f"item {item.name}" for item in instrument.items for column in value_columns(instrument, item)
    }
    wanted |= {column: f"`{key}` of the design" for key, columns in design.used.items() for column in columns}
    reasons = {missing_column(item.name) for item in instrument.items if value_columns(instrument, item)}
    header = set(table.header)
    ignored = set(design.ignore)
    unknown = [name for name in table.header if name not in wanted and name not in reasons | ignored]
    absent = {column: user for column, user in wanted.items() if column not in header}
    for position, name in enumerate(unknown):
        candidates = [*absent, *wanted] if position < _MOST_SUGGESTIONS else []
        yield _unknown(table, name, candidates)
    for column, user in absent.items():
        nearest = _nearest(column, unknown[:_MOST_SUGGESTIONS])
        yield Fault(
            code="MISSING_COLUMN",
            where=where(table, column),
            expected=f"a column for {user}",
            got=f"none; the nearest is `{nearest}`" if nearest else "none",
            remedy="Add the column or correct its name.",
        )
    for item in instrument.items:
        for column in value_columns(instrument, item):
            if column in ignored:
                yield Fault(
                    code="IGNORED_AND_USED",
                    where=where(table, column),
                    expected="a column either used or ignored",
                    got=f"item {item.name} in the design's `ignore`",
                    remedy="Take it out of `ignore`, or the item out of the instrument.",
                )
    yield from _name_faults(instrument)


def _unknown(table: Table, name: str, candidates: list[str]) -> Fault:
    nearest = _nearest(name, candidates)
    return Fault(
        code="UNKNOWN_COLUMN",
        where=where(table, name),
        expected="a column of the instrument, of the design or of `ignore`",
        got=f"`{name}`" + (f"; the nearest is `{nearest}`" if nearest else ""),
        remedy="Correct the name, or add it to `ignore` in the design file.",
    )


def _nearest(name: str, candidates: list[str]) -> str | None:
    for candidate in candidates:
        if candidate.casefold() == name.casefold():
            return candidate
    return next(iter(difflib.get_close_matches(name, candidates, n=1)), None)


def _name_faults(instrument: Instrument) -> Iterator[Fault]:
    """Items whose columns would meet the wave's own, or one another's."""
    taken = dict.fromkeys(RESPONSE_COLUMNS, "every frozen wave")
    for item in instrument.items:
        for column in item_columns(instrument, item):
            owner = taken.setdefault(column.name.casefold(), f"item {item.name}")
            if owner != f"item {item.name}" or column.name != column.name.lower():
                yield Fault(
                    code="RESERVED_NAME",
                    where=f"instrument {instrument.name}, item {item.name}",
                    expected="lower-case columns that nothing else in a frozen wave has",
                    got=f"`{column.name}` of {owner}",
                    remedy="Rename the item in the instrument and in the data.",
                )
