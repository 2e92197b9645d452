from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from questionnaires import loader
from questionnaires.checks.names import FORM_NAMES, RESERVED_NAMES
from questionnaires.finding_codes import CODES
from questionnaires.item_types import ITEM_TYPES
from questionnaires.model import Comparison, Instrument, Junction, Measure, Missing, Role, Rule
from questionnaires.routing import holds

PAGE = (Path(__file__).parents[2] / "docs" / "instruments.md").read_text(encoding="utf-8")


def test_the_table_of_findings_is_the_table_of_the_code() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, flags=re.MULTILINE)
    assert rows == [
        (
            name,
            "error or advice" if code.policy else code.severity.value,
            code.meaning,
            code.remedy,
        )
        for name, code in CODES.items()
    ]


def test_every_item_type_has_its_section() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n\n(.*?)(?=\n#)", PAGE, flags=re.MULTILINE | re.DOTALL))
    assert list(sections) == [kind.value for kind in ITEM_TYPES]
    for kind, rule in ITEM_TYPES.items():
        assert rule.docs in sections[kind]
        needs, allows, operators = (
            frozenset(re.findall(r"`(\w+)`", part))
            for part in re.split(r"; may have|Operators", sections[kind].partition("Needs")[2])
        )
        assert (needs, allows, operators) == (rule.needs, rule.allows, rule.operators)
        assert f"Exported as {rule.export}; codebook entry: {rule.codebook}." in sections[kind]


def test_every_word_of_the_format_is_explained() -> None:
    words = {field.name for field in fields(Instrument)} - {"wordings"} | {"languages"}
    for closed_set in (Missing, Role, Measure, Rule):
        words |= {member.value for member in closed_set}
    for condition in (Comparison, Junction):
        words |= set(get_args(get_type_hints(condition)["operator"]))
    assert [word for word in sorted(words | RESERVED_NAMES | FORM_NAMES) if f"`{word}`" not in PAGE] == []


def test_the_worked_example_is_a_definition_without_findings(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    file = tmp_path / "example.yaml"
    file.write_text(example, encoding="utf-8")
    assert loader.check(file) == []
    instrument = loader.load(file)
    condition = instrument.item("papers_named").ask_if
    assert condition is not None
    assert holds(condition, {"extra_papers": 1})
