"""The direction of imports: contracts in `pyproject.toml`, checked by import-linter, each seen broken once.

The contracts are copied into a planted tree, so that what is tried there is what holds here.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.contracts.tree import PACKAGES, ROOT, plant

if TYPE_CHECKING:
    from pathlib import Path

CONTRACTS = ("analysis", "questionnaires", "layers", "cycles")
SOUND = {
    **{f"{package}/__init__.py": "" for package in PACKAGES},
    "survey/cli/__init__.py": "from survey import refusal",
    "survey/refusal.py": "",
}
PLANTED = {
    "the statistics import the web": ({"analysis/page.py": "import flask"}, "analysis"),
    "the statistics import the application": ({"analysis/low.py": "import survey.refusal"}, "analysis"),
    "the statistics import questionnaires": ({"analysis/low.py": "import questionnaires"}, "analysis"),
    "questionnaires import the statistics": ({"questionnaires/sums.py": "import analysis"}, "questionnaires"),
    "questionnaires import a database": ({"questionnaires/table.py": "import sqlalchemy"}, "questionnaires"),
    "a lower folder imports a higher one": (
        {"survey/frozen/__init__.py": "import survey.scoring", "survey/scoring/__init__.py": ""},
        "layers",
    ),
    "answers see who took part": (
        {"survey/answers/__init__.py": "import survey.participation", "survey/participation/__init__.py": ""},
        "layers",
    ),
    "a folder that no layer names": ({"survey/helpers.py": ""}, "layers"),
    "two files import each other": (
        {"analysis/one.py": "import analysis.two", "analysis/two.py": "import analysis.one"},
        "cycles",
    ),
}


PROGRAM = """
import sys
from importlinter.cli import lint_imports
sys.path.insert(0, ".")
ids = sys.argv[1:]
broken = [i for i in ids if lint_imports("pyproject.toml", limit_to_contracts=(i,), no_cache=True)]
print("broken:", *broken)
"""


def broken_contracts(root: Path) -> list[str]:
    """The ids of the contracts that import-linter finds broken in a tree."""
    done = subprocess.run(  # noqa: S603 - our own interpreter on our own tree
        [sys.executable, "-c", PROGRAM, *CONTRACTS],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    label, *broken = done.stdout.splitlines()[-1].split()
    assert label == "broken:"
    return broken


def contracts_only() -> str:
    """The part of our configuration that import-linter reads."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return text[text.index("[tool.importlinter]") :]


def test_imports_go_one_way() -> None:
    assert broken_contracts(ROOT) == []


@pytest.mark.parametrize(("files", "contract"), PLANTED.values(), ids=PLANTED.keys())
def test_an_import_the_wrong_way_breaks_exactly_its_contract(
    files: dict[str, str], contract: str, tmp_path: Path
) -> None:
    plant(tmp_path, {**SOUND, **files, "pyproject.toml": contracts_only()})
    assert broken_contracts(tmp_path) == [contract]


def test_a_sound_tree_breaks_none(tmp_path: Path) -> None:
    plant(tmp_path, {**SOUND, "pyproject.toml": contracts_only()})
    assert broken_contracts(tmp_path) == []
