"""The first sheet of an XLSX workbook as text; the archive is measured before anything is unpacked."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

MOST_ENTRIES = 10_000
MOST_UNPACKED = 2_000_000_000  # bytes; a full sheet of a million rows by fifty columns is about half of it
MOST_RATIO = 200  # XML of sheets packs 10 to 50 times
_SMALL = 10_000_000  # bytes; under this no ratio can hurt

_CHUNK = 1 << 20

Cell = str | None


def read_workbook(path: Path) -> tuple[tuple[Cell, ...], list[list[Cell]]]:
    """Header and rows of the only sheet that holds something.

    Returns:
        The header row, and the rows below it, each as long as the header.

    Raises:
        Refusal: the archive would unpack to too much, is damaged, or has several sheets with content.
    """
    _measure(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [
            (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (CalamineError, ValueError, OSError, KeyError) as error:
        raise Refusal(
            [_fault(path, "DAMAGED", "a readable workbook", " ".join(str(error).split()))]
        ) from error
    filled = [(name, rows) for name, rows in sheets if rows]
    if not filled:
        raise Refusal([_fault(path, "EMPTY_FILE", "a sheet with a header and rows", "an empty workbook")])
    if len(filled) > 1:
        names = ", ".join(name for name, _ in filled)
        raise Refusal([_fault(path, "SEVERAL_SHEETS", "one sheet with content", f"{len(filled)}: {names}")])
    rows = [[_text(value) for value in row] for row in filled[0][1]]
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Refusal([_fault(path, "EMPTY_FILE", "a sheet with a header and rows", "an empty sheet")])
    return tuple(rows[0]), rows[1:]


def _measure(path: Path) -> None:
    """Refuse an archive that would unpack to more than a table can be."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            got = f"{len(entries):,} entries"
            raise Refusal(
                [_fault(path, "TOO_LARGE", f"at most {MOST_ENTRIES:,} entries in the archive", got)]
            )
        most = min(MOST_UNPACKED, max(path.stat().st_size * MOST_RATIO, _SMALL))
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked <= most:
            unpacked = _unpacked(path, entries, most)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError) as error:
        raise Refusal([_fault(path, "DAMAGED", "a readable workbook", str(error))]) from error
    if unpacked > most:
        expected = (
            f"at most {most:,} bytes unpacked ({MOST_RATIO} times the file, never over {MOST_UNPACKED:,})"
        )
        raise Refusal([_fault(path, "TOO_LARGE", expected, f"{unpacked:,} bytes or more")])


def _unpacked(path: Path, entries: list[zipfile.ZipInfo], most: int) -> int:
    """Bytes that the entries really give, counted up to `most`: the directory of an archive can lie."""
    total = 0
    with path.open("rb") as file:
        for entry in entries:
            file.seek(entry.header_offset + 26)
            name_length, extra_length = struct.unpack("<HH", file.read(4))
            file.seek(name_length + extra_length, 1)
            if entry.compress_type != zipfile.ZIP_DEFLATED:
                total += entry.compress_size
                continue
            stream = zlib.decompressobj(-zlib.MAX_WBITS)
            while not stream.eof and total <= most:
                packed = stream.unconsumed_tail or file.read(_CHUNK)
                if not packed:
                    raise ValueError(f"entry {entry.filename} is cut off")
                total += len(stream.decompress(packed, _CHUNK))
    return total


def _text(value: object) -> Cell:
    """A cell as it would stand in a CSV: whole numbers without a point, dates in ISO form."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _fault(path: Path, code: str, expected: str, got: str) -> Fault:
    remedy = "Save the one sheet of data as a new workbook, or as CSV UTF-8."
    return Fault(code=code, where=str(path), expected=expected, got=got, remedy=remedy)
