"""Reading a frozen wave, and verifying that it is still what was sealed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from questionnaires.canonical import from_json, instrument_hash
from survey.frozen.engine import exact_path, literal, locked_engine
from survey.frozen.layout import (
    COMMENT_COLUMNS,
    COMMENTS,
    DESIGN,
    FORMAT,
    INSTRUMENTS,
    MANIFEST,
    PLAN,
    RESPONSES,
    UNITS,
    Design,
    Manifest,
)
from survey.frozen.tables import load_table, row_texts
from survey.frozen.writing import sha256_of
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from questionnaires.model import Instrument

_AGAIN = "Take the folder from a backup, or freeze the wave again."


@dataclass(frozen=True, kw_only=True)
class FrozenWave:
    """A frozen wave: its descriptions, and where the answers lie.

    `instruments` are by hash; `units` has a dictionary a row of `units.csv`, texts by column; `responses` are
    the parts, all with the columns of `layout.RESPONSE_COLUMNS`; `plan` is None where none was sealed.
    """

    path: Path
    manifest: Manifest
    instruments: Mapping[str, Instrument]
    design: Design
    units: tuple[Mapping[str, str], ...]
    plan: Mapping[str, object] | None
    responses: tuple[Path, ...]

    @property
    def instrument(self) -> Instrument:
        """The version by whose recipes the wave is scored: the sealed plan's, else the only one.

        Raises:
            Refusal: there are several versions, and the plan names none of them.
        """
        planned = None if self.plan is None else self.plan.get("version")
        if isinstance(planned, str) and planned in self.instruments:
            return self.instruments[planned]
        if len(self.instruments) > 1:
            expected = "one instrument, or a plan whose `version` is one of them"
            got = f"{len(self.instruments)} versions"
            remedy = "Freeze the answers to each version as a wave of its own."
            raise Refusal([_fault("SEVERAL_INSTRUMENTS", self.path / MANIFEST, expected, got, remedy)])
        return next(iter(self.instruments.values()))

    @contextmanager
    def engine(self, *, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database that reads nothing but this folder, with the views `responses` and `comments`.

        A wave whose comments were removed has no rows there.
        """
        with locked_engine(self.path, threads=threads) as connection:
            self.open_views(connection)
            yield connection

    def open_views(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the views in an engine that may read the folder."""
        parts = ", ".join(literal(exact_path(part)) for part in self.responses)
        connection.query(f"FROM read_parquet([{parts}], union_by_name = true)").create_view("responses")
        if (self.path / COMMENTS).exists():
            place = literal(exact_path(self.path / COMMENTS))
            connection.query(f"FROM read_parquet({place})").create_view("comments")
        else:
            kinds = ", ".join(f"{name} {kind}" for name, kind in COMMENT_COLUMNS.items())
            connection.execute(f"CREATE TABLE comments ({kinds})")


def read(path: Path, *, verified: bool = True) -> FrozenWave:
    """Read a frozen wave.

    Args:
        path: the folder.
        verified: whether checksums are compared first; only who has just verified the folder says no.

    Raises:
        Refusal: the folder is no frozen wave, or something in it is not as it was sealed.
    """
    faults = verify(path) if verified else []
    if faults:
        raise Refusal(faults)
    manifest = _manifest(path)
    try:
        instruments = {name: _instrument(path, name) for name in manifest.instruments}
        design = Design.model_validate_json((path / DESIGN).read_text(encoding="utf-8"))
        plan = json.loads((path / PLAN).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        got = " ".join(str(error).split())[:200]
        raise Refusal(
            [_fault("UNREADABLE", path, "the descriptions of a frozen wave", got, _AGAIN)]
        ) from error
    with locked_engine(path) as connection:
        units = tuple(row_texts(connection, load_table(connection, path / UNITS, "units", may_be_empty=True)))
    parts = tuple(path / name for name in sorted(manifest.files) if name.startswith(f"{RESPONSES}/"))
    return FrozenWave(
        path=path,
        manifest=manifest,
        instruments=instruments,
        design=design,
        units=units,
        plan=plan,
        responses=parts,
    )


def verify(path: Path) -> list[Fault]:
    """Compare a frozen wave with its manifest: every file that is absent, extra, shorter or changed.

    Files that the manifest lists as removed may be gone.
    """
    try:
        manifest = _manifest(path)
    except Refusal as refusal:
        return list(refusal.faults)
    removed = {removal.file for removal in manifest.removed}
    present = {
        found.relative_to(path).as_posix(): found
        for found in path.rglob("*")
        if found.is_symlink() or not found.is_dir()
    }
    present.pop(MANIFEST)
    faults = []
    for name, entry in sorted(manifest.files.items()):
        file = present.pop(name, None)
        if file is None and name in removed:
            continue
        if file is None:
            faults.append(
                _fault("MISSING_FILE", path / name, f"a file of {entry.bytes:,} bytes", "none", _AGAIN)
            )
        elif file.is_symlink():
            faults.append(_fault("LINK", file, "a file of the folder itself", "a link", _AGAIN))
        elif file.stat().st_size != entry.bytes:
            got = f"{file.stat().st_size:,} bytes"
            faults.append(_fault("WRONG_SIZE", file, f"{entry.bytes:,} bytes", got, _AGAIN))
        elif (found := sha256_of(file)) != entry.sha256:
            faults.append(_fault("WRONG_CHECKSUM", file, f"SHA-256 {entry.sha256}", found, _AGAIN))
    for file in present.values():
        remedy = "Move it elsewhere: nothing is added to a frozen wave."
        faults.append(_fault("EXTRA_FILE", file, "the files of the manifest alone", "a further file", remedy))
    return faults + _names_of_content(path, manifest, faults)


def _names_of_content(path: Path, manifest: Manifest, faults: list[Fault]) -> list[Fault]:
    """Instruments and plan whose content is not the one that their hash names."""
    if faults:
        return []
    expected = {f"{INSTRUMENTS}/{name}.json": name for name in manifest.instruments}
    if manifest.plan is not None:
        expected[PLAN] = manifest.plan
    found = []
    for file, name in expected.items():
        entry = manifest.files.get(file)
        if entry is None or entry.sha256 != name:
            got = "no such file" if entry is None else entry.sha256
            found.append(_fault("WRONG_HASH", path / file, f"the content with SHA-256 {name}", got, _AGAIN))
    return found


def _manifest(path: Path) -> Manifest:
    file = path / MANIFEST
    if not file.is_file():
        got = "no manifest.json" if path.is_dir() else "no such folder"
        remedy = "Name a folder that `longdan freeze` or `longdan close` wrote."
        raise Refusal([_fault("NO_WAVE", path, "a frozen wave", got, remedy)])
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        faults = [
            _fault(
                "WRONG_MANIFEST",
                f"{file}: {'.'.join(str(part) for part in detail['loc'])}",
                f"the manifest of {FORMAT}",
                detail["msg"],
                _AGAIN,
            )
            for detail in error.errors(include_url=False)
        ]
        raise Refusal(faults) from error


def _instrument(path: Path, name: str) -> Instrument:
    instrument = from_json((path / INSTRUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    if instrument_hash(instrument) != name:
        raise ValueError(f"the instrument {name} has the hash {instrument_hash(instrument)}")
    return instrument


def _fault(code: str, where: Path | str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=str(where), expected=expected, got=got, remedy=remedy)
