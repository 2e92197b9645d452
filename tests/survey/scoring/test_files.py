"""The files of a result: three forms that say the same, of names and wordings as hostile as they come."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from survey.scoring.rows import COLUMNS
from tests.survey.scoring.program import (
    RESULT,
    ROOT,
    change_a_byte,
    done,
    faults_of,
    longdan,
    names_in,
    rows_of,
)
from tests.survey.scoring.surveys import Survey

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = (
    "agency,kind,construct,item,recipe,basis,estimate,se,ci_low,ci_high,df,n,n_valid,missing_share,bound_low,"
    "bound_high,deff,reliability,rank_low,rank_high,decision_use,suppressed"
)
TEXTS = ("agency", "kind", "construct", "item", "recipe", "basis", "decision_use", "suppressed")
COUNTS = ("df", "n", "n_valid", "rank_low", "rank_high")
RTL = "\N{RIGHT-TO-LEFT OVERRIDE}מחלקה\N{POP DIRECTIONAL FORMATTING}"
HOSTILE = {
    "=1+1": '"</script><script>alert(1)</script>',
    "+cmd|' /C calc'!A0": "</style><img src=x onerror=alert(1)>",
    "-2+3": "O'Brien & Sons <b>bold</b>",
    "@SUM(A1)": RTL,
    'quote"comma,': "{{ 7*7 }}{% raw %}",
    "NULL": "NULL",
    "007": "Sở Tư pháp 🏛️ 👩‍⚖️",
    "tab\there": "a" * 300,
}


def assert_the_forms_agree(result: Path) -> int:
    """CSV, JSON and Parquet cell by cell; how many rows."""
    with (result / "scores.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == COLUMNS
    form = json.loads((result / "scores.json").read_text(encoding="utf-8"))
    assert (form["format"], form["columns"]) == ("longdan-scores/1", header)
    with duckdb.connect() as engine:
        table = engine.read_parquet(str(result / "scores.parquet"))
        assert table.columns == header
        kinds = dict(zip(header, map(str, table.types), strict=True))
        packed = table.fetchall()
    for name, kind in kinds.items():
        assert kind == ("VARCHAR" if name in TEXTS else "INTEGER" if name in COUNTS else "DOUBLE"), name
    for line, said, row in zip(lines, form["rows"], packed, strict=True):
        for name, cell, other in zip(header, line, row, strict=True):
            assert said[name] == other, (name, line)
            assert cell == ("" if other is None else str(other)), (name, line)
    return len(lines)


def test_the_columns_are_those_of_the_contract(result: Path) -> None:
    first = (result / "scores.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == CONTRACT
    assert names_in(result) == sorted([*RESULT, "manifest.json"])


def test_three_forms_say_the_same(result: Path) -> None:
    assert assert_the_forms_agree(result) > 300


class Structure(HTMLParser):
    """Which elements a page has, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_hostile_names_and_wordings_stay_text(language: str, tmp_path: Path) -> None:
    wording = "</script>=1+1 \"two\" 'one' <i>&amp; 🙂 " + RTL
    survey = Survey(
        folder=tmp_path,
        title='<script>alert("title")</script>',
        wordings={"manner": wording},
        columns={
            "received": [code for code in HOSTILE for _ in range(12)],
            "manner": [5, 4, 4, 2, 1, 3] * 2 * len(HOSTILE),
        },
        names=HOSTILE,
    )
    paths = survey.write()
    options = [word for name, path in paths.items() for word in (f"--{name}", path)]
    done("freeze", *options, "--out", tmp_path / "wave")
    done("score", tmp_path / "wave", "--out", survey.result, "--lang", language)
    assert assert_the_forms_agree(survey.result) == 12 * len(HOSTILE)
    assert {row["agency"] for row in rows_of(survey.result)} == set(HOSTILE)
    page = Structure()
    page.feed((survey.result / "report.html").read_text(encoding="utf-8"))
    assert not {"script", "img", "i"} & page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    text = unicodedata.normalize("NFC", " ".join(page.texts)).replace("\N{NO-BREAK SPACE}", " ")
    for name in (*HOSTILE.values(), wording, survey.title):
        assert name in text
    done("replay", survey.result)


def test_what_cannot_be_scored_leaves_nothing(wave: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "notes.txt").write_text("mine", encoding="utf-8")
    for arguments, code in (
        ((wave, "--out", occupied), "OCCUPIED"),
        ((tmp_path, "--out", tmp_path / "out"), "NO_WAVE"),
        ((tmp_path / "nowhere", "--out", tmp_path / "out"), "NO_WAVE"),
        ((wave / "manifest.json", "--out", tmp_path / "out"), "NO_WAVE"),
        ((wave, "--out", tmp_path / "out", "--engine", "spark"), "NOT_YET"),
    ):
        [fault] = faults_of(longdan("score", *arguments, "--json"))
        assert fault["code"] == code
        assert fault["remedy"]
    assert names_in(tmp_path) == ["occupied/notes.txt"]


def test_a_wave_that_changed_is_not_scored(tmp_path: Path) -> None:
    survey = Survey(folder=tmp_path, columns={"received": ["a"] * 12, "manner": [4, 5, 1] * 4})
    wave = survey.freeze()
    change_a_byte(wave / "responses" / "part-0000.parquet")
    [fault] = faults_of(longdan("score", wave, "--out", tmp_path / "out", "--json"))
    assert (fault["code"], Path(fault["where"]).name) == ("WRONG_CHECKSUM", "part-0000.parquet")
    assert not (tmp_path / "out").exists()


LITTLE_ROOM = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
room = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
from survey.cli.main import main
main()
"""


def assert_full(run: subprocess.CompletedProcess[str]) -> None:
    [fault] = faults_of(run)
    assert fault["code"] == "DISK_FULL"


@pytest.mark.parametrize("room", [150_000, 60_000, 10_000, 100])
def test_a_write_that_fails_for_want_of_room_leaves_nothing(room: int, wave: Path, tmp_path: Path) -> None:
    """Too little for one of the files: report, tables, all."""
    words = ["score", wave, "--out", tmp_path / "out", "--json"]
    command = [sys.executable, "-c", LITTLE_ROOM, str(room), *map(str, words)]
    assert_full(subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False))  # noqa: S603 - our own
    assert names_in(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A real file system of 256 kB; None where this person may not mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    mounted = False
    if mount and umount:
        command = [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - the system's
    yield place if mounted else None
    if mounted:
        subprocess.run([str(umount), str(place)], check=True)  # noqa: S603 - as above


def test_a_full_disk_leaves_nothing_half_written(small_disk: Path | None, wave: Path) -> None:
    """Tables and report of the city take 370 kB; where nobody may mount, the test above stands for this."""
    if small_disk is not None:
        assert_full(longdan("score", wave, "--out", small_disk / "out", "--json"))
        assert list(small_disk.iterdir()) == []


WRONG = [
    "score",
    "score wave",
    "score wave --out x --threads 0",
    "score wave --out x --engine r",
    "score wave --out x --lang fr",
    "replay",
]


@pytest.mark.parametrize("words", WRONG)
def test_wrong_usage_is_2(words: str) -> None:
    assert longdan(*words.split()).returncode == 2
