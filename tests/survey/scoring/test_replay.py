"""The same bytes on every engine and number of threads, made again by replay, and any changed byte named."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from survey.refusal import Refusal
from survey.scoring.result import replay
from survey.version import version
from tests.survey.scoring.program import RESULT, change_a_byte, done, faults_of, longdan, names_in


@pytest.fixture
def copied(result: Path, tmp_path: Path) -> Path:
    """A copy of wave and result, side by side as they were; the result's folder."""
    shutil.copytree(result.parent, tmp_path / "copy")
    return tmp_path / "copy" / "result"


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("threads", [1, 2])
def test_engine_threads_and_repetition_change_no_byte(
    engine: str, threads: int, wave: Path, result: Path, tmp_path: Path
) -> None:
    for again in ("first", "second"):
        out = tmp_path / again
        done("score", wave, "--out", out, "--lang", "en", "--engine", engine, "--threads", threads)
        assert names_in(out) == sorted([*RESULT, "manifest.json"])
        for name in RESULT:
            assert (out / name).read_bytes() == (result / name).read_bytes(), name
    done("replay", out)


def test_the_id_stands_for_data_code_and_configuration(wave: Path, result: Path, tmp_path: Path) -> None:
    english = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
    assert (english["version"], english["language"], english["frozen"]) == (version(), "en", "../wave")
    ids = {}
    for engine, language in (("polars", "en"), ("duckdb", "vi")):
        out = tmp_path / engine
        printed = done("score", wave, "--out", out, "--lang", language, "--engine", engine, "--json")
        ids[language] = json.loads(printed)["id"]
        assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["id"] == ids[language]
    assert ids["en"] == english["id"] != ids["vi"]


def test_replay_agrees_wherever_wave_and_result_lie_together(copied: Path) -> None:
    moved = copied.parent.with_name("elsewhere, với dấu")
    copied.parent.rename(moved)
    assert done("replay", moved / "result") == f"{moved / 'result'}: the same bytes again\n"
    printed = json.loads(done("replay", "result", "--json", cwd=moved))
    manifest = json.loads((moved / "result" / "manifest.json").read_text(encoding="utf-8"))
    assert printed == {"result": "result", "id": manifest["id"], "equal": True}


def test_a_changed_byte_of_each_file_is_refused_and_the_file_named(copied: Path) -> None:
    folder = copied.parent
    files = [name for name in names_in(folder) if name != "result/manifest.json"]
    assert len(files) == 13
    for name in files:
        raw = (folder / name).read_bytes()
        change_a_byte(folder / name)
        [fault] = faults_of(longdan("replay", copied, "--json"))
        assert Path(fault["where"]).resolve() == (folder / name).resolve()
        (folder / name).write_bytes(raw)
    done("replay", copied)


def test_every_byte_of_the_manifest_counts(copied: Path, tmp_path: Path) -> None:
    path = copied / "manifest.json"
    raw = path.read_bytes()
    for place in range(len(raw)):
        change_a_byte(path, place)
        with pytest.raises(Refusal):
            replay(copied, tmp_path / f"scratch {place}")
        path.write_bytes(raw)
    change_a_byte(path, raw.index(b'"id": "') + len(b'"id": "'))
    [fault] = faults_of(longdan("replay", copied, "--json"))
    assert (fault["code"], fault["where"]) == ("CHANGED", str(path))


def test_numbers_that_come_out_otherwise_are_named_with_both_versions(copied: Path) -> None:
    """A result whose every checksum is in order, and which this program does not make of the wave."""
    with (copied / "scores.csv").open("a", encoding="utf-8") as file:
        file.write("invented\n")
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["scores.csv"] = hashlib.sha256((copied / "scores.csv").read_bytes()).hexdigest()
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    (copied / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    [fault] = faults_of(longdan("replay", copied, "--json"))
    assert (fault["code"], fault["where"]) == ("DIFFERS", str(copied / "scores.csv"))
    assert version() in fault["expected"]


def test_what_is_no_result_or_has_lost_its_wave_is_refused(copied: Path) -> None:
    [fault] = faults_of(longdan("replay", copied.parent / "wave", "--json"))
    assert fault["code"] == "NO_RESULT"
    [fault] = faults_of(longdan("replay", copied.parent / "nowhere", "--json"))
    assert fault["code"] == "NO_RESULT"
    shutil.rmtree(copied.parent / "wave")
    [fault] = faults_of(longdan("replay", copied, "--json"))
    assert fault["code"] == "MISSING_FILE"
    assert fault["where"].endswith("manifest.json")
