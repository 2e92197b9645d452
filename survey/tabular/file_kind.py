"""Which kind of file lies there, told by its content: an extension can say anything."""

from __future__ import annotations

import codecs
import zipfile
from typing import TYPE_CHECKING, Literal

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["csv", "parquet", "xlsx"]

# First bytes of files that people hand over for data; each is named, so that they know what to convert.
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007 (.xls)"),
    (b"$FL2", "an SPSS file (.sav)"),
    (b"$FL3", "a compressed SPSS file (.zsav)"),
    (b"<stata_dta>", "a Stata file (.dta)"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"ARROW1", "an Arrow file"),
    (b"RDX", "an R data file"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<?xml", "XML"),
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
)
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_CHUNK = 1 << 20


def kind_of(path: Path) -> Kind:
    """The kind of a file of data.

    Raises:
        Refusal: it is empty, cut off, or of a kind or encoding that is not read; says which was found.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
        if size >= len(b"PAR1"):
            file.seek(-4, 2)
        tail = file.read(4)
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise Refusal([_wrong_kind(path, "EMPTY_FILE", f"an empty file ({size} bytes)")])
    if head.startswith(b"PAR1"):
        if size < len(b"PAR1") * 3 or tail != b"PAR1":
            raise Refusal([_wrong_kind(path, "TRUNCATED", f"a Parquet file cut off after {size:,} bytes")])
        return "parquet"
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for signature, name in _SIGNATURES:
        if start.startswith(signature.lower()):
            raise Refusal([_wrong_kind(path, "WRONG_KIND", name)])
    check_utf8(path)
    return "csv"


def check_utf8(path: Path) -> None:
    """Refuse text that is not UTF-8, naming the line and what it may be instead."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _OTHER_ENCODINGS:
            if head.startswith(mark):
                raise Refusal([_wrong_encoding(f"{path}", f"{name} (its byte order mark)")])
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        line = 1
        while chunk := file.read(_CHUNK):
            zero = chunk.find(b"\0")
            if zero >= 0:
                line += chunk.count(b"\n", 0, zero)
                got = "a zero byte: UTF-16 without its mark, or a binary file"
                raise Refusal([_wrong_encoding(f"{path}:{line}", got)])
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=len(chunk) < _CHUNK)
            except UnicodeDecodeError as error:
                place = max(error.start - pending, 0)
                line += chunk.count(b"\n", 0, place)
                got = f"byte 0x{error.object[error.start]:02X}: perhaps Windows-1258, Windows-1252 or TCVN3"
                raise Refusal([_wrong_encoding(f"{path}:{line}", got)]) from error
            line += chunk.count(b"\n")


def _kind_of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refusal([_wrong_kind(path, "TRUNCATED", "a damaged workbook or ZIP archive")]) from error
    if "xl/workbook.xml" in names:
        return "xlsx"
    others = {
        "content.xml": "an OpenDocument file (.ods, .odt)",
        "word/document.xml": "a Word document (.docx)",
        "xl/workbook.bin": "a binary workbook (.xlsb)",
    }
    found = next((name for entry, name in others.items() if entry in names), "a ZIP archive")
    raise Refusal([_wrong_kind(path, "WRONG_KIND", found)])


def _wrong_kind(path: Path, code: str, got: str) -> Fault:
    return Fault(
        code=code,
        where=str(path),
        expected="a table as CSV (UTF-8), Parquet or XLSX",
        got=got,
        remedy="Save or export it again in one of these.",
    )


def _wrong_encoding(where: str, got: str) -> Fault:
    return Fault(
        code="WRONG_ENCODING",
        where=where,
        expected="text in UTF-8",
        got=got,
        remedy="Save it again as UTF-8 (in a spreadsheet: CSV UTF-8).",
    )
