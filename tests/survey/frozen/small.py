"""A small instrument with an item of every type, and the files that freeze it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from questionnaires.model import (
    Answered,
    Category,
    Comparison,
    Construct,
    Instrument,
    Item,
    ItemType,
    Junction,
    Missing,
    MissingCode,
    ResponseScale,
    Role,
    Section,
    Wording,
)
from survey.frozen.outside import freeze
from survey.frozen.reading import FrozenWave, read

if TYPE_CHECKING:
    from pathlib import Path

SATISFACTION = ResponseScale(
    name="satisfaction",
    categories=tuple(
        Category(code=code, wording=wording)
        for code, wording in enumerate(
            ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"), 1
        )
    ),
    satisfied=(4, 5),
    missing_codes=(
        MissingCode(code=8, reason=Missing.NOT_APPLICABLE),
        MissingCode(code=9, reason=Missing.DONT_KNOW),
    ),
)
PAPERS = ResponseScale(
    name="papers",
    categories=(Category(code=1, wording="Giấy khai sinh"), Category(code=2, wording="Hộ khẩu")),
)
ITEMS = (
    Item(name="staff", type=ItemType.RATING, wording="Thái độ", scale="satisfaction", construct="service"),
    Item(
        name="times",
        type=ItemType.NUMBER,
        wording="Số lần đi lại",
        low=0,
        high=20,
        missing=(Missing.DONT_KNOW, Missing.REFUSED),
    ),
    Item(
        name="why",
        type=ItemType.SINGLE_CHOICE,
        wording="Vì sao",
        scale="satisfaction",
        ask_if=Junction(
            operator="all",
            conditions=(
                Comparison(operator="ge", item="times", value=2),
                Answered(operator="answered", item="staff"),
            ),
        ),
    ),
    Item(name="extra", type=ItemType.MULTIPLE_CHOICE, wording="Giấy tờ", scale="papers"),
    Item(name="note", type=ItemType.INFORMATION, wording="Xin cảm ơn"),
    Item(name="comment", type=ItemType.LONG_TEXT, wording="Ý kiến", max_length=100),
)
INSTRUMENT = Instrument(
    name="small",
    title="Khảo sát nhỏ",
    source_language="vi",
    missing_wording={Missing.DONT_KNOW: "Không biết", Missing.REFUSED: "Không trả lời"},
    scales=(SATISFACTION, PAPERS),
    constructs=(Construct(name="service", wording="Phục vụ", role=Role.RECEIVED),),
    sections=(Section(name="all", title="Tất cả", items=ITEMS),),
    wordings=(Wording(language="en", texts={"title": "Small survey", "item.staff": "Attitude of staff"}),),
)
COLUMNS = ("id", "unit", "staff", "times", "why", "extra__1", "extra__2", "comment")
ROWS = (
    ("r1", "00004", "5", "1", "", "1", "0", "Tốt lắm"),
    ("r2", "00004", "9", "3", "", "0", "0", ""),
    ("r3", "00008", "2", "2", "4", "", "", "=1+1"),
    ("r4", "00008", "", "dont_know", "", "0", "1", "Chậm"),
)
DESIGN = "basis: open\nid: id\nroles: {received: unit}\n"
UNITS = "code,name,kind\n00004,Phường Ba Đình,ward\n00008,Phường Hoàn Kiếm,ward\n"


@dataclass
class Files:
    """The input files of one freeze, written under a folder; change what the test is about."""

    folder: Path
    columns: tuple[str, ...] = COLUMNS
    rows: tuple[tuple[str, ...], ...] = ROWS
    design: str = DESIGN
    units: str | None = None
    plan: str | None = None
    instrument: Instrument = INSTRUMENT
    data: str | bytes | None = None
    suffix: str = ".csv"
    out: Path = field(init=False)

    def __post_init__(self) -> None:
        self.out = self.folder / "wave"

    def with_column(self, name: str, cells: tuple[str, ...]) -> Files:
        """One more column, or another content of one."""
        if name in self.columns:
            place = self.columns.index(name)
            self.rows = tuple(
                (*row[:place], cell, *row[place + 1 :]) for row, cell in zip(self.rows, cells, strict=True)
            )
        else:
            self.columns = (*self.columns, name)
            self.rows = tuple((*row, cell) for row, cell in zip(self.rows, cells, strict=True))
        return self

    def text(self) -> str:
        """The table as CSV."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows((self.columns, *self.rows))
        return file.getvalue()

    def write(self) -> dict[str, Path | None]:
        """Write all files; the paths by what they are."""
        content = self.text() if self.data is None else self.data
        raw = content if isinstance(content, bytes) else content.encode("utf-8")
        paths: dict[str, Path | None] = {
            "data": self.folder / f"data{self.suffix}",
            "design": self.folder / "design.yaml",
        }
        (self.folder / f"data{self.suffix}").write_bytes(raw)
        (self.folder / "design.yaml").write_text(self.design, encoding="utf-8")
        for name, text in (("units", self.units), ("plan", self.plan)):
            paths[name] = None
            if text is not None:
                paths[name] = self.folder / f"{name}.{'csv' if name == 'units' else 'yaml'}"
                (self.folder / paths[name].name).write_text(text, encoding="utf-8")
        return paths

    def freeze(self) -> FrozenWave:
        """Freeze and read again."""
        freeze(instrument=self.instrument, out=self.out, **self.write())
        return read(self.out)


def rows_of(wave: FrozenWave, columns: str, view: str = "responses") -> list[tuple[object, ...]]:
    """Rows of a view in the order of their values."""
    with wave.engine() as connection:
        return sorted(connection.table(view).project(columns).fetchall(), key=repr)
