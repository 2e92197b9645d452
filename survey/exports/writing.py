"""`longdan export`: data, comments, codebook and data package of a frozen wave in a new folder."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from questionnaires.item_types import CodebookEntry
from survey.exports.codebook import Entry, codebook
from survey.exports.package_fields import item_fields
from survey.exports.response_variables import RESPONSE_VARIABLES
from survey.frozen.engine import identifier, literal, locked_engine
from survey.frozen.layout import RESPONSE_COLUMNS
from survey.frozen.writing import whole_folder, write_csv
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import duckdb

    from survey.frozen.reading import FrozenWave

TO_COME = ("sav", "dta", "ddi", "triple-s")

_TEMPLATES = Path(__file__).with_name("templates")
_NUMERAL = "[+-]?[0-9]+([.,][0-9]+)?"
_FORMULA = "^[=+\\-@\\t\\r]"
_TYPES = {"BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number", "BIGINT": "integer", "TINYINT": "integer"}


def export(
    wave: FrozenWave, *, form: str, out: Path, step: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Write a wave for other programs.

    Args:
        wave: the wave, read and verified.
        form: `csv` or `parquet`.
        out: a new or empty folder.
        step: told of each step, for a person who waits.

    Returns:
        The names of the files.

    Raises:
        Refusal: a format that is still to come, an occupied folder, or several versions of the instrument of
            which the plan names none.
    """
    if form not in {"csv", "parquet"}:
        expected = "csv or parquet" + (f"; `{form}` is still to come" if form in TO_COME else "")
        remedy = "Choose one of these."
        fault = Fault(code="NOT_YET", where=f"--format {form}", expected=expected, got=form, remedy=remedy)
        raise Refusal([fault])
    step("counting")
    entries = codebook(wave)
    with whole_folder(out) as folder, locked_engine(wave.path, folder) as connection:
        step("writing")
        wave.open_views(connection)
        responses = connection.table("responses").order("response")
        _write_rows(responses, folder / f"data.{form}", form)
        comments = connection.table("comments")
        if comments.aggregate("count(*)").fetchall() != [(0,)]:
            _write_rows(comments.order("response, item"), folder / f"comments.{form}", form)
        step("describing")
        _write_codebook(wave, entries, folder)
        if form == "csv":
            _write_package(wave, entries, folder, responses.columns)
        return tuple(sorted(path.name for path in folder.iterdir()))


def _write_rows(rows: duckdb.DuckDBPyRelation, path: Path, form: str) -> None:
    place = path.resolve().as_posix()
    if form == "parquet":
        rows.write_parquet(place)
        return
    columns = zip(rows.columns, rows.types, strict=True)
    rows.project(
        ", ".join(_harmless(name) if str(kind) == "VARCHAR" else identifier(name) for name, kind in columns)
    ).write_csv(place, header=True)


def _harmless(column: str) -> str:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it; numbers stay."""
    name = identifier(column)
    runs = (
        f"regexp_matches({name}, {literal(_FORMULA)}) AND NOT regexp_full_match({name}, {literal(_NUMERAL)})"
    )
    return f"CASE WHEN {runs} THEN chr(39) || {name} ELSE {name} END AS {name}"


def _write_table(path: Path, header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    """As the data: no cell that a spreadsheet would run."""
    write_csv(path, header, (tuple(_harmless_text(cell) for cell in row) for row in rows))


def _harmless_text(cell: object) -> object:
    runs = isinstance(cell, str) and re.match(_FORMULA, cell) and not re.fullmatch(_NUMERAL, cell)
    return f"'{cell}" if runs else cell


def _write_codebook(wave: FrozenWave, entries: tuple[Entry, ...], folder: Path) -> None:
    _write_table(folder / "codebook.csv", _VARIABLE_HEADER, _variable_rows(entries))
    _write_table(
        folder / "codes.csv",
        ("variable", "kind", "code", "language", "label", "satisfied", "versions"),
        _code_rows(entries),
    )
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    style = (_TEMPLATES / "codebook.css").read_text(encoding="utf-8")
    items: dict[str, list[Entry]] = {}
    for entry in entries:
        items.setdefault(entry.item.name, []).append(entry)
    page = environment.get_template("codebook.html").render(
        title=wave.instrument.title,
        wave=wave,
        numbers={version: place for place, version in enumerate(wave.manifest.instruments, 1)},
        languages=dict.fromkeys(language for entry in entries for language in entry.wordings),
        design_variables=RESPONSE_VARIABLES,
        items=items,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii"),
    )
    (folder / "codebook.html").write_text(page, encoding="utf-8", newline="\n")


_VARIABLE_HEADER = (
    "variable",
    "item",
    "type",
    "section",
    "construct",
    "judges",
    "language",
    "wording",
    "hint",
    "base",
    "low",
    "high",
    "n",
    "versions",
    "responses",
    "not_offered",
    "change",
)


def _variable_rows(entries: tuple[Entry, ...]) -> Iterator[tuple[object, ...]]:
    """A row a variable, language and way in which versions have it; a text item stands under its own name."""
    for entry in entries:
        for variable in entry.columns or (entry.item.name,):
            for language, wording in entry.wordings.items():
                yield (
                    variable,
                    entry.item.name,
                    entry.item.type.value,
                    entry.section,
                    entry.construct.name if entry.construct else "",
                    entry.judges,
                    language,
                    wording,
                    entry.hints.get(language, ""),
                    entry.base,
                    "" if entry.item.low is None else entry.item.low,
                    "" if entry.item.high is None else entry.item.high,
                    entry.n,
                    " ".join(entry.versions),
                    entry.responses,
                    entry.not_offered,
                    entry.change or "",
                )


def _code_rows(entries: tuple[Entry, ...]) -> Iterator[tuple[object, ...]]:
    """A row a code and language, and a row a missing reason and language."""
    for entry in entries:
        flags = entry.kind is CodebookEntry.FLAGS
        versions = " ".join(entry.versions)
        for place, code in enumerate(entry.codes):
            variable = entry.columns[place] if flags else entry.item.name
            kind, shown = ("chosen", 1) if flags else ("code", code.code)
            satisfied = "" if code.satisfied is None else int(code.satisfied)
            for language, label in code.labels.items():
                yield variable, kind, shown, language, label, satisfied, versions
        for reason in entry.reasons:
            for language, label in (reason.labels or {"": ""}).items():
                yield entry.reason_column, "reason", reason.reason.value, language, label, "", versions


def _write_package(
    wave: FrozenWave, entries: tuple[Entry, ...], folder: Path, columns: Sequence[str]
) -> None:
    """A data package (Data Package standard, version 2) over the CSV files."""
    fields = {str(field["name"]): field for field in (*_response_fields(), *item_fields(entries))}
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": wave.manifest.wave,
        "title": wave.instrument.title,
        "resources": [
            {
                "name": "data",
                "path": "data.csv",
                "type": "table",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [fields[column] for column in columns],
                    "missingValues": [""],
                },
            }
        ],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _response_fields() -> Iterator[dict[str, object]]:
    for variable in RESPONSE_VARIABLES:
        kind = _TYPES.get(RESPONSE_COLUMNS[variable.name], "string")
        yield {"name": variable.name, "type": kind, "description": variable.meaning}
