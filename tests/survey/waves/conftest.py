"""A site with two places and one published questionnaire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.survey.registry.unit_files import CITY, as_csv, take_in
from tests.survey.waves.places import kiosk_core, publish

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site


@pytest.fixture
def city(site: Site, tmp_path: Path) -> Site:
    take_in(site, as_csv(tmp_path, CITY))
    publish(site, kiosk_core())
    return site
