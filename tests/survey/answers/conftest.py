"""A site of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey.config import SETTINGS, open_home
from survey.migrations import schema
from survey.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.config import Home
    from survey.stores import Stores


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Home, Stores]]:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / SETTINGS).write_text("", encoding="utf-8")
    home = open_home(folder)
    for name in ("main", "participation"):
        (folder / f"{name}.db").touch(mode=0o600)
    stores = open_stores(home)
    schema.upgrade(stores)
    yield home, stores
    stores.close()
