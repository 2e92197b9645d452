"""Documents that fail when stale: dead links, other versions, an item type or an estimator unexplained."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import analysis
from questionnaires.model import ItemType
from tests.contracts.tree import ROOT, files, place, plant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")


def dead_links(root: Path) -> list[str]:
    """Relative links in documents that lead to nothing."""
    return [
        f"{place(path, root)}: {target}"
        for path in files(root, ".md")
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]


def unexplained(names: Iterable[str], page: str) -> list[str]:
    """Names that a page does not name as code."""
    return [name for name in names if not re.search(rf"`{re.escape(name)}\b", page)]


def test_links_lead_somewhere() -> None:
    assert dead_links(ROOT) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path, {"a.md": "[b](docs/b.md#part) [c](docs/c.md) [d](https://example.org/d)", "docs/b.md": ""}
    )
    assert dead_links(tmp_path) == ["a.md: docs/c.md"]


def test_every_item_type_is_explained() -> None:
    assert unexplained(ItemType, (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")) == []


def test_every_estimator_is_explained() -> None:
    assert unexplained(analysis.__all__, (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")) == []


def test_what_a_page_does_not_explain_is_found() -> None:
    assert unexplained(["mean", "ratio", "rat"], "`mean(design, …)` and `ratio`") == ["rat"]


def test_the_citation_names_the_version_and_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation
    assert f"\n## {project['version']} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
