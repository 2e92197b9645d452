"""A small demonstration, made once by the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.survey.scoring.program import done

if TYPE_CHECKING:
    from pathlib import Path

SEED, INTERVIEWS = 3, 1_500


class Demo(NamedTuple):
    """Its home and what the command told."""

    home: Path
    told: dict[str, Any]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("demo") / "city"
    words = ("--home", home, "--seed", SEED, "--interviews", INTERVIEWS, "--no-serve", "--json")
    return Demo(home, json.loads(done("demo", *words)))
