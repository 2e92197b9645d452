"""What a frozen wave looks like on disk: names of files and columns, the manifest, the design.

Other programs rely on these names; `docs/frozen-wave.md` describes them for people.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel

from questionnaires.item_types import ITEM_TYPES, ExportType, variables
from questionnaires.model import Instrument, Item

FORMAT = "longdan-frozen-wave/1"

MANIFEST = "manifest.json"
DESIGN = "design.json"
PLAN = "plan.json"
UNITS = "units.csv"
ARRIVALS = "arrivals.csv"
WITHDRAWALS = "withdrawals.csv"
COMMENTS = "comments.parquet"
RESPONSES = "responses"
RESPONSE_PART = "part-{number:04d}.parquet"
INSTRUMENTS = "instruments"

ARRIVAL_COLUMNS = ("place", "day", "hour", "responses", "visitors")
WITHDRAWAL_COLUMNS = ("place", "n")
UNIT_COLUMNS = ("code", "name", "kind")
COMMENT_COLUMNS = {"response": "VARCHAR", "item": "VARCHAR", "text": "VARCHAR"}

# Every response has these columns, whatever it was asked; what a wave does not know is null.
RESPONSE_COLUMNS = {
    "response": "VARCHAR",
    "instrument": "VARCHAR",
    "mode": "VARCHAR",
    "day": "DATE",
    "language": "VARCHAR",
    "channel": "VARCHAR",
    "procedure": "VARCHAR",
    "place": "VARCHAR",
    "received": "VARCHAR",
    "decides": "VARCHAR",
    "helps": "VARCHAR",
    "consent": "VARCHAR",
    "repeat": "BOOLEAN",
    "interviewer": "VARCHAR",
    "seconds": "TINYINT",
    "stratum": "VARCHAR",
    "psu": "VARCHAR",
    "ssu": "VARCHAR",
    "weight": "DOUBLE",
    "fpc1": "BIGINT",
    "fpc2": "BIGINT",
    "flags": "VARCHAR",
}

Basis = Literal["probability", "all_invited", "open"]
Stage = Literal["fpc1", "fpc2"]
STAGES: tuple[Stage, ...] = ("fpc1", "fpc2")
LonelyPsu = Literal["certainty", "remove", "centre", "average"]

_COLUMN_TYPES = {ExportType.CODE: "INTEGER", ExportType.FLAG: "TINYINT", ExportType.NUMBER: "DOUBLE"}

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


def missing_column(item: str) -> str:
    """The column that says why an item has no answer."""
    return f"{item}__missing"


def export_type(item: Item) -> ExportType:
    """What kind of columns the item has."""
    return ITEM_TYPES[item.type].export


def value_columns(instrument: Instrument, item: Item) -> tuple[str, ...]:
    """The columns of an item's values: itself, one a category of a multiple choice, none for information."""
    return variables(item, instrument.scale_of(item) if item.scale is not None else None)


@dataclass(frozen=True)
class Column:
    """One column that an item has in the responses: its name and its DuckDB type."""

    name: str
    type: str


def item_columns(instrument: Instrument, item: Item) -> tuple[Column, ...]:
    """The columns of one item in the responses: its values, then the reason for having none.

    Of each item either all values or the reason is null. The words of a text item lie in the comments; what
    stays here is the reason for having none. Information has no column.
    """
    kind = export_type(item)
    if kind is ExportType.NONE:
        return ()
    names = () if kind is ExportType.TEXT else value_columns(instrument, item)
    values = (Column(name, _COLUMN_TYPES[kind]) for name in names)
    return *values, Column(missing_column(item.name), "VARCHAR")


def _inside_the_folder(name: str) -> str:
    if not _FILE_NAME.fullmatch(name) or ".." in name:
        raise ValueError("a file of the folder, written with /")
    return name


FileName = Annotated[str, AfterValidator(_inside_the_folder)]


class _Record(BaseModel, frozen=True, extra="forbid", strict=True):
    """A frozen object of the folder's JSON."""


class FileEntry(_Record):
    """What the manifest says of one file; `rows` is null where a file has none."""

    sha256: str
    bytes: int
    rows: int | None


class Removal(_Record):
    """A file that retention took away later, and why; a wave stays valid without it."""

    file: FileName
    day: str
    reason: str


class Manifest(_Record):
    """The folder's table of contents, written last: a folder without it is no frozen wave.

    `instruments` are the versions that people answered and the one of the sealed plan, in the order in which
    the wave offered them; `responses` says how many each has. `head` is that of the audit chain when a wave
    of ours was closed; null for outside data.
    """

    format: Literal["longdan-frozen-wave/1"]
    wave: str
    opened: str | None
    closed: str | None
    basis: Basis
    plan: str | None
    head: str | None = None
    version: str
    instruments: tuple[str, ...]
    responses: dict[str, int]
    files: dict[FileName, FileEntry]
    removed: tuple[Removal, ...] = ()


class Design(_Record):
    """How the responses were chosen, in columns of the responses: what `SurveyDesign` needs.

    `psu` null means that the interview itself is the first stage. `fpc` has a column a stage. `lonely_psu`
    null refuses a stratum with one PSU. `source` keeps the design file that outside data came with.
    """

    basis: Basis
    strata: Literal["stratum"] | None
    psu: Literal["psu"] | None
    ssu: Literal["ssu"] | None
    weights: Literal["weight"]
    fpc: tuple[Stage, ...]
    lonely_psu: LonelyPsu | None
    source: dict[str, object]
