"""Cells as rows of their table and back, and the canonical form of a release, whose hash names it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from questionnaires.model import Measure
from survey.audit.writes import canonical
from survey.publication.cells import (
    Cell,
    Key,
    PublishedCount,
    PublishedEstimate,
    Range,
    Rounded,
    Withheld,
)
from survey.publication.models import PublishedCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from survey.publication.cells import Published

FORMAT = "longdan-release/1"
COLUMNS = tuple(column.name for column in PublishedCell.__table__.columns if column.name != "release")
# what is printed of a release beside its cells; the rest says when and by whom
HEADER = (
    "wave",
    "basis",
    "subject",
    "opened",
    "closed",
    "headline",
    "standard",
    "plan_hash",
    "instruments",
    "data",
)

Row = dict[str, Any]


def row_of(cell: Cell) -> Row:
    """A cell as a row of its table, without the release."""
    return dict.fromkeys(COLUMNS) | cell.key._asdict() | _row_of(cell.content)


def _row_of(content: Published) -> Row:
    if isinstance(content, Withheld):
        told: Row = {"shown": "withheld", "reason": content.reason, "decision_use": "none"}
    elif isinstance(content, PublishedCount):
        told = {"shown": "count", "n": content.n, "n_valid": content.n_valid, "decision_use": "none"}
    else:
        told = {
            "shown": "estimate",
            "value": content.value.tenths,
            "low": content.interval.low.tenths,
            "high": content.interval.high.tenths,
            "bound_low": content.bounds.low.tenths,
            "bound_high": content.bounds.high.tenths,
            "missing": content.missing.tenths,
            "reach_low": None if content.reach is None else content.reach.low.tenths,
            "reach_high": None if content.reach is None else content.reach.high.tenths,
            "decimals": content.value.decimals,
            "n": content.n,
            "n_valid": content.n_valid,
            "visitors": content.visitors,
            "df": content.df,
            "reliability": content.reliability,
            "decision_use": content.decision_use,
            "standing": content.standing,
        }
    return told | {"basis": content.basis}


def cell_of(row: Mapping[Any, Any]) -> Cell:
    """The cell of a row."""
    key = Key(row["agency"], row["construct"], row["item"], row["recipe"])
    return Cell(key=key, content=_content_of(row, is_share=key.measure is Measure.TOP2))


def _content_of(row: Mapping[Any, Any], *, is_share: bool) -> Published:
    if row["shown"] == "withheld":
        return Withheld(basis=row["basis"], reason=row["reason"])
    if row["shown"] == "count":
        return PublishedCount(basis=row["basis"], n=row["n"], n_valid=row["n_valid"])

    def rounded(name: str) -> Rounded:
        return Rounded(row[name], row["decimals"], is_share)

    return PublishedEstimate(
        basis=row["basis"],
        value=rounded("value"),
        interval=Range(rounded("low"), rounded("high")),
        bounds=Range(rounded("bound_low"), rounded("bound_high")),
        missing=Rounded(row["missing"], row["decimals"], is_share=True),
        n=row["n"],
        n_valid=row["n_valid"],
        df=row["df"],
        decision_use=row["decision_use"],
        reliability=row["reliability"],
        standing=row["standing"],
        visitors=row["visitors"],
        reach=None if row["reach_low"] is None else Range(rounded("reach_low"), rounded("reach_high")),
    )


def hash_of(
    header: Mapping[Any, Any],
    agencies: Iterable[Mapping[Any, Any]],
    wordings: Iterable[Mapping[Any, Any]],
    cells: Iterable[Mapping[Any, Any]],
) -> str:
    """SHA-256 over the canonical JSON of everything that is public of a release, whatever the rows' order."""
    form = {
        "format": FORMAT,
        **{name: _plain(header[name]) for name in HEADER},
        "agencies": _table(agencies, ("code", "name", "kind")),
        "wordings": _table(wordings, ("language", "name", "text")),
        "columns": COLUMNS,
        "cells": _table(cells, COLUMNS),
    }
    return hashlib.sha256(canonical(form).encode("utf-8")).hexdigest()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _table(rows: Iterable[Mapping[Any, Any]], columns: tuple[str, ...]) -> list[list[object]]:
    return sorted(
        ([row[name] for name in columns] for row in rows), key=lambda row: [str(one) for one in row[:4]]
    )
