"""Cities made once for all tests that only read them."""

from __future__ import annotations

import pytest

from analysis.synthetic import City, make_city
from tests.analysis.synthetic.cities import DEPARTMENTS, HANOI, ITEMS, small_city


@pytest.fixture(scope="session")
def city() -> City:
    """All of Hanoi."""
    return make_city(HANOI + DEPARTMENTS, ITEMS, 1, visits=250_000)


@pytest.fixture(scope="session")
def small() -> City:
    return small_city()
