"""Every table of the program."""

from __future__ import annotations

import importlib

from tests.contracts.tree import ROOT, files, place


def import_models() -> None:
    """Import every `models.py`, so that the metadata of the stores are complete."""
    for path in files(ROOT, ".py", within=("survey",)):
        if path.name == "models.py":
            importlib.import_module(place(path, ROOT).removesuffix(".py").replace("/", "."))
