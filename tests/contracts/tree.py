"""What the guards read: the files of a tree, without what tools leave there, and the syntax of its code."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = ("questionnaires", "analysis", "survey")
LEFT_BY_TOOLS = {
    ".git",
    ".venv",
    ".hypothesis",
    "__pycache__",
    "build",
    "dist",
    "out",
    "longdan-demo",
    "longdan-site",
}
LEFT_BY_TOOLS_SUFFIXES = ("_cache", ".egg-info", ".mo", ".unfinished")
PYTHON = (*PACKAGES, "translations", "tests", "tools", "benchmarks")


def is_left_by_tools(name: str) -> bool:
    """Whether a file or folder of that name is no part of the repository."""
    return name in LEFT_BY_TOOLS or name.endswith(LEFT_BY_TOOLS_SUFFIXES)


def files(root: Path, *suffixes: str, within: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file of the tree in order, of these suffixes, within these top folders; all without either."""
    for entry in sorted(root.iterdir()):
        if is_left_by_tools(entry.name) or (within and entry.name not in within):
            continue
        if entry.is_dir():
            yield from files(entry, *suffixes)
        elif not suffixes or entry.suffix in suffixes:
            yield entry


def text_files(root: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every file that is UTF-8 text."""
    for path in files(root):
        try:
            yield place(path, root), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font says nothing in words


def modules(root: Path, within: tuple[str, ...] = ()) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of every Python file."""
    for path in files(root, ".py", within=within):
        yield place(path, root), ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, root: Path) -> str:
    """The path from the root with forward slashes, as findings name it."""
    return path.relative_to(root).as_posix()


def plant(root: Path, contents: dict[str, str]) -> None:
    """Write files into a tree for a guard to find."""
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
