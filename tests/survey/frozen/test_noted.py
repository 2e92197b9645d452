"""A frozen wave that was replaced by another whole one, or taken away, is named by `longdan verify`."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from survey.answers.sending import send
from survey.cli.main import longdan
from survey.frozen.closing import close
from survey.frozen.layout import MANIFEST
from survey.frozen.reading import verify
from tests.survey.answers.collecting import NOW, collecting, token

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from survey.site import Site


def check(site: Site) -> Result:
    return CliRunner().invoke(longdan, ["verify", "--home", str(site.home.path)])


@pytest.fixture
def frozen(site: Site) -> Path:
    asked = collecting(site.stores.main)
    for _ in range(12):
        send(site.stores.main, site.home, token(), asked.response(), NOW)
    folder = close(site.stores, site.home, asked.wave, NOW, actor="command").frozen
    assert check(site).exit_code == 0
    return folder


def test_a_folder_that_was_sealed_anew_is_named(site: Site, frozen: Path) -> None:
    manifest = json.loads((frozen / MANIFEST).read_text(encoding="utf-8"))
    manifest["closed"] = "2026-03-09"
    (frozen / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert verify(frozen) == []  # whole in itself
    done = check(site)
    assert done.exit_code == 1
    assert "NOT_AS_FROZEN" in done.stderr


def test_a_folder_that_is_gone_is_named(site: Site, frozen: Path) -> None:
    shutil.rmtree(frozen)
    done = check(site)
    assert done.exit_code == 1
    assert "no such file" in done.stderr
