"""Results made once for all tests that only read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.survey.scoring.program import done, freeze_kansas_city

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frozen answers of Kansas City; a test that changes it takes a copy."""
    return freeze_kansas_city(tmp_path_factory.mktemp("kansas_city") / "wave")


@pytest.fixture(scope="module")
def result(wave: Path) -> Path:
    """Its scores, beside it."""
    out = wave.parent / "result"
    done("score", wave, "--out", out, "--lang", "en")
    return out
