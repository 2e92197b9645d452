"""An open survey on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey.web.site import EXTENSION
from tests.survey.web.collecting import Survey, collect
from tests.survey.web.staff import Member, member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site


@pytest.fixture
def survey(site: Site) -> Iterator[Survey]:
    """The responsibility survey, open on the web at three places."""
    opened = collect(site)
    yield opened
    opened.app.extensions[EXTENSION].stores.close()


@pytest.fixture
def lan(survey: Survey) -> Member:
    """Somebody of the department, signed in."""
    return member(survey.site, survey.app, "tran.lan", "department")
