"""The sample reports, and their pages read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey.scoring.report.page import render
from tests.survey.scoring.report.pages import Node, read
from tests.survey.scoring.report.samples import hanoi, hanoi_open, kansas_city

if TYPE_CHECKING:
    from survey.scoring.report.contents import ReportInput

SAMPLES = {"kansas_city": (kansas_city, "en"), "hanoi": (hanoi, "vi"), "hanoi_open": (hanoi_open, "vi")}


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> tuple[ReportInput, str]:
    make, code = SAMPLES[request.param]
    return make(), code


@pytest.fixture
def page(sample: tuple[ReportInput, str]) -> Node:
    return read(render(*sample))
