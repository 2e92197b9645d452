"""Style and types: every rule of ruff and strict mypy are on, and both see a planted fault."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

from tests.contracts.tree import ROOT, plant

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = str(ROOT / "pyproject.toml")
GOOD = """\"\"\"A planted file.\"\"\"


def double(number: int) -> int:
    \"\"\"Twice the number.\"\"\"
    return 2 * number
"""


def complaints(tool: str, *arguments: str, tree: Path) -> tuple[int, str]:
    """Exit code and output of a tool, run on a tree with our configuration."""
    done = subprocess.run(  # noqa: S603 - our own tools on a tree of our own
        [sys.executable, "-m", tool, *arguments], cwd=tree, capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout


def ruff(tree: Path) -> tuple[int, str]:
    """What ruff says about a tree."""
    return complaints(
        "ruff", "check", "--no-cache", "--output-format=concise", "--config", CONFIGURATION, ".", tree=tree
    )


def formatting(tree: Path) -> tuple[int, str]:
    """What ruff says about the formatting of a tree."""
    return complaints("ruff", "format", "--check", "--no-cache", "--config", CONFIGURATION, ".", tree=tree)


def mypy(tree: Path) -> tuple[int, str]:
    """What mypy says about a tree."""
    return complaints("mypy", "--config-file", CONFIGURATION, "--cache-dir", ".cache", "planted", tree=tree)


def test_everything_is_on() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["ruff"]["lint"]["select"] == ["ALL"]
    assert tools["mypy"]["strict"] is True
    assert tools["pytest"]["ini_options"]["filterwarnings"] == ["error"]


def test_ruff_finds_a_fault_and_nothing_in_sound_code(tmp_path: Path) -> None:
    plant(tmp_path, {"planted/__init__.py": GOOD})
    assert ruff(tmp_path)[0] == 0
    plant(tmp_path, {"planted/__init__.py": GOOD.replace("2 * number", "eval(str(2 * number))")})
    code, said = ruff(tmp_path)
    assert code == 1
    assert "S307" in said
    assert "Found 1 error" in said


def test_ruff_finds_what_is_not_formatted(tmp_path: Path) -> None:
    plant(tmp_path, {"planted/__init__.py": GOOD})
    assert formatting(tmp_path)[0] == 0
    plant(tmp_path, {"planted/__init__.py": GOOD.replace("2 * number", "2*number")})
    code, said = formatting(tmp_path)
    assert code == 1
    assert "1 file would be reformatted" in said


def test_mypy_finds_a_fault_and_nothing_in_sound_code(tmp_path: Path) -> None:
    plant(tmp_path, {"planted/__init__.py": GOOD})
    assert mypy(tmp_path)[0] == 0
    plant(tmp_path, {"planted/__init__.py": GOOD.replace(" -> int:", ":")})
    code, said = mypy(tmp_path)
    assert code == 1
    assert "[no-untyped-def]" in said
    assert "Found 1 error" in said
