from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from questionnaires.catalogs import DEFINITIONS
from questionnaires.document import read
from questionnaires.schema import SCHEMA_FILE, definition_schema, render_schema, write

CORPUS = Path(__file__).parents[1] / "definitions"
VALID = sorted([*(CORPUS / "features").glob("*.yaml"), *DEFINITIONS.glob("*.yaml")])

# The faults that a shape can show; what parts mean together is for the checks.
SHAPE_FAULTS = [
    "unknown_key",
    "missing_key",
    "wrong_type",
    "unknown_value",
    "empty_text",
    "name_form",
    "field_missing",
]


def test_the_schema_file_is_fresh(tmp_path: Path) -> None:
    write(tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_bytes() == SCHEMA_FILE.read_bytes()
    assert SCHEMA_FILE.read_text(encoding="utf-8") == render_schema()


def test_the_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(definition_schema())


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_the_schema_accepts_what_the_loader_accepts(file: Path) -> None:
    errors = [
        error.message for error in Draft202012Validator(definition_schema()).iter_errors(read(file).data)
    ]
    assert errors == []


@pytest.mark.parametrize("name", SHAPE_FAULTS)
def test_the_schema_rejects_faults_of_shape(name: str) -> None:
    data = read(CORPUS / "invalid" / f"{name}.yaml").data
    assert not Draft202012Validator(definition_schema()).is_valid(data)
