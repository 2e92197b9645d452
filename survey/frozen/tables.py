"""A table of any kind as text in the engine: a header without doubt, then cells or null.

An empty cell and `NA` are null; spaces around a value go; text is NFC.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from survey.frozen.engine import exact_path, literal
from survey.refusal import Fault, Refusal
from survey.tabular.file_kind import kind_of
from survey.tabular.header import FIRST_ROW, SPACES, checked_header, delimiter_of
from survey.tabular.workbook import Cell, read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHOWN = 5
_LONGEST_HEADER = 2_000_000  # characters


@dataclass(frozen=True)
class Table:
    """A table in the engine. Its columns have neutral names there (`c0`, `c1`), so none can clash.

    `path` names the file in faults; the engine's column `row` counts as a spreadsheet does, from the header.
    """

    name: str
    path: Path
    header: tuple[str, ...]
    rows: int

    def column(self, name: str) -> str:
        """The engine's name of a column."""
        return f"c{self.header.index(name)}"


def load_table(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, may_be_empty: bool = False
) -> Table:
    """Read a file as the table `name` of the engine, every cell as text.

    Raises:
        Refusal: wrong kind or encoding, no rows, a header with faults, ragged rows.
    """
    if path.is_dir() or not path.exists():
        got = "a folder" if path.is_dir() else "nothing"
        raise Refusal([_fault("NO_FILE", str(path), "a file", got, "Check the path.")])
    kind = kind_of(path)
    try:
        if kind == "csv":
            header = _load_csv(connection, path, name)
        elif kind == "parquet":
            header = _load_parquet(connection, path, name)
        else:
            header = _load_workbook(connection, path, name)
    except duckdb.Error as error:
        got = " ".join(str(error).split())[:200]
        raise Refusal(
            [_fault("UNREADABLE", str(path), f"a readable {kind} file", got, "Export it again.")]
        ) from error
    [(rows,)] = connection.table(name).aggregate("count(*)").fetchall()
    if rows == 0 and not may_be_empty:
        expected, got = "rows below the header", "the header alone"
        raise Refusal([_fault("NO_ROWS", str(path), expected, got, "Export the data with its rows.")])
    return Table(name, path, header, rows)


def row_texts(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[dict[str, str]]:
    """The rows of a small table by column; an empty cell is an empty text."""
    for row in connection.table(table.name).order("row").fetchall():
        yield {name: cell or "" for name, cell in zip(table.header, row[1:], strict=True)}


def _load_csv(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline(_LONGEST_HEADER)
    delimiter = delimiter_of(first)
    header = checked_header(path, next(csv.reader([first], delimiter=delimiter)))
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header)))
    source = (
        f"read_csv(?, header = false, skip = 1, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"columns = {{{types}}}, auto_detect = false, strict_mode = true, null_padding = false, "
        "max_line_size = 16777216, store_rejects = true)"
    )
    _keep(connection, name, len(header), source, exact_path(path))
    _refuse_ragged(connection, path)
    return header


def _refuse_ragged(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    kinds = connection.execute(
        "SELECT any_value(error_message), count(DISTINCT line), min(line), list(DISTINCT line ORDER BY line) "
        "FROM reject_errors GROUP BY error_type ORDER BY min(line)"
    ).fetchall()
    faults = []
    for message, count, first, lines in kinds:
        shown = ", ".join(str(line) for line in lines[:_SHOWN])
        got = f"{' '.join(message.split())} ({count:,} rows: lines {shown})"
        expected = "as many cells as the header, quotes closed and doubled inside"
        faults.append(
            _fault("RAGGED_ROW", f"{path}:{first}", expected, got, "Correct these lines or export again.")
        )
    if faults:
        raise Refusal(faults)


def _load_parquet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> tuple[str, ...]:
    place = exact_path(path)
    schema = connection.execute("SELECT name, num_children FROM parquet_schema(?)", [place]).fetchall()
    top = []
    position = 1
    while position < len(schema):
        top.append(position)
        position = _after(schema, position)
    header = checked_header(path, [schema[position][0] for position in top])
    names = ", ".join(f"c{number}" for number in range(len(header)))
    _keep(connection, name, len(header), f"read_parquet(?) AS file({names})", place)
    return header


def _after(schema: list[tuple[str, int | None]], position: int) -> int:
    """The position in a flattened schema that follows a column with all its children."""
    following = position + 1
    for _ in range(schema[position][1] or 0):
        following = _after(schema, following)
    return following


def _load_workbook(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> tuple[str, ...]:
    names, rows = read_workbook(path)
    width = max((place + 1 for place, cell in enumerate(names) if cell), default=0)
    beyond = [number for number, row in enumerate(rows, FIRST_ROW) if any(row[width:])]
    header = checked_header(path, [cell or "" for cell in names[:width]])
    if beyond:
        got = f"{len(beyond):,} rows with more: {', '.join(str(number) for number in beyond[:_SHOWN])}"
        raise Refusal(
            [_fault("RAGGED_ROW", str(path), f"{width} cells in a row", got, "Correct these rows.")]
        )
    columns = {f"c{place}": _array(row[place] for row in rows) for place in range(width)}
    connection.register("workbook", columns)
    _keep(connection, name, width, "workbook", None)
    connection.unregister("workbook")
    return header


def _array(cells: Iterator[Cell]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(list(cells), dtype=object)


def _keep(
    connection: duckdb.DuckDBPyConnection, name: str, width: int, source: str, place: str | None
) -> None:
    """Store the cells cleaned: NFC, no spaces around, empty and `NA` null."""
    texts = (f"trim(nfc_normalize(CAST(c{number} AS VARCHAR)), {literal(SPACES)})" for number in range(width))
    cells = ", ".join(f"nullif(nullif({text}, ''), 'NA') AS c{number}" for number, text in enumerate(texts))
    rows = connection.query(f"FROM {source}", params=[] if place is None else [place])
    rows.project(f"row_number() OVER () + {FIRST_ROW - 1} AS row, {cells}").create(name)


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
