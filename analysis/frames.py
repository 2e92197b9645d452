"""Frames of any engine that Narwhals reads, and the few things that differ between engines.

SQL engines take column names without regard to case, so two names that differ in case only are refused.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import numpy as np

from analysis.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]
    Integers = NDArray[np.int64]

Frame = nw.LazyFrame[Any]


def lazy(frame: object) -> Frame:
    """The frame as a Narwhals lazy frame on its own engine; a path is read by DuckDB.

    Args:
        frame: an eager or lazy frame that Narwhals reads, or the path of a `.csv` or `.parquet` file.

    Raises:
        StatisticsError: `NOT_A_FRAME`, `FILE_KIND` or `NAMES_DIFFER_IN_CASE`.
    """
    if isinstance(frame, (str, Path)):
        frame = _from_file(Path(frame))
    try:
        narwhal = nw.from_native(frame)  # type: ignore[call-overload]  # any object may come; it is tried
    except TypeError as error:
        raise StatisticsError(
            "NOT_A_FRAME",
            where="frame",
            expected="a frame that Narwhals reads (DuckDB, Polars, Spark, pandas, Arrow) or a file's path",
            got=type(frame).__name__,
            remedy="Read the data into one of these.",
        ) from error
    result: Frame = narwhal.lazy()
    _refuse_names_that_differ_in_case(result.collect_schema().names())
    return result


def collect(frame: Frame) -> Columns:
    """The columns of a small lazy frame as arrays, in no order of rows; null numbers become 0, keys None."""
    native = nw.to_native(frame)
    if isinstance(native, duckdb.DuckDBPyRelation):
        schema, columns = frame.collect_schema(), native.fetchnumpy()
        return {name: _filled(values, schema[name]) for name, values in columns.items()}
    eager = frame.collect()
    return {name: _from_series(eager.get_column(name)) for name in eager.columns}


def grouped(
    frame: Frame,
    keys: Sequence[str],
    asked: Mapping[str, nw.Expr],
    columns: Mapping[str, nw.Expr] | None = None,
) -> Columns:
    """What is asked of each combination of the keys, or of the whole frame where there are none.

    The engines group by names of ours: DuckDB takes a dot in a key's name for that of a table.

    Args:
        frame: the rows.
        keys: names of columns.
        asked: aggregations.
        columns: further columns that the aggregations use.
    """
    ours = {f"__key{position}": name for position, name in enumerate(keys)}
    # one step for all columns: engines check every expression against every column, step by step
    made = {own: nw.col(name) for own, name in ours.items()} | dict(columns or {})
    named = frame.with_columns(**made) if made else frame
    if not keys:
        return collect(named.select(**asked))
    found = collect(named.group_by(*ours).agg(**asked))
    return {ours.get(name, name): values for name, values in found.items()}


def require(frame: Frame, names: Iterable[str], role: str) -> None:
    """Refuse names that are not columns of the frame, or that an engine would not take for a name.

    Raises:
        StatisticsError: `UNKNOWN_COLUMN` or `RESERVED_NAME`.
    """
    names = list(names)
    reserved = [name for name in names if name.startswith("__") or name in {"", "*"} or _is_pattern(name)]
    if reserved:
        raise StatisticsError(
            "RESERVED_NAME",
            where=role,
            expected="a name that is not empty, does not begin with `__` and is no pattern (`*`, `^...$`)",
            got=", ".join(map(repr, reserved)),
            remedy="Rename the column: engines, and the sums made here, use such names for themselves.",
        )
    present = frame.collect_schema().names()
    absent = [name for name in names if name not in present]
    if absent:
        raise StatisticsError(
            "UNKNOWN_COLUMN",
            where=role,
            expected=f"a column of the frame ({', '.join(present[:12])}{', …' if len(present) > 12 else ''})",  # noqa: PLR2004 - a message shows a dozen names
            got=", ".join(absent),
            remedy="Check the spelling; names keep their case.",
        )


def _is_pattern(name: str) -> bool:
    return name.startswith("^") and name.endswith("$")


def in_type_of(frame: Frame, column: str, level: object) -> object:
    """A level as a value of the column's own type, so that `"4"` finds the code 4 and 4 the text "4".

    Raises:
        StatisticsError: `LEVEL_TYPE`.
    """
    dtype = frame.collect_schema()[column]
    if isinstance(level, np.generic):
        level = level.item()
    try:
        if level is None:
            raise ValueError(level)  # noqa: TRY301 - a missing level is of no type
        if dtype == nw.Boolean:
            return _truth(level)
        if dtype.is_integer():
            return int(str(level))
        if dtype.is_numeric():
            return _finite(level)
        if dtype == nw.Date:
            return dt.date.fromisoformat(str(level))
        if dtype == nw.Datetime:
            return dt.datetime.fromisoformat(str(level))
    except ValueError as error:
        raise StatisticsError(
            "LEVEL_TYPE",
            where=column,
            expected=f"a level of type {dtype}",
            got=repr(level),
            remedy="Give the level as the column holds it.",
        ) from error
    return level if dtype not in (nw.String, nw.Categorical, nw.Enum) else str(level)


def _finite(level: object) -> float:
    number = float(str(level))
    if not math.isfinite(number):
        raise ValueError(level)
    return number


def _truth(level: object) -> bool:
    # CSV readers take a column of Yes and No for truth values
    known = dict.fromkeys(("true", "yes", "t", "y", "1"), True)
    known |= dict.fromkeys(("false", "no", "f", "n", "0"), False)
    if str(level).lower() not in known:
        raise ValueError(level)
    return known[str(level).lower()]


def _from_file(path: Path) -> duckdb.DuckDBPyRelation:
    kind = path.suffix.lower()
    if not path.is_file():
        raise StatisticsError(
            "NO_FILE",
            where=str(path),
            expected="a .csv or .parquet file",
            got="no such file",
            remedy="Check the path.",
        )
    if kind == ".csv":
        return duckdb.read_csv(
            str(path), sample_size=-1, auto_type_candidates=["BIGINT", "DOUBLE", "VARCHAR"]
        )
    if kind != ".parquet":
        raise StatisticsError(
            "FILE_KIND",
            where=str(path),
            expected="a .csv or .parquet file",
            got=path.suffix or "no extension",
            remedy="Save the data as one of these.",
        )
    return duckdb.read_parquet(str(path))


def _refuse_names_that_differ_in_case(names: list[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise StatisticsError(
                "NAMES_DIFFER_IN_CASE",
                where="frame",
                expected="column names that differ in more than case",
                got=f"{other} and {name}",
                remedy="Rename one of them: SQL engines take the two for one.",
            )


def _filled(values: NDArray[Any], dtype: object) -> NDArray[Any]:
    if dtype == nw.Date:  # DuckDB hands dates over as points of time
        values = values.astype("datetime64[D]")
    if not isinstance(values, np.ma.MaskedArray):
        return values
    filled: NDArray[Any] = values.filled(None if values.dtype == object else 0)
    return filled


def _from_series(series: nw.Series[Any]) -> NDArray[Any]:
    if series.dtype.is_numeric():
        return series.fill_null(0).to_numpy()
    return np.array(series.to_list(), dtype=object)


def beside(frame: Frame, keys: Mapping[str, Sequence[object]], integers: Mapping[str, Integers]) -> Frame:
    """A small frame of keys and integers on the engine of another, to be joined to it.

    Numbers go as integers only: no engine has to read a floating literal.
    """
    native = nw.to_native(frame)
    if isinstance(native, duckdb.DuckDBPyRelation):
        small: object = native.query("beside_this", _values(keys, integers))
    else:
        columns = {name: list(values) for name, values in keys.items()}
        columns |= {name: values.tolist() for name, values in integers.items()}
        small = nw.from_dict(columns, backend=frame.implementation)
    made: Frame = nw.from_native(small).lazy()  # type: ignore[call-overload]  # either engine's frame
    schema = frame.collect_schema()
    return made.with_columns(**{name: nw.col(name).cast(schema[name]) for name in keys})


def _values(keys: Mapping[str, Sequence[object]], integers: Mapping[str, Integers]) -> str:
    """The query for the rows; the integers of a row are one text, since SQL is slow to read many literals."""
    lists = np.stack(list(integers.values()), axis=1).tolist()
    rows = [
        f"({', '.join(map(_literal, key))}, '{numbers}'::BIGINT[])"
        for key, numbers in zip(zip(*keys.values(), strict=True), lists, strict=True)
    ]
    known = [f"key{k} AS {_quoted(name)}" for k, name in enumerate(keys)]
    known += [f"numbers[{k}] AS {_quoted(name)}" for k, name in enumerate(integers, start=1)]
    names = ", ".join(f"key{k}" for k in range(len(keys)))
    listed = f"(VALUES {', '.join(rows)}) AS listed({names}, numbers)"
    # materialised: else the numbers are taken out of their text anew for every row that they are joined to
    return f"WITH small AS MATERIALIZED (SELECT {', '.join(known)} FROM {listed}) SELECT * FROM small"  # noqa: S608 - integers and quoted names and keys only


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: object) -> str:
    if isinstance(value, (bool, int)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
