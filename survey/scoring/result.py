"""The result folder: scores in three forms, the report, and a manifest by which they can be made again."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import asdict, astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from survey.frozen.engine import exact_path, literal, locked_engine
from survey.frozen.layout import MANIFEST
from survey.frozen.reading import read
from survey.frozen.writing import canonical_json, sha256_of, whole_folder, write_parquet
from survey.refusal import Fault, Refusal
from survey.scoring.compute import Engine, scores
from survey.scoring.described import report_of
from survey.scoring.report.page import render
from survey.scoring.rows import COLUMNS, ScoreRow
from survey.version import version

if TYPE_CHECKING:
    from collections.abc import Callable


CSV, JSON, PARQUET, REPORT = FILES = ("scores.csv", "scores.json", "scores.parquet", "report.html")


class ResultManifest(BaseModel, frozen=True, extra="forbid", strict=True):
    """What a result was made from and with; `id` is the SHA-256 of data, code and configuration.

    `frozen` is where the wave lay, relative to the result folder; `data` the SHA-256 of its manifest. The
    engine is noted and not in the `id`: it changes no number. Threads change nothing and are not noted.
    """

    format: Literal["longdan-result/1"]
    id: str
    wave: str
    frozen: str
    data: str
    version: str
    language: Literal["vi", "en"]
    engine: Engine
    files: dict[str, str]


def score(  # noqa: PLR0913 - the options of the command
    frozen: Path,
    out: Path,
    *,
    language: Literal["vi", "en"] = "vi",
    engine: Engine = "duckdb",
    threads: int | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> ResultManifest:
    """Score a frozen wave into a new result folder, whole or not at all.

    Raises:
        Refusal: the wave is not as it was sealed, or the folder holds something.
        StatisticsError: the design cannot carry an estimate.
    """
    step("Verifying the wave")
    wave = read(frozen)
    with whole_folder(out) as folder:
        step("Scoring")
        rows = scores(wave, engine=engine, threads=threads)
        step("Writing")
        _write_scores(folder, rows, wave.manifest.responses)
        data = sha256_of(frozen / MANIFEST)
        page = render(report_of(wave, rows, language, data=data), language)
        (folder / REPORT).write_text(page, encoding="utf-8", newline="\n")
        manifest = ResultManifest(
            format="longdan-result/1",
            id=_identity(data, version(), language),
            wave=wave.manifest.wave,
            frozen=_relative(frozen, out),
            data=data,
            version=version(),
            language=language,
            engine=engine,
            files={name: sha256_of(folder / name) for name in FILES},
        )
        (folder / MANIFEST).write_text(_text(manifest), encoding="utf-8", newline="\n")
    return manifest


def replay(result: Path, scratch: Path, *, step: Callable[[str], None] = lambda _: None) -> ResultManifest:
    """Make a result again from its wave and compare every file, byte by byte.

    Args:
        result: the result folder.
        scratch: a folder to compute into.
        step: told what is being done.

    Raises:
        Refusal: naming each file of result or wave that is not what it was, or not what comes out now.
    """
    manifest = _manifest(result)
    changed = [name for name, digest in manifest.files.items() if _digest(result / name) != digest]
    if changed:
        raise Refusal([_changed(result / name) for name in changed])
    frozen = result / manifest.frozen
    if _digest(frozen / MANIFEST) != manifest.data:
        raise Refusal([_changed(frozen / MANIFEST)])
    made = score(
        frozen,
        scratch / "again",
        language=manifest.language,
        engine=manifest.engine,
        step=step,
    )
    differing = [name for name in FILES if made.files[name] != manifest.files[name]]
    if differing:
        raise Refusal([_differs(result / name, manifest.version, made.version) for name in differing])
    if made.model_copy(update={"frozen": manifest.frozen}) != manifest:
        raise Refusal([_changed(result / MANIFEST)])
    return manifest


def _write_scores(folder: Path, rows: list[ScoreRow], instruments: dict[str, int]) -> None:
    with (folder / CSV).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(("" if cell is None else cell for cell in astuple(row)) for row in rows)
    form = {
        "format": "longdan-scores/1",
        "instruments": instruments,
        "columns": COLUMNS,
        "rows": [asdict(row) for row in rows],
    }
    (folder / JSON).write_text(
        json.dumps(form, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    with locked_engine(folder, threads=1) as connection:
        # nothing is guessed, and every cell is text until it is cast, so that a code like 01 stays one
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in COLUMNS)
        source = literal(exact_path(folder / CSV))
        table = connection.query(f"FROM read_csv({source}, columns = {{{columns}}}, {_OWN_CSV})")
        write_parquet(table.project(", ".join(_cast(name) for name in COLUMNS)), folder / PARQUET)


_OWN_CSV = r"""auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\n'"""
_TYPES = {
    field.name: {"float | None": "DOUBLE", "int | None": "INTEGER"}.get(str(field.type))
    for field in fields(ScoreRow)
}


def _cast(name: str) -> str:
    kind = _TYPES[name]
    return f"CAST(NULLIF({name}, '') AS {kind}) AS {name}" if kind else f"coalesce({name}, '') AS {name}"


def _identity(data: str, code: str, language: str) -> str:
    form = canonical_json({"data": data, "code": code, "config": {"language": language}})
    return hashlib.sha256(form.encode("utf-8")).hexdigest()


def _relative(frozen: Path, out: Path) -> str:
    """The wave as seen from the result folder, so that the two may move together."""
    try:
        return Path(os.path.relpath(frozen.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive of a Windows machine
        return frozen.resolve().as_posix()


def _text(manifest: ResultManifest) -> str:
    return json.dumps(manifest.model_dump(), ensure_ascii=False, sort_keys=True, indent=2) + "\n"


def _manifest(result: Path) -> ResultManifest:
    """The manifest of a result; its `id` and its very bytes must be those that were written."""
    path = result / MANIFEST
    try:
        text = path.read_bytes().decode("utf-8")
        manifest = ResultManifest.model_validate_json(text)
    except (OSError, ValueError) as error:
        got = " ".join(str(error).split())[:200]
        fault = Fault(
            code="NO_RESULT",
            where=str(path),
            expected="the manifest of a result folder",
            got=got,
            remedy="Name a folder that `longdan score` has written.",
        )
        raise Refusal([fault]) from error
    made_from = _identity(manifest.data, manifest.version, manifest.language)
    if manifest.id != made_from or text != _text(manifest) or set(manifest.files) != set(FILES):
        raise Refusal([_changed(path)])
    return manifest


def _digest(path: Path) -> str:
    return sha256_of(path) if path.is_file() else ""


def _changed(path: Path) -> Fault:
    return Fault(
        code="CHANGED" if path.is_file() else "MISSING_FILE",
        where=str(path),
        expected="the file that was scored or written",
        got="another content" if path.is_file() else "no file",
        remedy="Take it from a backup; what stands there now is not the evidence of this result.",
    )


def _differs(path: Path, before: str, now: str) -> Fault:
    return Fault(
        code="DIFFERS",
        where=str(path),
        expected=f"what version {before} had written",
        got=f"something else from version {now}",
        remedy="Replay with the version that made the result; if it is the same, report the difference.",
    )
