"""What the laws share: samples, the designs they are taken by, and every estimator behind one signature."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl

from analysis import SurveyDesign, mean, proportion, ratio, total
from analysis.index_sums import ItemSet, RatedItem
from analysis.indices import indices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analysis.results import Result

OPTIONAL = 0.08
PSUS, SSUS, PEOPLE = 5, 3, 2
STRATA = ("north", "south", "west")
REASONS = ("dont_know", "refused", "not_applicable", "off_route")

ITEMS = (
    RatedItem(
        column="q1", low=1, high=5, satisfied=(4, 5), construct="a", missing="q1__missing", weights=(1, 3)
    ),
    RatedItem(column="q2", low=1, high=4, satisfied=(3, 4), construct="a", missing="q2__missing"),
    RatedItem(
        column="q3", low=0, high=2, satisfied=(2,), construct="b", missing="q3__missing", weights=(0.5, 2)
    ),
)
WHOLE = ItemSet(name="whole", items=ITEMS)

DESIGNS: dict[str, dict[str, Any]] = {
    "interviews": {},
    "weighted interviews": {"weights": "w"},
    "strata": {"strata": "s", "weights": "w"},
    "finite strata": {"strata": "s", "weights": "w", "fpc": "interviews_in_stratum"},
    "clusters": {"strata": "s", "psu": "p", "weights": "w"},
    "finite clusters": {"strata": "s", "psu": "p", "weights": "w", "fpc": "psus_in_stratum"},
    "two stages": {"strata": "s", "psu": "p", "weights": "w", "fpc": ["psus_in_stratum", "people_in_psu"]},
    "two stages of units": {
        "strata": "s",
        "psu": "p",
        "ssu": "u",
        "weights": "w",
        "fpc": ["psus_in_stratum", "ssus_in_psu"],
    },
}


def sample(seed: int, *, psus: int = PSUS) -> pl.DataFrame:
    """Three strata of PSUs of three SSUs of two people; answers in a PSU go together, some are missing."""
    rng = np.random.default_rng(seed)
    shape = [(s, p, u, i) for s in STRATA for p in range(psus) for u in range(SSUS) for i in range(PEOPLE)]
    n = len(shape)
    effect = np.repeat(rng.normal(size=len(STRATA) * psus), SSUS * PEOPLE)
    columns: dict[str, Any] = {
        "s": [s for s, *_ in shape],
        "p": [f"{s}{p}" for s, p, *_ in shape],
        "u": [f"{s}{p}{u}" for s, p, u, _ in shape],
        "row": list(range(n)),
        "w": rng.uniform(0.5, 3, n),
        "interviews_in_stratum": [200] * n,
        "psus_in_stratum": [20] * n,
        "people_in_psu": [30] * n,
        "ssus_in_psu": [7] * n,
        "g": rng.choice(["dong", "tay", "nam"], n),
        "y": _some(rng, effect + rng.normal(size=n)),
        "x": _some(rng, rng.uniform(1, 4, n)),
        "k": _some(rng, rng.integers(1, 6, n)),
    }
    for item in ITEMS:
        height = (effect + rng.normal(size=n) > -0.5).astype(int) + rng.integers(0, item.high - item.low, n)
        answer = _some(rng, np.minimum(item.low + height, item.high))
        columns[item.column] = answer
        columns[item.missing] = [rng.choice(REASONS) if value is None else None for value in answer]
    return pl.DataFrame(columns)


def _some(rng: np.random.Generator, values: np.ndarray[Any, Any]) -> list[Any]:
    gone = rng.random(len(values)) < OPTIONAL
    return [None if missing else value for value, missing in zip(values.tolist(), gone, strict=True)]


def on_duckdb(frame: pl.DataFrame, threads: int = 1) -> duckdb.DuckDBPyRelation:
    """The frame as a relation of a connection of its own."""
    file = Path(tempfile.mkdtemp()) / "frame.parquet"
    frame.write_parquet(file)
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("CREATE TABLE frame AS SELECT * FROM read_parquet(?)", [str(file)])
    return connection.table("frame")


@dataclass(frozen=True)
class Row:
    """One estimate of any estimator; values of indices are in 0..100."""

    name: str
    domain: tuple[Any, ...]
    n: int
    value: float
    se: float
    low: float | None
    high: float | None
    df: int


def _rows(name: str, result: Result) -> list[Row]:
    return [
        Row(
            f"{name} {row.variable}",
            tuple(row.by.values()),
            row.n,
            row.value,
            row.se,
            row.low,
            row.high,
            row.df,
        )
        for row in result.rows
    ]


def _index_rows(design: SurveyDesign, by: Sequence[str]) -> list[Row]:
    return [
        Row(
            f"{row.measure}/{row.rule} {row.item}{row.set}",
            row.domain,
            row.n_valid,
            row.value,
            float(row.se or 0),
            row.low,
            row.high,
            row.df,
        )
        for row in indices(design, ITEMS, [WHOLE], by=by)
        if row.value is not None
    ]


ESTIMATORS: dict[str, Callable[[SurveyDesign, Sequence[str]], list[Row]]] = {
    "mean": lambda design, by: _rows("mean", mean(design, ["y", "k"], by=by)),
    "proportion": lambda design, by: _rows("proportion", proportion(design, "k", level=[4, 5], by=by)),
    "ratio": lambda design, by: _rows("ratio", ratio(design, "y", "x", by=by)),
    "total": lambda design, by: _rows("total", total(design, ["y", "k"], by=by)),
    "indices": _index_rows,
}
SCALE_FREE = [name for name in ESTIMATORS if name != "total"]


def estimates(frame: object, estimator: str, by: Sequence[str] = (), **design: Any) -> list[Row]:
    """All rows of an estimator under a design."""
    if isinstance(frame, pl.DataFrame):
        frame = frame.lazy()
    return ESTIMATORS[estimator](SurveyDesign(frame, **design), list(by))


def close(
    ours: Iterable[Row],
    others: Iterable[Row],
    *,
    rel: float = 1e-10,
    compare: Sequence[str] = ("n", "value", "se", "low", "high", "df"),
) -> None:
    """Assert that two lists hold the same estimates of the same domains."""
    ours, others = list(ours), list(others)
    assert ours
    assert [(row.name, row.domain) for row in ours] == [(row.name, row.domain) for row in others]
    for one, other in zip(ours, others, strict=True):
        for field in compare:
            a, b = getattr(one, field), getattr(other, field)
            if a is None or b is None:
                assert a is b, (one, other)
            else:
                assert abs(a - b) <= rel * max(abs(a), abs(b), 1e-3 if field != "n" else 0), (
                    one,
                    other,
                    field,
                )
