from __future__ import annotations

from pathlib import Path

import pytest

from questionnaires import loader
from questionnaires.catalogs import DEFINITIONS
from questionnaires.document import MAX_BYTES
from questionnaires.finding_codes import CODES
from questionnaires.findings import DefinitionError, Severity

CORPUS = Path(__file__).parents[1] / "definitions"
FEATURES = sorted((CORPUS / "features").glob("*.yaml"))
INVALID = sorted((CORPUS / "invalid").glob("*.yaml"))

# No file of the corpus can be absent, and a megabyte does not belong into the repository.
MADE_BY_TESTS = {"NO_FILE", "TOO_LARGE"}


@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.stem)
def test_each_feature_loads_and_has_no_finding(file: Path) -> None:
    findings = loader.check(file)
    if file.stem == "origin_outside":
        assert [(finding.code, finding.severity) for finding in findings] == [
            ("NO_DONT_KNOW", Severity.ADVICE)
        ]
    else:
        assert findings == []
    assert loader.load(file).name == file.stem


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_each_invalid_definition_yields_exactly_its_own_code(file: Path) -> None:
    findings = loader.check(file)
    assert {finding.code for finding in findings} == {file.stem.upper()}
    for finding in findings:
        place, _, line = finding.where.rpartition(":")
        assert Path(place).parent == file.parent
        assert int(line) >= 1
        assert finding.message
        assert finding.remedy
        assert str(finding) == f"{finding.where}: {finding.code} {finding.message} {finding.remedy}"


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_errors_refuse_and_advice_lets_pass(file: Path) -> None:
    severe = [finding for finding in loader.check(file) if finding.severity is Severity.ERROR]
    if severe:
        with pytest.raises(DefinitionError) as refusal:
            loader.load(file)
        assert refusal.value.findings == tuple(severe)
    else:
        assert loader.load(file).name == "sample"


def test_every_finding_code_has_its_invalid_definition() -> None:
    assert {file.stem.upper() for file in INVALID} | MADE_BY_TESTS == set(CODES)


def test_every_definition_names_the_schema_on_its_first_line() -> None:
    empty = {"empty_file"}
    for file in [*FEATURES, *INVALID, *DEFINITIONS.glob("*.yaml")]:
        if file.stem not in empty:
            first = file.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()[0]
            assert first.startswith(b"# yaml-language-server: $schema="), file
            named = first.decode("utf-8").partition("$schema=")[2]
            assert (file.parent / named).resolve() == (DEFINITIONS / "instrument.schema.json").resolve()


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    findings = loader.check(tmp_path / "absent.yaml")
    assert [(finding.code, finding.where) for finding in findings] == [
        ("NO_FILE", f"{tmp_path / 'absent.yaml'}:1")
    ]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert [finding.code for finding in loader.check(tmp_path)] == ["NO_FILE"]


def test_a_file_over_one_megabyte_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_bytes(b"# " + b"x" * MAX_BYTES)
    assert [finding.code for finding in loader.check(file)] == ["TOO_LARGE"]
