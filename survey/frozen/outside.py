"""`longdan freeze`: answers that were collected elsewhere become a frozen wave, or a list of faults."""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from questionnaires import document
from questionnaires.canonical import instrument_hash, to_json
from survey.frozen import checks
from survey.frozen.answers import Variable, variables
from survey.frozen.checks import Check
from survey.frozen.columns import column_faults
from survey.frozen.design_file import read_design
from survey.frozen.engine import literal, locked_engine
from survey.frozen.layout import (
    ARRIVAL_COLUMNS,
    ARRIVALS,
    COMMENT_COLUMNS,
    COMMENTS,
    DESIGN,
    INSTRUMENTS,
    PLAN,
    RESPONSE_COLUMNS,
    RESPONSE_PART,
    RESPONSES,
    STAGES,
    UNIT_COLUMNS,
    UNITS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
    Design,
    Manifest,
    item_columns,
    missing_column,
)
from survey.frozen.sampling import DesignFaults, design_columns, row_checks
from survey.frozen.tables import Table, load_table
from survey.frozen.units import agencies, named_units, role_checks, role_faults, unit_faults, unit_rows
from survey.frozen.writing import (
    canonical_json,
    seal,
    whole_folder,
    write_csv,
    write_parquet,
)
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from questionnaires.model import Instrument
    from survey.frozen.design_file import DesignFile

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?"

UnitTable = tuple[tuple[str, ...], list[tuple[str | None, ...]]]


@dataclass(frozen=True)
class _Inputs:
    """The files as they were read; `plan` in canonical JSON."""

    table: Table
    design: DesignFile
    units: Table | None
    plan: str | None


@dataclass(frozen=True)
class _Source:
    """What goes into a wave, read and free of faults."""

    table: Table
    instrument: Instrument
    design: DesignFile
    variables: dict[str, Variable]
    units: UnitTable


