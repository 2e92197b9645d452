"""The commands for a site: made, examined, verified, upgraded, its keys changed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from survey import keys
from survey.cli import doctor
from survey.cli.main import longdan
from survey.refusal import Refusal
from tests.contracts.tree import ROOT
from tests.survey.frozen.small import Files

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from survey.site import Site
    from tests.postgres import Cluster


class Usage(NamedTuple):
    """What the system tells of a disk."""

    total: int
    used: int
    free: int


def run(*words: object) -> Result:
    """The command in this process."""
    return CliRunner().invoke(longdan, [str(word) for word in words])


def told(*words: object) -> dict[str, object]:
    """The machine form of a command that must succeed."""
    done = run(*words, "--json")
    assert done.exit_code == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_site_begins_and_is_well(tmp_path: Path) -> None:
    home = tmp_path / "site"
    begun = told("init", "--home", home)
    assert told("verify", "--home", home) == {
        "waves": [], "entries": 2, "head": begun["head"], "verified": True,
    }  # fmt: skip
    checks = told("doctor", "--home", home)["checks"]
    assert isinstance(checks, dict)
    assert list(checks) == [
        "Python", "packages", "time zones", "disk", "settings", "permissions", "keys", "stores",
    ]  # fmt: skip
    assert checks["stores"] == "SQLite"
    assert told("upgrade", "--home", home)["changed"] == []


def test_a_program_of_its_own_makes_a_site_where_the_environment_says(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from survey.cli.main import main; main()"]
    environment = {**os.environ, "LONGDAN_HOME": str(tmp_path / "there"), "PYTHONPATH": str(ROOT)}
    for words in (["init"], ["doctor"], ["verify"]):
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert str(tmp_path / "there") in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(("longdan", "there"))] == [
        "there"
    ]


def test_a_site_on_postgresql(tmp_path: Path, postgres: Cluster) -> None:
    home = tmp_path / "site"
    told("init", "--home", home, "--database", postgres.address("commanded", "commander"))
    checks = told("doctor", "--home", home)["checks"]
    assert isinstance(checks, dict)
    assert checks["stores"] == "PostgreSQL"
    (home / "keys" / "pgpass").write_text("*:*:*:commander_web:wrong\n", encoding="utf-8")
    done = run("doctor", "--home", home)
    assert done.exit_code == 1
    for role in ("commander", "commander_web", "commander_participation"):
        assert f"as {role}: POSTGRESQL" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--database", "sqlite:///x"), "postgresql://owner@host/name"),
        (("--database", "postgresql://a@127.0.0.1:1/x"), "POSTGRESQL"),
        (
            ("--database", "postgresql://a@127.0.0.1/x", "--admin", "postgresql://b@127.0.0.1:1/y"),
            "POSTGRESQL",
        ),
    ],
)
def test_a_database_that_cannot_be_is_refused_and_leaves_nothing(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = run("init", "--home", tmp_path / "site", *words)
    assert done.exit_code == 1
    assert said in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("init", "--home", tmp_path / "file" / "site")
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr


def test_a_key_is_rotated_and_noted(site: Site) -> None:
    before = keys.read(site.home, "session")
    head = told("keys", "rotate", "session", "--home", site.home.path)["head"]
    assert keys.read(site.home, "session") != before
    assert told("verify", "--home", site.home.path)["head"] == head
    assert run("keys", "rotate", "batches", "--home", site.home.path).exit_code == 2


def test_a_noted_head_is_looked_for(site: Site) -> None:
    head = told("keys", "rotate", "session", "--home", site.home.path)["head"]
    told("keys", "rotate", "session", "--home", site.home.path)
    assert told("verify", "--home", site.home.path, "--head", head)["entries"] == 3
    done = run("verify", "--home", site.home.path, "--head", "0" * 63 + "1")
    assert (done.exit_code, "CHAIN_HEAD" in done.stderr) == (1, True)


def test_a_chain_at_fault_is_named(site: Site) -> None:
    with site.stores.main.writing() as connection:
        dropped = (
            "keep_audit_entry_update" if site.stores.main.is_sqlite else "keep_audit_entry ON audit_entry"
        )
        connection.execute(text(f"DROP TRIGGER {dropped}"))
        connection.execute(text("UPDATE audit_entry SET actor = 'somebody'"))
    done = run("verify", "--home", site.home.path)
    assert (done.exit_code, "audit entry 1: CHAIN_ENTRY" in done.stderr) == (1, True)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_frozen_waves_of_a_site_are_verified_with_it(site: Site, tmp_path: Path) -> None:
    files, wave = Files(tmp_path), site.home.waves / "w1"
    files.freeze()
    files.out.rename(wave)
    (site.home.waves / ".w2.unfinished").mkdir()
    assert told("verify", "--home", site.home.path)["waves"] == [str(wave)]
    assert told("verify", wave, "--home", tmp_path / "nowhere") == {"frozen": str(wave), "verified": True}
    with_head = run("verify", wave, "--home", tmp_path / "nowhere", "--head", "00")
    assert (with_head.exit_code, "longdan init" in with_head.stderr) == (1, True)
    with (wave / "units.csv").open("a", encoding="utf-8") as file:
        file.write("x\n")
    done = run("verify", "--home", site.home.path)
    assert (done.exit_code, str(wave / "units.csv") in done.stderr) == (1, True)


def test_an_older_schema_is_refused_until_it_is_upgraded(site: Site) -> None:
    with site.stores.participation.writing() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    for words in (("verify",), ("doctor",), ("keys", "rotate", "session")):
        done = run(*words, "--home", site.home.path)
        assert (done.exit_code, "Run `longdan upgrade`" in done.stderr) == (1, True)
    assert told("upgrade", "--home", site.home.path)["changed"] == ["participation"]
    assert run("doctor", "--home", site.home.path).exit_code == 0


def test_the_doctor_tells_everything_at_once(site: Site) -> None:
    (site.home.keys / "session").unlink()
    (site.home.path / "longdan.toml").chmod(0o644)
    with site.stores.main.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done = run("doctor", "--home", site.home.path)
    assert done.exit_code == 1
    assert "Python: 3." in done.stdout
    codes = [line.split(": ")[1].split()[0] for line in done.stderr.splitlines()]
    assert codes == [*(["PERMISSIONS"] if os.name != "nt" else []), "KEY", "SCHEMA_UNKNOWN"]


def test_the_doctor_of_no_site_examines_the_machine(tmp_path: Path) -> None:
    done = run("doctor", "--home", tmp_path / "nowhere" / "deep")
    assert done.exit_code == 1
    assert "disk: " in done.stdout
    assert "Run `longdan init --home" in done.stderr


def test_an_old_python_is_named() -> None:
    with pytest.raises(Refusal, match=r"expected 3.11 or newer, got 3.10"):
        doctor.python((3, 10))


def test_packages_that_are_missing_or_old_are_named() -> None:
    installed = metadata.version("click")
    assert doctor.packages([f"click>={installed}", "nothing; extra == 'x'"]) == "1 there"
    with pytest.raises(Refusal) as refused:
        doctor.packages(["click>=999.1", "no-such-package>=1", "flask"])
    assert [(fault.where, fault.got) for fault in refused.value.faults] == [
        ("click", installed),
        ("no-such-package", "none"),
    ]


def test_a_full_disk_and_missing_time_zones_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_table(name: str) -> None:
        raise ZoneInfoNotFoundError(errno.ENOENT, name)

    monkeypatch.setattr(doctor, "ZoneInfo", no_table)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Usage(1 << 40, 1 << 40, 5 << 20))
    with pytest.raises(Refusal, match="1 GiB free, got 5 MiB free"):
        doctor.disk(tmp_path)
    with pytest.raises(Refusal, match="pip install tzdata"):
        doctor.time_zones()
