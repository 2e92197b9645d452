"""The responses and comments of a closed wave, from the live tables to those of a frozen wave.

Responses get fresh ids once more. An item that a response's version did not have is `off_route` for it; a
category that its version did not offer was not chosen.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from questionnaires.item_types import ExportType
from questionnaires.model import Missing
from survey.answers.models import Answer, Comment, Response
from survey.answers.settling import BATCH_LEAST
from survey.frozen.engine import identifier
from survey.frozen.layout import (
    COMMENT_COLUMNS,
    RESPONSE_COLUMNS,
    Column,
    export_type,
    item_columns,
    missing_column,
    value_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb
    from sqlalchemy import Connection, Row

    from questionnaires.model import Instrument
    from survey.frozen.tallies import PlaceOfWave

_AT_ONCE = 20_000  # responses in memory as arrays: some hundred megabytes with the widest instruments
_REASONS = tuple(Missing)
Array = npt.NDArray[Any]

_ANSWER = (Answer.response, Answer.variable, Answer.code, Answer.number, Answer.missing)
_COMMENT = (Comment.response, Comment.item, Comment.text)
_WIDTH = ("TINYINT", "INTEGER", "DOUBLE")


def versions_in(connection: Connection, wave: str) -> set[str]:
    """The instrument versions that people answered."""
    return set(connection.scalars(select(Response.instrument).where(Response.wave == wave).distinct()))


class Collected:
    """Fills the tables `responses` and `comments` of an engine."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, instruments: Mapping[str, Instrument]) -> None:
        self._engine = engine
        self._instruments = instruments
        self._items = _union(instruments.values())
        self._places = {name: place for place, name in enumerate(self._value_columns())}
        columns = [(name, kind) for name, kind in RESPONSE_COLUMNS.items()]
        columns += [(column.name, column.type) for found in self._items.values() for column in found]
        described = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns)
        engine.execute(f"CREATE TABLE responses ({described})")
        described = ", ".join(f"{name} {kind}" for name, kind in COMMENT_COLUMNS.items())
        engine.execute(f"CREATE TABLE comments ({described})")

    def fill(self, connection: Connection, wave: str, places: Mapping[str, PlaceOfWave]) -> None:
        """Take over every response of the wave.

        Args:
            connection: of the main store.
            wave: the wave.
            places: by id; the frozen wave knows them by their codes, as the plan does.
        """
        query = select(Response.__table__).where(Response.wave == wave).order_by(Response.id)
        found = connection.execute(query.execution_options(yield_per=_AT_ONCE))
        for rows in found.partitions():
            fresh = {row.id: secrets.token_hex(16) for row in rows}
            plain = _plain(rows, fresh, places)
            texts = [tuple(row) for row in _between(connection, wave, rows, *_COMMENT)]
            answers = _between(connection, wave, rows, *_ANSWER)
            values, reasons = self._arrays(rows, answers, texts)
            self._insert_responses(plain, values, reasons)
            self._insert_comments([(fresh[response], item, text) for response, item, text in texts])

    def _value_columns(self) -> list[str]:
        return [
            column.name
            for item, found in self._items.items()
            for column in found
            if column.name != missing_column(item)
        ]

    def _arrays(
        self, rows: Sequence[Row[Any]], answers: Iterable[Any], texts: Iterable[tuple[str, str, str]]
    ) -> tuple[Array, Array]:
        """Values by response and column, NaN where null; reasons by response and item, 0 where none."""
        index = {row.id: place for place, row in enumerate(rows)}
        items = {name: place for place, name in enumerate(self._items)}
        versions = {name: self._start(instrument) for name, instrument in self._instruments.items()}
        values = np.stack([versions[row.instrument][0] for row in rows])
        reasons = np.stack([versions[row.instrument][1] for row in rows])
        owner = {
            name: (items[item.name], self._places.get(name))
            for instrument in self._instruments.values()
            for item in instrument.items
            if item.name in self._items  # information has no column
            for name in (*value_columns(instrument, item), item.name)
        }
        numbers = {reason.value: number for number, reason in enumerate(_REASONS, 1)}
        for response, variable, code, number, missing in answers:
            item, column = owner[variable]
            if missing is not None:
                reasons[index[response], item] = numbers[missing]
                continue
            reasons[index[response], item] = 0
            values[index[response], column] = code if number is None else number
        for response, name, _ in texts:
            reasons[index[response], items[name]] = 0
        for name, place in items.items():
            # what was not answered has no value, a category that was not offered included
            own = [self._places[column.name] for column in self._items[name] if column.name in self._places]
            values[np.ix_(reasons[:, place] != 0, own)] = np.nan
        return values, reasons

    def _start(self, instrument: Instrument) -> tuple[Array, Array]:
        """A response of this version before its answers."""
        values = np.full(len(self._places), np.nan)
        flags = [
            self._places[column.name]
            for item in instrument.items
            if export_type(item) is ExportType.FLAG
            for column in self._items[item.name]
            if column.name in self._places
        ]
        values[flags] = 0
        asked = {item.name for item in instrument.items}
        reasons = [Missing.BLANK if item in asked else Missing.OFF_ROUTE for item in self._items]
        return values, np.array([_REASONS.index(reason) + 1 for reason in reasons], dtype=np.int8)

    def _insert_responses(
        self,
        plain: dict[str, Array],
        values: Array,
        reasons: Array,
    ) -> None:
        arrays = dict(plain)
        cells = [f"CAST({name} AS {kind})" for name, kind in RESPONSE_COLUMNS.items()]
        names = " ".join(f"WHEN {number} THEN '{reason}'" for number, reason in enumerate(_REASONS, 1))
        for place, (item, columns) in enumerate(self._items.items()):
            for column in columns:
                if column.name == missing_column(item):
                    arrays[f"reason_{place}"] = reasons[:, place].copy()
                    cells.append(f"CASE reason_{place} {names} END")
                else:
                    number = self._places[column.name]
                    arrays[f"value_{number}"] = values[:, number].copy()
                    cells.append(
                        f"CASE WHEN NOT isnan(value_{number}) THEN CAST(value_{number} AS {column.type}) END"
                    )
        self._engine.register("chunk", arrays)
        self._engine.table("chunk").project(", ".join(cells)).insert_into("responses")
        self._engine.unregister("chunk")

    def _insert_comments(self, texts: list[tuple[str, str, str]]) -> None:
        if texts:
            columns = zip(COMMENT_COLUMNS, zip(*texts, strict=True), strict=True)
            self._engine.register("chunk", {name: np.array(cells, dtype=object) for name, cells in columns})
            self._engine.table("chunk").project(", ".join(COMMENT_COLUMNS)).insert_into("comments")
            self._engine.unregister("chunk")


