"""A site is made whole or not at all, and opened only as it must be."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text

from survey import keys, migrations
from survey import site as sites
from survey.audit import reads
from survey.audit.models import Entry
from survey.config import SETTINGS, Settings, open_home, settings_of, settings_text
from survey.refusal import Refusal
from survey.stores import open_stores
from tests.contracts.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site
    from tests.postgres import Cluster

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


def in_the_cluster(cluster: Cluster, question: str) -> set[str]:
    """Names that the superuser sees."""
    address = make_url(cluster.address("postgres")).set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    with engine.connect() as connection:
        found = set(connection.scalars(text(question)))
    engine.dispose()
    return found


def databases_and_roles(cluster: Cluster, prefix: str) -> set[str]:
    """What of a name stands in the cluster."""
    found = in_the_cluster(cluster, "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles")
    return {name for name in found if name.startswith(prefix)}


def test_a_new_site_has_everything_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = sites.init(tmp_path / "a" / "site", Settings(), now=NOW)
    found = {path.name for path in home.path.iterdir()}
    assert found >= {SETTINGS, "main.db", "participation.db", "keys", "waves", "results", "sheets"}
    assert {path.name for path in home.keys.iterdir()} == set(keys.PURPOSES)
    assert keys.permission_faults(home) == []
    assert open_home(home.path).settings == Settings()
    if os.name != "nt":
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_site_opens_with_its_first_entry(site: Site) -> None:
    migrations.check(site.stores)
    with site.stores.main.reading() as connection:
        assert reads.length(connection) == 1
        assert reads.verify_chain(connection) == []


@pytest.mark.parametrize("what", ["a file", "a folder with files"])
def test_an_occupied_folder_is_refused_and_left_alone(tmp_path: Path, what: str) -> None:
    path = tmp_path / "site"
    if what == "a file":
        path.write_text("mine", encoding="utf-8")
    else:
        path.mkdir()
        (path / "mine").touch()
    with pytest.raises(Refusal) as refused:
        sites.init(path, Settings(), now=NOW)
    assert [(fault.code, fault.got) for fault in refused.value.faults] == [("OCCUPIED", what)]
    assert path.exists()


@pytest.mark.parametrize("existed", [False, True])
def test_a_site_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, existed: bool
) -> None:
    path = tmp_path / "site"
    if existed:
        path.mkdir()
    monkeypatch.setattr(sites, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sites.init(path, Settings(), now=NOW)
    assert path.exists() == existed
    assert not existed or list(path.iterdir()) == []


def test_a_site_whose_rights_are_too_wide_does_not_open(site: Site) -> None:
    site.home.path.chmod(0o755)
    if os.name != "nt":
        with pytest.raises(Refusal, match="PERMISSIONS"):
            sites.open_site(site.home.path)
        with pytest.raises(Refusal, match="PERMISSIONS"):
            sites.upgrade(site.home.path, now=NOW)


def test_a_rotated_key_stands_in_the_chain(site: Site) -> None:
    before = keys.read(site.home, "session")
    head = sites.rotate(site, "session", now=NOW)
    assert keys.read(site.home, "session") != before
    with site.stores.main.reading() as connection:
        assert reads.head(connection) == head
        newest = connection.execute(Entry.__table__.select().order_by(Entry.number.desc()).limit(1)).one()
    assert (newest.act, newest.subject, newest.actor) == ("key rotated", "session", "command")


def test_an_upgrade_stands_in_the_chain_and_a_second_changes_nothing(site: Site) -> None:
    with site.stores.participation.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert sites.upgrade(site.home.path, now=NOW) == ["participation"]
    assert sites.upgrade(site.home.path, now=NOW) == []
    with site.stores.main.reading() as connection:
        assert reads.length(connection) == 2


def test_init_makes_roles_and_databases_once(tmp_path: Path, postgres: Cluster) -> None:
    settings = Settings(database=postgres.address("made", "made_owner"))
    home = sites.init(tmp_path / "site", settings, now=NOW)
    made = {"made", "made_participation", "made_owner", "made_owner_web", "made_owner_participation"}
    assert databases_and_roles(postgres, "made") == made
    if os.name != "nt":
        assert stat.S_IMODE(home.passwords.stat().st_mode) == 0o600
    assert len(home.passwords.read_text(encoding="utf-8").splitlines()) == 3
    assert "made_owner_web" not in (home.path / SETTINGS).read_text(encoding="utf-8")
    with pytest.raises(Refusal, match="made_owner_web"):
        sites.init(tmp_path / "second", settings, now=NOW)
    assert databases_and_roles(postgres, "made") == made
    sites.open_site(home.path).stores.close()
    assert not (tmp_path / "second").exists()


def test_a_second_site_in_the_same_databases_is_refused(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database=postgres.address("twice", "twice_owner"))
    home = sites.init(tmp_path / "site", settings, now=NOW)
    monkeypatch.setenv("PGPASSFILE", str(home.passwords))
    with pytest.raises(Refusal) as refused:
        sites.init(tmp_path / "second", settings, now=NOW)
    assert {(fault.code, fault.expected) for fault in refused.value.faults} == {
        ("OCCUPIED", "an empty database")
    }
    stores = sites.open_site(home.path).stores
    with stores.main.reading() as connection:
        assert reads.length(connection) == 1
    stores.close()


def test_what_was_made_in_postgresql_is_taken_back(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "record", lambda *_, **__: 1 / 0)
    settings = Settings(database=postgres.address("undone", "undone_owner"))
    with pytest.raises(ZeroDivisionError):
        sites.init(tmp_path / "site", settings, now=NOW)
    assert databases_and_roles(postgres, "undone") == set()


def test_an_administrator_who_may_not_is_refused_and_leaves_nothing(
    tmp_path: Path, postgres: Cluster
) -> None:
    sites.init(tmp_path / "site", Settings(database=postgres.address("poor", "poor_owner")), now=NOW)
    password = (
        (tmp_path / "site" / "keys" / "pgpass").read_text(encoding="utf-8").split("\n")[0].split(":")[4]
    )
    admin = postgres.address("poor", "poor_owner").replace("@", f":{password}@")
    settings = Settings(database=postgres.address("wish", "wish_owner"))
    with pytest.raises(Refusal, match="permission denied") as refused:
        sites.init(tmp_path / "second", settings, now=NOW, admin=admin)
    assert password not in str(refused.value)
    assert databases_and_roles(postgres, "wish") == set()
    assert not (tmp_path / "second").exists()


def test_the_settings_file_explains_every_setting_and_reads_back(tmp_path: Path) -> None:
    settings = Settings(
        body='Sở "Nội vụ" \\ Hà Nội', trusted_hosts=("a.example", "b.example"), proxies=2,
        database="postgresql://owner@localhost/longdan",
    )  # fmt: skip
    text_of = settings_text(settings)
    (tmp_path / SETTINGS).write_text(text_of, encoding="utf-8")
    assert open_home(tmp_path).settings == settings
    lines = text_of.splitlines()
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    for name, setting in Settings.model_fields.items():
        (row,) = [number for number, line in enumerate(lines) if line.startswith(f"{name} = ")]
        assert lines[row - 1].startswith("# ")
        assert setting.description
        assert f"`{name}`" in page


WRONG = {
    "unknown": ({"colour": "red"}, "colour"),
    "address": ({"site_url": "ftp://x"}, "site_url"),
    "path": ({"site_url": "https://x/y"}, "site_url"),
    "zone": ({"time_zone": "Hanoi"}, "time_zone"),
    "years": ({"retention_years": 0}, "retention_years"),
    "file": ({"database": "sqlite:///x.db"}, "database"),
    "no owner": ({"database": "postgresql://localhost/x"}, "database"),
    "no name": ({"database": "postgresql://owner@localhost"}, "database"),
    "capital": ({"database": "postgresql://Owner@localhost/x"}, "database"),
    "one store only": ({"participation_database": "postgresql://a@localhost/x"}, ""),
    "one for both": (dict.fromkeys(("database", "participation_database"), "postgresql://a@localhost/x"), ""),
}


@pytest.mark.parametrize(("found", "named"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named(found: dict[str, object], named: str) -> None:
    with pytest.raises(Refusal) as refused:
        settings_of(found, "longdan.toml")
    (fault,) = refused.value.faults
    assert fault.where == f"longdan.toml: {named}".removesuffix(": ")
    assert "Value error" not in fault.expected


def test_all_wrong_settings_are_told_at_once_and_no_password() -> None:
    with pytest.raises(Refusal) as refused:
        settings_of({"database": "postgresql://a:hidden@h/x", "proxies": 9, "colour": 1}, "longdan.toml")
    assert len(refused.value.faults) == 3
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("content", [b"site_url = ", b"\xff\xfe", b"body = 1\nbody = 2"])
def test_settings_that_are_no_toml_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SETTINGS).write_bytes(content)
    with pytest.raises(Refusal, match="SETTINGS"):
        open_home(tmp_path)


def test_the_store_of_who_takes_part_has_its_own_address() -> None:
    settings = Settings(database="postgresql://owner@127.0.0.1:5433/x?sslmode=require")
    assert settings.address("main") == settings.database
    other = "postgresql://owner_participation@127.0.0.1:5433/x_participation?sslmode=require"
    assert settings.address("participation") == other
    assert Settings().address("participation") == ""


def test_a_reader_sees_one_state_and_changes_nothing(site: Site) -> None:
    store = site.stores.main
    count = text("SELECT count(*) FROM organisation")
    row = "INSERT INTO organisation (code, name, kind, valid_from) VALUES ('{0}', '{0}', 'k', '2026-01-01')"
    with store.reading() as reader:
        assert reader.scalar(count) == 0
        with store.writing() as writer:
            writer.execute(text(row.format("hn")))
        assert reader.scalar(count) == 0
    with store.reading() as reader:
        assert reader.scalar(count) == 1
    stores = open_stores(site.home)
    with stores.main.reading() as other:
        assert other.scalar(count) == 1
    stores.close()
