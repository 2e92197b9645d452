"""A site of which a test may kill the database, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey import site as sites
from survey.config import Settings
from tests.databases import MADE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.site import Site
    from tests.postgres import Cluster


@pytest.fixture
def alone(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A fresh site that shares its database's server with no other test."""
    if database == "sqlite":
        yield request.getfixturevalue("site")
        return
    own: Cluster = request.getfixturevalue("cluster")
    settings = Settings(database=own.address("longdan", "longdan"))
    home = sites.init(tmp_path / "site", settings, now=MADE, admin=own.address("postgres"))
    opened = sites.open_site(home.path)
    yield opened
    opened.stores.close()