def freeze(  # noqa: PLR0913 - the contract's own arguments
    *,
    data: Path,
    instrument: Instrument,
    design: Path,
    out: Path,
    units: Path | None = None,
    plan: Path | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Make a frozen wave of a table of answers.

    Args:
        data: CSV (UTF-8), Parquet or XLSX with a row a response; the content decides, not the extension.
        instrument: what was asked.
        design: the design file.
        out: the wave's folder, new or empty; its name becomes the wave's.
        units: a table with `code`, `name`, `kind` of each organisation.
        plan: the sealed plan, YAML or JSON, if there is one.
        step: told of each step, for a person who waits.

    Returns:
        The manifest of the wave.

    Raises:
        Refusal: with every fault of data, design, units and plan; nothing is written then.
    """
    with whole_folder(out) as folder, locked_engine(folder, *_folders(data, units)) as connection:
        step(f"reading {data.name}")
        inputs = _load(connection, data, design, units, plan)
        step(f"checking {len(inputs.table.header)} columns")
        source = _checked(connection, inputs, instrument, str(design))
        step("writing")
        opened, closed = _write(connection, source, folder, inputs.plan)
        step("sealing")
        return seal(
            folder,
            connection,
            wave=_wave_name(out),
            opened=opened,
            closed=closed,
            basis=source.design.basis,
            plan=inputs.plan and hashlib.sha256(inputs.plan.encode("utf-8")).hexdigest(),
            version=version("longdan"),
            instruments=(instrument_hash(instrument),),
        )


def _folders(*paths: Path | None) -> set[Path]:
    return {path.parent for path in paths if path is not None}


def _load(
    connection: duckdb.DuckDBPyConnection, data: Path, design: Path, units: Path | None, plan: Path | None
) -> _Inputs:
    """Read every file; what is wrong with one is told together with what is wrong with the others."""
    faults: list[Fault] = []
    with _noting(faults):
        described = read_design(design)
    with _noting(faults):
        table = load_table(connection, data, "data")
    with _noting(faults):
        unit_table = None if units is None else load_table(connection, units, "units")
    with _noting(faults):
        sealed = None if plan is None else _plan(plan)
    if faults:
        raise Refusal(faults)
    return _Inputs(table, described, unit_table, sealed)


@contextmanager
def _noting(faults: list[Fault]) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        faults.extend(refusal.faults)


def _plan(path: Path) -> str:
    """The plan in canonical JSON, whose hash names it."""
    source = document.read(path)
    if source.faults:
        raise Refusal(
            [
                Fault(
                    code=fault.code,
                    where=f"{path}:{fault.line or source.line(fault.path)}",
                    expected="a plan: a mapping in YAML or JSON",
                    got=fault.message.rstrip("."),
                    remedy="Correct the file.",
                )
                for fault in source.faults
            ]
        )
    return canonical_json(source.data)


def _checked(
    connection: duckdb.DuckDBPyConnection,
    inputs: _Inputs,
    instrument: Instrument,
    design_path: str,
) -> _Source:
    table, design, units = inputs.table, inputs.design, inputs.units
    faults = [*column_faults(table, instrument, design), *role_faults(instrument, design, design_path)]
    rows, codes = None, None
    if units is not None:
        absent = [name for name in UNIT_COLUMNS if name not in units.header]
        faults += [_no_unit_column(units, name) for name in absent]
        if not absent:
            rows = unit_rows(connection, units)
            codes = {str(row[0]) for row in rows[1] if row[0] is not None}
            faults += unit_faults(rows[1], units, instrument)
    found = variables(instrument, table)
    rules: list[Check] = [check for variable in found.values() for check in variable.checks]
    rules += [*_day_checks(table, design), *row_checks(table, design), *role_checks(table, design, codes)]
    faults += checks.run(connection, table, rules)
    faults += DesignFaults(connection, table, design)
    faults += _id_faults(connection, table, design)
    if faults:
        raise Refusal(faults)
    return _Source(
        table, instrument, design, found, rows or named_units(connection, table, instrument, design)
    )


def _no_unit_column(units: Table, name: str) -> Fault:
    return Fault(
        code="MISSING_COLUMN",
        where=checks.where(units, name),
        expected=f"the columns {', '.join(UNIT_COLUMNS)}",
        got=f"no `{name}` among {', '.join(units.header[:20])}",
        remedy="Add the column; `kind` may have empty cells.",
    )


def _day_checks(table: Table, design: DesignFile) -> Iterator[Check]:
    if design.day in table.header:
        cell = table.column(design.day)
        yield Check(
            code="WRONG_DAY",
            column=design.day,
            offends=f"{cell} IS NOT NULL AND {_day(cell)} IS NULL",
            shown=cell,
            expected="a day as YYYY-MM-DD",
            remedy="Write days so: 05/01/2026 is two different days in two countries.",
        )


def _day(cell: str) -> str:
    """The day of a date, with a time or without; the time is dropped, it would single people out."""
    return f"CASE WHEN regexp_full_match({cell}, '{_DATE}') THEN TRY_CAST({cell}[1:10] AS DATE) END"


def _id_faults(connection: duckdb.DuckDBPyConnection, table: Table, design: DesignFile) -> Iterator[Fault]:
    """Ids that are empty or stand twice: a respondent counted twice is worth two."""
    if design.id not in table.header:
        return
    cell = table.column(design.id)
    counted = f"{cell} AS id, count(*) AS n, list(row ORDER BY row)[1:5] AS rows"
    ids = connection.table(table.name).aggregate(counted, cell)
    found = ids.filter("n > 1 OR id IS NULL").order("rows").project("id, rows").fetchall()
    for code, expected, some in (
        ("EMPTY_ID", "an id in every row", [row for row in found if row[0] is None]),
        ("ID_TWICE", "each id once", [row for row in found if row[0] is not None]),
    ):
        if some:
            got = "; ".join(
                f"{checks.listed([name])} in rows {', '.join(map(str, rows))}" for name, rows in some[:5]
            )
            more = f"; and {len(some) - 5:,} more" if len(some) > 5 else ""  # noqa: PLR2004 - as many as are shown
            remedy = "Keep one row of each respondent, and give every row its id."
            where = checks.where(table, design.id)
            yield Fault(code=code, where=where, expected=expected, got=got + more, remedy=remedy)


def _write(
    connection: duckdb.DuckDBPyConnection, source: _Source, folder: Path, plan: str | None
) -> tuple[str | None, str | None]:
    """Write everything but the manifest; returns the first and the last day, where days are known."""
    table, instrument = source.table, source.instrument
    _draw_ids(connection, table)
    known = {
        "response": "response",
        "instrument": literal(instrument_hash(instrument)),
        **design_columns(table, source.design),
        **agencies(table, source.design),
    }
    if source.design.mode is not None:
        known["mode"] = table.column(source.design.mode)
    if source.design.day is not None:
        known["day"] = _day(table.column(source.design.day))
    columns = [(name, kind, known.get(name, "NULL")) for name, kind in RESPONSE_COLUMNS.items()]
    for item in instrument.items:
        for column in item_columns(instrument, item):
            variable = source.variables[item.name]
            reason = column.name == missing_column(item.name)
            columns.append(
                (column.name, column.type, variable.reason if reason else variable.values[column.name])
            )
    selected = ", ".join(f'CAST({sql} AS {kind}) AS "{name}"' for name, kind, sql in columns)
    rows = connection.query(f"FROM {table.name} POSITIONAL JOIN ids")
    part = folder / RESPONSES / RESPONSE_PART.format(number=0)
    write_parquet(rows.project(selected).order("response"), part)
    kinds = ", ".join(f"{name} {kind}" for name, kind in COMMENT_COLUMNS.items())
    connection.execute(f"CREATE TABLE comments ({kinds})")
    for name, variable in source.variables.items():
        if variable.text is not None:
            written = rows.filter(f"{variable.text} IS NOT NULL")
            written.project(f"response, {literal(name)}, {variable.text}").insert_into("comments")
    write_parquet(connection.table("comments").order("response, item"), folder / COMMENTS)
    _write_descriptions(source, folder, plan)
    day = f"CAST({known.get('day', 'NULL')} AS DATE)"
    [days] = rows.aggregate(f"min({day})::VARCHAR, max({day})::VARCHAR").fetchall()
    return days


def _draw_ids(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Give each row 128 fresh random bits; sorted by them, the order of the rows says nothing."""
    count = table.rows
    bits = np.frombuffer(secrets.token_bytes(16 * count), dtype=np.uint64).reshape(count, 2)
    connection.register("bits", {"high": bits[:, 0].copy(), "low": bits[:, 1].copy()})
    halves = " || ".join(f"lpad(to_hex({half}), 16, '0')" for half in ("high", "low"))
    connection.table("bits").project(f"lower({halves}) AS response").create("ids")
    connection.unregister("bits")


def _write_descriptions(source: _Source, folder: Path, plan: str | None) -> None:
    instrument, design = source.instrument, source.design
    (folder / INSTRUMENTS).mkdir()
    _write_text(folder / INSTRUMENTS / f"{instrument_hash(instrument)}.json", to_json(instrument))
    stages = len(design.fpc) if isinstance(design.fpc, tuple) else 1
    frozen_design = Design(
        basis=design.basis,
        strata="stratum" if design.strata else None,
        psu="psu" if design.psu else None,
        ssu="ssu" if design.ssu else None,
        weights="weight",
        fpc=STAGES[:stages],
        lonely_psu=design.lonely_psu,
        source=design.model_dump(mode="json"),
    )
    _write_text(folder / DESIGN, canonical_json(frozen_design.model_dump(mode="json")))
    _write_text(folder / PLAN, plan or "null")
    write_csv(folder / UNITS, *source.units)
    write_csv(folder / ARRIVALS, ARRIVAL_COLUMNS, [])
    write_csv(folder / WITHDRAWALS, WITHDRAWAL_COLUMNS, [])


def _write_text(path: Path, text: str) -> None:
    """Canonical JSON without a line end: the file's SHA-256 is then the hash that names its content."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _wave_name(out: Path) -> str:
    """The folder's name as a wave's name: `[a-z0-9][a-z0-9-]{0,39}`."""
    plain = re.sub(r"[^a-z0-9]+", "-", out.resolve().name.lower()).strip("-")
    return plain[:40].rstrip("-") or "wave"
