"""The root holds a fixed list of entries, and continuous integration runs what a person runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contracts.tree import PACKAGES, ROOT, is_left_by_tools, plant

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES = {
    *PACKAGES,
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "docs",
    "examples",
    "pyproject.toml",
    "requirements",
    "tests",
    "tools",
    "translations",
}
OF_A_DEVELOPER = {".coverage", ".idea", ".vscode"}


def wrong_entries(root: Path) -> list[str]:
    """Entries of the root that do not belong there, and those that are missing."""
    there = {entry.name for entry in root.iterdir() if not is_left_by_tools(entry.name)} - OF_A_DEVELOPER
    stray = [f"{name} does not belong into the root" for name in sorted(there - ENTRIES)]
    return stray + [f"{name} is missing" for name in sorted(ENTRIES - there)]


def test_the_root_holds_what_it_should() -> None:
    assert wrong_entries(ROOT) == []


def test_a_stray_file_is_found(tmp_path: Path) -> None:
    plant(tmp_path, {f"{name}/x" if "." not in name else name: "" for name in ENTRIES - {"SECURITY.md"}})
    plant(tmp_path, {"fix.md": "", ".venv/x": "", "longdan.egg-info/x": ""})
    assert wrong_entries(tmp_path) == ["fix.md does not belong into the root", "SECURITY.md is missing"]


def test_continuous_integration_calls_make_test_and_nothing_cleverer() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "set -eu",
        'cd "$(dirname "$0")/.."',
        "exec make test",
    ]
