"""Files stay under 400 lines and functions under 50, so that nothing grows large because nobody objected."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.contracts.tree import PYTHON, ROOT, files, modules, place, plant

if TYPE_CHECKING:
    from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50

# What may be longer, each with its reason: `path` or `path::function`. An entry that is no longer needed is a
# finding too.
TABLES = "the tables of one domain, column by column; a migration that has run is not reshaped"
EXCEPTIONS: dict[str, str] = {
    "survey/migrations/main/versions/initial.py::_registry": TABLES,
    "survey/migrations/main/versions/initial.py::_waves": TABLES,
    "survey/migrations/main/versions/initial.py::_answers": TABLES,
}


def too_large(root: Path, exceptions: dict[str, str]) -> list[str]:
    """Files and functions over their limit that are no exception, and exceptions that are not needed."""
    measured = {**_files(root), **_functions(root)}
    found = [f"{name}: {lines} lines" for name, lines in measured.items() if name not in exceptions]
    found += [f"{name}: the exception is not needed" for name in exceptions if name not in measured]
    return found + [f"{name}: the exception gives no reason" for name, why in exceptions.items() if not why]


def _files(root: Path) -> dict[str, int]:
    lengths = {
        place(path, root): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(root, ".py", ".html", ".css", ".js", within=PYTHON)
    }
    return {name: lines for name, lines in lengths.items() if lines > FILE_LINES}


def _functions(root: Path) -> dict[str, int]:
    found = {}
    for name, module in modules(root, within=PYTHON):
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found[f"{name}::{node.name}"] = lines
    return found


def test_nothing_is_too_large() -> None:
    assert too_large(ROOT, EXCEPTIONS) == []


def test_growth_and_stale_exceptions_are_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "survey/long.py": "x = 1\n" * (FILE_LINES + 1),
            "survey/full.py": "x = 1\n" * FILE_LINES,
            "analysis/deep.py": "def endless():\n" + "    x = 1\n" * FUNCTION_LINES,
            "analysis/even.py": "def enough():\n" + "    x = 1\n" * (FUNCTION_LINES - 1),
            "analysis/known.py": "def table():\n" + "    x = 1\n" * FUNCTION_LINES,
        },
    )
    exceptions = {
        "analysis/known.py::table": "a table of laws",
        "survey/gone.py": "was long",
        "survey/long.py": "",
    }
    assert too_large(tmp_path, exceptions) == [
        "analysis/deep.py::endless: 51 lines",
        "survey/gone.py: the exception is not needed",
        "survey/long.py: the exception gives no reason",
    ]
