"""The JSON Schema of a definition, for editors that complete and check YAML while it is written.

It knows the shapes, not what parts mean together: `longdan check` says more. The file is made by `write` and
a test proves it fresh.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from questionnaires.catalogs import DEFINITIONS
from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import Instrument

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_FILE = DEFINITIONS / "instrument.schema.json"


def definition_schema() -> dict[str, Any]:
    """The schema of the YAML form: an instrument whose further languages are named, not contained."""
    schema = TypeAdapter(Instrument).json_schema()
    del schema["properties"]["wordings"], schema["$defs"]["Wording"]
    schema["properties"]["languages"] = {"type": "array", "items": {"type": "string"}, "default": []}
    schema["description"] = "A questionnaire, as docs/instruments.md describes it."
    schema["$defs"]["Item"]["allOf"] = [_needs(rule.type, sorted(rule.needs)) for rule in ITEM_TYPES.values()]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _needs(kind: str, needs: list[str]) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
        "then": {"required": needs},
    }


def render_schema() -> str:
    """The schema as the text of its file."""
    return json.dumps(definition_schema(), ensure_ascii=False, indent=2) + "\n"


def write(file: Path = SCHEMA_FILE) -> None:
    """Write the schema's file."""
    file.write_text(render_schema(), encoding="utf-8", newline="\n")
