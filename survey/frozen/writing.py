"""How a frozen wave comes to be: whole or not at all.

Everything is written into a folder beside the target, the manifest last; then the folder gets its name. A
full disk, an error or an interruption removes it again.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import hashlib
import json
import os
import secrets
import shutil
from typing import TYPE_CHECKING, Any

import duckdb

from survey.frozen.engine import exact_path, literal
from survey.frozen.layout import MANIFEST, RESPONSES, FileEntry, Manifest
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = (
    "no space left",
    "disk full",
    "not enough space",
    "file too large",
    "disk quota",
    "could not write all",
)


def refuse_occupied(target: Path) -> None:
    """Refuse an output folder that already holds something: nothing is ever overwritten."""
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists() or target.is_symlink():
        got = "a folder with files" if target.is_dir() else "a file"
        remedy = "Choose another folder, or remove what is there."
        raise Refusal([_fault("OCCUPIED", str(target), "a new or empty folder", got, remedy)])


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `target` when the block ends well and vanishes otherwise.

    Raises:
        Refusal: the target holds something already, or the disk is full.
    """
    refuse_occupied(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.parent / f".{target.name}.{secrets.token_hex(8)}.unfinished"
    try:
        unfinished.mkdir(mode=0o700)
        yield unfinished
        if target.is_dir():
            target.rmdir()  # empty, as was checked; Windows renames onto no folder
        unfinished.rename(target)
        _synchronise_folder(target.parent)
    except (OSError, duckdb.Error) as error:
        if not _disk_full(error):
            raise
        free = shutil.disk_usage(target.parent).free
        got = f"{free:,} bytes free: {' '.join(str(error).split())[:160]}"
        remedy = "Free some space or choose another disk, then run again; nothing was kept."
        raise Refusal([_fault("DISK_FULL", str(target), "room on the disk", got, remedy)]) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _disk_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, duckdb.IOException) and any(word in str(error).lower() for word in _FULL_WORDS)


def write_parquet(rows: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Write rows in their order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(path.resolve().as_posix())


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV in UTF-8 with the same line ends everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def seal(
    folder: Path, connection: duckdb.DuckDBPyConnection, *, instruments: Sequence[str], **fields: Any
) -> Manifest:
    """Write the manifest over everything in the folder, and see it safely on the disk.

    Args:
        folder: what was written so far.
        connection: an engine that may read the folder, to count rows of Parquet.
        instruments: the hashes of the versions.
        fields: the manifest's fields but `format`, `responses` and `files`.
    """
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        path.chmod(0o600)
        _synchronise(path)
        files[path.relative_to(folder).as_posix()] = FileEntry(
            sha256=sha256_of(path), bytes=path.stat().st_size, rows=rows_of(connection, path)
        )
    manifest = Manifest(
        format="longdan-frozen-wave/1",
        instruments=tuple(instruments),
        responses=dict.fromkeys(instruments, 0) | _versions_in(connection, folder),
        files=files,
        **fields,
    )
    path = folder / MANIFEST
    text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=2)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    path.chmod(0o600)
    _synchronise(path)
    for inner in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        inner.chmod(0o700)
        _synchronise_folder(inner)
    return manifest


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rows_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int | None:
    """How many rows a table has; None for a file that is no table."""
    if path.suffix == ".parquet":
        query = "SELECT num_rows FROM parquet_file_metadata(?)"
        [(rows,)] = connection.execute(query, [exact_path(path)]).fetchall()
        return int(rows)
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file)) - 1
    return None


def _versions_in(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """How many responses each version of the instrument has."""
    parts = sorted((folder / RESPONSES).iterdir())
    places = ", ".join(literal(exact_path(part)) for part in parts)
    found = connection.query(f"FROM read_parquet([{places}], union_by_name = true)")
    return dict(found.aggregate("instrument, count(*)", "instrument").fetchall())


def _synchronise(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _synchronise_folder(path: Path) -> None:
    """See the names of a folder on the disk; Windows neither can nor needs to."""
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
