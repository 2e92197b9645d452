"""Code that nothing uses goes; what is used from outside is allowed by name, with the reason beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contracts.tree import ROOT, plant
from tools.dead_code import settings, unused

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_unused() -> None:
    paths, names, decorators = settings(ROOT)
    assert unused(ROOT, paths=paths, names=names, decorators=decorators) == []


def test_dead_code_and_a_stale_allowance_are_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "survey/page.py": (
                "class Page:\n"
                "    title: str\n"
                "    def drawn(self): ...\n"
                "    def left_over(self): ...\n"
                "\n"
                "def called_by_a_framework(): ...\n"
                "\n"
                "@click.command()\n"
                "def check(): ...\n"
                "\n"
                "print(Page)\n"
            ),
            "survey/templates/page.html": "left_over {{ page.drawn() }}",
        },
    )
    found = unused(
        tmp_path,
        paths=["survey"],
        names=["called_by_a_framework", "gone"],
        decorators=["@click.*"],
    )
    assert found == [
        "survey/page.py:4: unused method left_over",
        "pyproject.toml: gone needs no allowance",
    ]
