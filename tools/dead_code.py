"""Find code that nothing uses: vulture, told of what it cannot see.

Fields of classes are left out (they are read as a whole, by `asdict`, JSON or a template), and words in
templates count as uses. What else is used from outside stands in `[tool.vulture]` of `pyproject.toml`, each
with its reason; a name there that is not needed is a finding too.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]
IN_TEMPLATE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")


def settings(root: Path) -> tuple[list[str], list[str], list[str]]:
    """Paths, names and decorators that `pyproject.toml` gives to vulture."""
    with (root / "pyproject.toml").open("rb") as file:
        vulture = tomllib.load(file)["tool"]["vulture"]
    return vulture["paths"], vulture["ignore_names"], vulture["ignore_decorators"]


def unused(root: Path, *, paths: list[str], names: list[str], decorators: list[str]) -> list[str]:
    """Code in these folders that nothing uses, and names allowed without need.

    Args:
        root: the tree.
        paths: its folders with code.
        names: what is used from outside.
        decorators: what marks a function as called from outside.
    """
    vulture = Vulture(ignore_decorators=decorators)
    folders = [root / path for path in paths if (root / path).is_dir()]
    vulture.scavenge([str(folder) for folder in folders])
    vulture.used_names |= {word for folder in folders for word in _words_of_templates(folder)}
    items = [
        (Path(item.filename), item.first_lineno, item.typ, item.name)
        for item in vulture.get_unused_code(min_confidence=60)
        if item.first_lineno not in _lines_of_fields(Path(item.filename))
    ]
    found = [
        f"{path.relative_to(root).as_posix()}:{line}: unused {kind} {name}"
        for path, line, kind, name in items
        if name not in names
    ]
    reported = {name for _, _, _, name in items}
    return found + [f"pyproject.toml: {name} needs no allowance" for name in names if name not in reported]


def _words_of_templates(folder: Path) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.html")]
    return {word for text in texts for inside in IN_TEMPLATE.findall(text) for word in WORD.findall(inside)}


def _lines_of_fields(path: Path) -> set[int]:
    """Lines on which a field of a class is declared."""
    return {
        statement.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
    }


def main() -> int:
    """Print what is found; 1 when anything is."""
    paths, names, decorators = settings(ROOT)
    found = unused(ROOT, paths=paths, names=names, decorators=decorators)
    print("\n".join(found) or "no dead code")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
