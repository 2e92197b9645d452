"""What tests use: a fresh site is fresh, a killed server keeps what it acknowledged, none is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests import postgres as servers
from tests.contracts.tree import ROOT

if TYPE_CHECKING:
    from survey.site import Site
    from tests.postgres import Cluster

ADD = text(
    "INSERT INTO organisation (code, name, kind, valid_from) VALUES ('hn', 'Hà Nội', 'city', '2026-01-01')"
)


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_a_site_of_its_own(site: Site, turn: int) -> None:
    del turn  # the second would find what the first left
    with site.stores.main.writing() as connection:
        assert connection.scalar(text("SELECT count(*) FROM organisation")) == 0
        connection.execute(ADD)


def test_a_killed_server_keeps_what_it_acknowledged(cluster: Cluster) -> None:
    url = make_url(cluster.address("postgres")).set(drivername="postgresql+psycopg")
    engine = create_engine(url, pool_pre_ping=True)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 1 AS x"))
    cluster.kill()
    with pytest.raises(OperationalError), engine.connect():
        pass
    cluster.start()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT x FROM kept")) == 1
    engine.dispose()


def test_what_a_killed_run_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.tempfile, "tempdir", str(tmp_path))
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = tmp_path / f"longdan-postgres-{gone.stdout.decode().strip()}-x"
    kept = servers.new_folder()
    for folder in (left, tmp_path / "longdan-postgres-strange", tmp_path / "other-1-x"):
        folder.mkdir()
    servers.remove_left_behind()
    assert {path.name for path in tmp_path.iterdir()} == {kept.name, "longdan-postgres-strange", "other-1-x"}


def test_the_run_says_how_many_tests_used_each_database() -> None:
    test = f"{Path(__file__).relative_to(ROOT)}::test_every_test_has_a_site_of_its_own"
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", test],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "tests that used a database: 2 on sqlite, 2 on postgresql" in done.stdout
