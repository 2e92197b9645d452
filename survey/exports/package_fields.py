"""The fields of a data package that the items have, one a column of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.changes import Kind
from questionnaires.item_types import CodebookEntry
from questionnaires.model import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from survey.exports.codebook import Entry

_CHANGED = "Versions of the questionnaire ask something else here; codebook.csv says which, by `instrument`."


def item_fields(entries: Sequence[Entry]) -> Iterator[dict[str, object]]:
    """Values, then the reason for having none; of several entries of an item the first describes it.

    Where these may not be taken together no codes are given: they would be true of some rows alone.
    """
    items: dict[str, list[Entry]] = {}
    for entry in entries:
        items.setdefault(entry.item.name, []).append(entry)
    for own in items.values():
        changed = any(entry.change is Kind.BREAKING for entry in own)
        described: dict[str, dict[str, object]] = {}
        for entry in own:
            for place, column in enumerate(entry.columns):
                described.setdefault(column, _value_field(entry, place, changed=changed))
        yield from described.values()
        yield _reason_field(own)


def _value_field(entry: Entry, place: int, *, changed: bool) -> dict[str, object]:
    wording = _first(entry.wordings)
    field: dict[str, object] = {"name": entry.columns[place], "type": "integer", "title": wording}
    if entry.kind is CodebookEntry.FLAGS:
        field["title"] = f"{wording} {_first(entry.codes[place].labels)}"
        field["constraints"] = {"enum": [0, 1]}
    elif entry.kind is CodebookEntry.RANGE:
        field["type"] = "number"
        if not changed:
            field["constraints"] = {"minimum": entry.item.low, "maximum": entry.item.high}
    elif not changed:
        field["categories"] = [{"value": code.code, "label": _first(code.labels)} for code in entry.codes]
    return field | {"description": _CHANGED} if changed else field


def _reason_field(entries: Sequence[Entry]) -> dict[str, object]:
    reasons = dict.fromkeys(reason.reason.value for entry in entries for reason in entry.reasons)
    if entries[0].not_offered:
        reasons |= {Missing.OFF_ROUTE.value: None}
    return {
        "name": entries[0].reason_column,
        "type": "string",
        "title": f"{_first(entries[0].wordings)} (why there is no answer)",
        "constraints": {"enum": list(reasons)},
    }


def _first(texts: dict[str, str]) -> str:
    """The text in the source language, which stands first."""
    return next(iter(texts.values()))