def _union(instruments: Iterable[Instrument]) -> dict[str, tuple[Column, ...]]:
    """The items of all versions with the columns that any of them has, the reason last."""
    found: dict[str, dict[str, Column]] = {}
    for instrument in instruments:
        for item in instrument.items:
            for column in item_columns(instrument, item):
                own = found.setdefault(item.name, {})
                own[column.name] = _wider(own.get(column.name, column), column)
    return {
        item: tuple(sorted(own.values(), key=lambda column: column.name == missing_column(item)))
        for item, own in found.items()
    }


def _wider(one: Column, other: Column) -> Column:
    if one.type == other.type:
        return one
    return max(one, other, key=lambda column: _WIDTH.index(column.type))


def _plain(
    rows: Sequence[Row[Any]], fresh: Mapping[str, str], places: Mapping[str, PlaceOfWave]
) -> dict[str, Array]:
    """The columns that every response has, as texts."""
    known = [
        {
            **row._mapping,  # noqa: SLF001 - SQLAlchemy's public name begins so
            "response": fresh[row.id],
            "place": places[row.place].code,
            "stratum": places[row.place].stratum,
            "day": row.day.isoformat() if row.day and places[row.place].interviews >= BATCH_LEAST else None,
            "repeat": str(row.repeat).lower(),
            "seconds": None if row.seconds is None else str(row.seconds),
            "flags": row.flags or None,
            "weight": "1",
        }
        for row in rows
    ]
    return {name: np.array([row.get(name) for row in known], dtype=object) for name in RESPONSE_COLUMNS}


def _between(
    connection: Connection, wave: str, rows: Sequence[Row[Any]], *columns: Any
) -> Iterable[Row[Any]]:
    """Rows of a table that belong to the responses of a stretch of ids."""
    table = columns[0].class_
    query = (
        select(*columns)
        .join(Response, Response.id == table.response)
        .where(Response.wave == wave, table.response.between(rows[0].id, rows[-1].id))
    )
    return connection.execute(query)
