"""The commands as a person runs them: what they print, and with which exit code they end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.survey.frozen.small import Files

ROOT = Path(__file__).parents[3]
CITY = ROOT / "examples" / "kansas_city"


def longdan(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from survey.cli.main import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Kansas City wave."""
    out = tmp_path_factory.mktemp("waves") / "kansas-city"
    done = longdan(
        "freeze",
        "--data",
        CITY / "answers.csv",
        "--instrument",
        "kcmo_2021",
        "--design",
        CITY / "design.yaml",
        "--out",
        out,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["responses"], json.loads(done.stdout)["basis"]) == (1033, "probability")
    return out


def test_the_answers_of_a_city_freeze_and_verify(city: Path) -> None:
    done = longdan("verify", city)
    assert (done.returncode, done.stderr) == (0, "")
    units = (city / "units.csv").read_text(encoding="utf-8").splitlines()
    assert len(units) == 18
    assert json.loads(longdan("verify", city, "--json").stdout) == {"frozen": str(city), "verified": True}


def test_a_changed_wave_ends_with_1_and_the_file_is_named(tmp_path: Path) -> None:
    wave = Files(tmp_path).freeze().path
    with (wave / "units.csv").open("ab") as file:
        file.write(b"x")
    done = longdan("verify", wave)
    assert done.returncode == 1
    assert str(wave / "units.csv") in done.stderr
    assert "WRONG_SIZE" in done.stderr
    exported = longdan("export", wave, "--format", "csv", "--out", tmp_path / "out")
    assert (exported.returncode, (tmp_path / "out").exists()) == (1, False)


def test_faults_end_with_1_and_the_whole_list(tmp_path: Path) -> None:
    paths = Files(tmp_path).with_column("staff", ("x", "9", "6", "3")).write()
    definition = ROOT / "questionnaires" / "definitions" / "kcmo_2021.yaml"
    words = ("freeze", "--data", paths["data"], "--instrument", definition, "--design", paths["design"])
    done = longdan(*words, "--out", tmp_path / "wave", "--json")
    assert done.returncode == 1
    faults = json.loads(done.stdout)["faults"]
    assert {fault["code"] for fault in faults} == {"UNKNOWN_COLUMN", "MISSING_COLUMN"}
    assert len(done.stderr.splitlines()) == len(faults)
    assert not (tmp_path / "wave").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("freeze",), 2),
        (("verify", "nowhere"), 1),
        (("verify",), 1),
        (("verify", "nowhere", "--head", "00"), 1),
        (("export", "nowhere", "--format", "docx", "--out", "x"), 2),
        (("export", "nowhere", "--format", "csv", "--out", "x"), 1),
        (("check",), 2),
        (("check", "nowhere.yaml"), 1),
        (("check", "pyproject.toml"), 1),
        (("freeze", "--data", "a", "--instrument", "none", "--design", "b", "--out", "c"), 1),
    ],
)
def test_wrong_use_and_wrong_input_have_their_exit_codes(words: tuple[str, ...], code: int) -> None:
    done = longdan(*words)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert done.stderr or done.stdout


@pytest.mark.parametrize("form", ["sav", "dta", "ddi", "triple-s"])
def test_a_format_that_is_to_come_says_so(form: str, city: Path, tmp_path: Path) -> None:
    done = longdan("export", city, "--format", form, "--out", tmp_path / "out")
    assert (done.returncode, f"`{form}` is still to come" in done.stderr) == (1, True)


def test_check_names_the_rows_that_do_not_add_up() -> None:
    done = longdan("check", "tests/data/hue_2019q1.csv")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("tests/data/hue_2019q1.csv:2: OVER Q1 counts 4350 answers on 4215")
    assert lines[1].startswith("tests/data/hue_2019q1.csv:6: SHORT papers counts 4205")
    assert len(lines) == 2


def test_check_of_definitions_ends_with_0_on_advice_and_1_on_an_error(tmp_path: Path) -> None:
    sound = longdan("check", "questionnaires/definitions/kcmo_2021.yaml")
    assert sound.returncode == 0, sound.stdout
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: x\n", encoding="utf-8")
    done = longdan("check", broken, "questionnaires/definitions/kcmo_2021.yaml", "--json")
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == 1
    assert "MISSING_KEY" in {finding["code"] for finding in findings}
