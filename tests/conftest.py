"""What holds for every test: a home and a temporary folder of its own, and the same examples every time.

No network but loopback, and warnings as errors, are set in `pyproject.toml`. The databases are in
`tests/databases.py`.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("tests.databases",)

# The same examples on every run and machine, and no database of earlier failures on the disk.
hypothesis.settings.register_profile("same everywhere", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("same everywhere")

HOME_VARIABLES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
DESKTOP_VARIABLES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
TEMPORARY_VARIABLES = ("TMPDIR", "TEMP", "TMP")


@pytest.fixture(autouse=True)
def _own_home_and_temporary_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No test reads the settings of the person who runs it, and none leaves anything behind."""
    folder: Path = tmp_path_factory.mktemp("person")
    for variable in HOME_VARIABLES:
        monkeypatch.setenv(variable, str(folder))
    for variable in DESKTOP_VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable in TEMPORARY_VARIABLES:
        monkeypatch.setenv(variable, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
