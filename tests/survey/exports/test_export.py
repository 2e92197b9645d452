"""An export has every answer as it was frozen, reasons apart, and a codebook with every wording."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import duckdb
import pytest

from questionnaires.canonical import instrument_hash
from survey.exports.codebook import codebook
from survey.exports.writing import export
from survey.frozen.layout import item_columns
from survey.frozen.outside import freeze
from survey.frozen.reading import FrozenWave, read
from survey.refusal import Refusal
from tests.survey.frozen.small import DESIGN, INSTRUMENT, SATISFACTION, Files, rows_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wave(tmp_path: Path) -> FrozenWave:
    """A small wave in which texts begin as formulas do."""
    folder = tmp_path / "in"
    folder.mkdir()
    files = Files(folder, design=DESIGN + "mode: how\nstrata: s\n")
    return files.with_column("how", ("@SUM(1)", "web", "-1", "+cmd|x")).with_column("s", ("-1",) * 4).freeze()


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_data_equal_the_frozen_answers(wave: FrozenWave, tmp_path: Path) -> None:
    columns = [column.name for item in INSTRUMENT.items for column in item_columns(INSTRUMENT, item)]
    names = ", ".join(["response", "stratum", "weight", *columns])
    frozen = rows_of(wave, names)
    for form in ("csv", "parquet"):
        export(wave, form=form, out=tmp_path / form)
    with duckdb.connect() as connection:
        parquet = (
            connection.read_parquet(str(tmp_path / "parquet" / "data.parquet")).project(names).fetchall()
        )
    assert parquet == frozen
    text = [
        tuple(row[name.strip()] for name in names.split(","))
        for row in read_csv(tmp_path / "csv" / "data.csv")
    ]
    assert text == [tuple("" if cell is None else str(cell) for cell in row) for row in frozen]


def test_no_cell_runs_in_a_spreadsheet(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    modes = {row["mode"] for row in read_csv(tmp_path / "out" / "data.csv")}
    assert modes == {"'@SUM(1)", "web", "-1", "'+cmd|x"}
    assert {row["text"] for row in read_csv(tmp_path / "out" / "comments.csv")} == {
        "Tốt lắm",
        "'=1+1",
        "Chậm",
    }


def test_an_export_freezes_to_the_same_answers(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    names = (
        "staff, staff__missing, times, times__missing, why, why__missing, extra__1, extra__2, extra__missing"
    )
    design = tmp_path / "design.yaml"
    kept = {column.name for item in INSTRUMENT.items for column in item_columns(INSTRUMENT, item)} | {
        "received"
    }
    header = read_csv(tmp_path / "out" / "data.csv")[0]
    ignored = [name for name in header if name not in kept and name not in {"response", "comment"}]
    design.write_text(
        f"basis: open\nid: response\nroles: {{received: received}}\nignore: [{', '.join(ignored)}]\n",
        encoding="utf-8",
    )
    data = tmp_path / "out" / "data.csv"
    words = {row["response"]: row["text"] for row in read_csv(tmp_path / "out" / "comments.csv")}
    rows = read_csv(data)
    with data.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*header, "comment"])
        writer.writeheader()
        writer.writerows({**row, "comment": words.get(row["response"], "")} for row in rows)
    freeze(data=data, instrument=INSTRUMENT, design=design, out=tmp_path / "again")
    assert rows_of(read(tmp_path / "again"), names) == rows_of(wave, names)


def test_the_codebook_has_every_wording_code_reason_and_base(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    variables = {
        (row["variable"], row["language"]): row for row in read_csv(tmp_path / "out" / "codebook.csv")
    }
    assert variables["staff", "vi"]["wording"] == "Thái độ"
    assert variables["staff", "en"]["wording"] == "Attitude of staff"
    assert (variables["staff", "vi"]["judges"], variables["staff", "vi"]["n"]) == ("received", "2")
    assert variables["why", "vi"]["base"] == "responses where times ≥ 2 and staff answered"
    assert (variables["times", "vi"]["low"], variables["times", "vi"]["high"]) == ("0", "20")
    assert {"extra__1", "extra__2", "comment"} <= {name for name, _ in variables}
    codes = read_csv(tmp_path / "out" / "codes.csv")
    found = {(row["code"], row["label"], row["satisfied"]) for row in codes if row["variable"] == "staff"}
    assert found == {
        (str(category.code), category.wording, str(int(category.code in SATISFACTION.satisfied)))
        for category in SATISFACTION.categories
    }
    reasons = {
        row["code"]: row["label"]
        for row in codes
        if row["variable"] == "times__missing" and row["language"] == "vi"
    }
    assert reasons == {"dont_know": "Không biết", "refused": "Không trả lời"}


class Page(HTMLParser):
    """The texts of a page and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") or name in {"src", "href"} for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_page_says_the_same_and_loads_nothing(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="parquet", out=tmp_path / "out")
    page = Page()
    page.feed((tmp_path / "out" / "codebook.html").read_text(encoding="utf-8"))
    text = " ".join(page.texts)
    for wanted in (
        "Thái độ",
        "Attitude of staff",
        "Rất hài lòng",
        "times ≥ 2",
        instrument_hash(INSTRUMENT),
        "Hộ khẩu",
    ):
        assert wanted in text
    assert not page.tags & {"script", "link", "img"}


def test_the_data_package_describes_each_column_in_its_order(wave: FrozenWave, tmp_path: Path) -> None:
    export(wave, form="csv", out=tmp_path / "out")
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    fields = package["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(read_csv(tmp_path / "out" / "data.csv")[0])
    staff = next(field for field in fields if field["name"] == "staff")
    assert staff["categories"][4] == {"value": 5, "label": "Rất hài lòng"}


def test_counts_of_answers_and_reasons_add_up_to_all_responses(wave: FrozenWave) -> None:
    for entry in codebook(wave):
        assert entry.n + sum(reason.n for reason in entry.reasons) == 4, entry.item.name


def test_an_occupied_folder_is_left_alone(wave: FrozenWave, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(Refusal, match="OCCUPIED"):
        export(wave, form="csv", out=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]
