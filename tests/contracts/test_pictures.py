"""Every picture is shown in a document with words for who does not see it, and all together stay small."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.contracts.tree import ROOT, files, place, plant

if TYPE_CHECKING:
    from pathlib import Path

PICTURES = (".png", ".webp", ".svg", ".jpg")
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
MOST_BYTES = 3_000_000
FEWEST_WORDS = 3


def picture_faults(root: Path) -> list[str]:
    """Pictures without a document, without words, or named and not there."""
    there = {place(path, root) for path in files(root / "docs", *PICTURES)}
    faults, shown = [], set()
    for document in files(root, ".md"):
        for words, address in SHOWN.findall(document.read_text(encoding="utf-8")):
            if "://" in address:
                continue
            name = place((document.parent / address).resolve(), root.resolve())
            shown.add(name)
            if name not in there:
                faults.append(f"{place(document, root)}: {address}: not there")
            if len(words.split()) < FEWEST_WORDS:
                faults.append(f"{place(document, root)}: {address}: no words for it")
    return sorted([*faults, *(f"{name}: shown nowhere" for name in there - shown)])


def test_every_picture_is_shown_with_words() -> None:
    assert picture_faults(ROOT) == []


def test_pictures_of_pages_are_small_together() -> None:
    assert sum(path.stat().st_size for path in files(ROOT / "docs" / "images" / "pages")) <= MOST_BYTES


def test_a_lost_and_a_mute_picture_are_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "docs/images/a.webp": "",
            "docs/images/b.png": "",
            "docs/c.md": "![](images/a.webp) ![What a page shows](images/d.png)\n",
        },
    )
    assert picture_faults(tmp_path) == [
        "docs/c.md: images/a.webp: no words for it",
        "docs/c.md: images/d.png: not there",
        "docs/images/b.png: shown nowhere",
    ]
