"""Fixtures: a fresh, migrated site on SQLite and on PostgreSQL; and the count of tests on each."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, create_engine, text

from survey import site as sites
from survey.config import SETTINGS, Home, Settings, settings_text
from tests import postgres as servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.postgres import Cluster

DATABASES = ("sqlite", "postgresql")
MADE = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)

_FOLDER = "LONGDAN_TEST_POSTGRES"
_NUMBERS = count(1)


@dataclass
class _Kit:
    """What a worker makes once: an empty site on each database, to be copied for every test."""

    folder: Path
    owner: str
    made: dict[str, Home] = field(default_factory=dict)

    def sqlite(self) -> Home:
        """The site on SQLite that is copied."""
        if "sqlite" not in self.made:
            self.made["sqlite"] = sites.init(self.folder / "sqlite", Settings(), now=MADE)
        return self.made["sqlite"]

    def postgresql(self, cluster: Cluster) -> Home:
        """The site on PostgreSQL that is copied."""
        if "postgresql" not in self.made:
            settings = Settings(database=cluster.address(f"{self.owner}_empty", self.owner))
            self.made["postgresql"] = sites.init(self.folder / "postgresql", settings, now=MADE)
        return self.made["postgresql"]


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder of the run's server; workers get the name from the environment."""
    if _FOLDER not in os.environ:
        servers.remove_left_behind()
        os.environ[_FOLDER] = str(servers.new_folder())
        config.add_cleanup(_remove_server)


def _remove_server() -> None:
    servers.remove(Path(os.environ.pop(_FOLDER)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran on each database."""
    ran = Counter(
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "database"
    )
    if ran:
        said = ", ".join(f"{ran[database]} on {database}" for database in DATABASES)
        terminalreporter.write_line(f"tests that used a database: {said}")


@pytest.fixture(scope="session")
def postgres() -> Cluster:
    """The server of PostgreSQL of this run; a machine without one fails the test."""
    return servers.shared(Path(os.environ[_FOLDER]))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of PostgreSQL of the test's own, which it may kill."""
    folder = servers.new_folder(Path(os.environ[_FOLDER]).parent)
    own = servers.Cluster(folder)
    try:
        own.make()
        own.start()
        yield own
    finally:
        servers.remove(folder)


@pytest.fixture(scope="session")
def _kit(tmp_path_factory: pytest.TempPathFactory) -> _Kit:
    return _Kit(tmp_path_factory.mktemp("kit"), f"owner_{os.getpid()}")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on; each of them, unless the test names one."""
    request.node.user_properties.append(("database", request.param))
    return str(request.param)


@pytest.fixture
def site(database: str, _kit: _Kit, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A fresh site, `(home, stores)`, as `longdan init` makes it, on the database of the test."""
    path = tmp_path / "site"
    if database == "sqlite":
        shutil.copytree(_kit.sqlite().path, path)
        yield from _opened(path)
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    empty = _kit.postgresql(cluster)
    name = f"{_kit.owner}_{next(_NUMBERS)}"
    shutil.copytree(empty.path, path)
    settings = empty.settings.model_copy(update={"database": cluster.address(name, _kit.owner)})
    (path / SETTINGS).write_text(settings_text(settings), encoding="utf-8")
    admin = create_engine(
        cluster.address("postgres").replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
    )
    _copy_databases(admin, _kit.owner, name)
    try:
        yield from _opened(path)
    finally:
        _drop_databases(admin, name)
        admin.dispose()


def _opened(path: Path) -> Iterator[Site]:
    opened = sites.open_site(path)
    yield opened
    opened.stores.close()


def _copy_databases(admin: Engine, owner: str, name: str) -> None:
    """Copy the empty databases, and the rights to connect, which a copy does not take along."""
    roles = {"": [owner, f"{owner}_web"], "_participation": [f"{owner}_participation"]}
    with admin.connect() as connection:
        for store, known in roles.items():
            template = f"{owner}_empty{store}"
            connection.execute(text(f"CREATE DATABASE {name}{store} TEMPLATE {template} OWNER {known[0]}"))
            connection.execute(text(f"REVOKE ALL ON DATABASE {name}{store} FROM PUBLIC"))
            connection.execute(text(f"GRANT CONNECT ON DATABASE {name}{store} TO {', '.join(known)}"))


def _drop_databases(admin: Engine, name: str) -> None:
    with admin.connect() as connection:
        for store in ("", "_participation"):
            connection.execute(text(f"DROP DATABASE {name}{store} WITH (FORCE)"))
