"""From a list of units to an open wave by commands, with the files of the document that explains them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from survey.audit.models import Entry
from survey.cli import registry, waves
from survey.cli.main import longdan
from survey.registry import devices
from survey.registry.reads import place_named
from survey.waves import reads
from tests.contracts.tree import ROOT
from tests.documents.document import files

if TYPE_CHECKING:
    from pathlib import Path

    from survey.config import Home
    from survey.site import Site

FILES = files((ROOT / "docs" / "opening-a-wave.md").read_text(encoding="utf-8"))
NOW = datetime(2026, 7, 20, 3, 0, tzinfo=UTC)
TINY = (ROOT / "tests" / "definitions" / "features" / "rating.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _folder_and_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of files, and the day on which the examples of the document hold."""

    def then(home: Home) -> datetime:
        return NOW.astimezone(home.settings.zone)

    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "my_survey.yaml").write_text(TINY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "now_at", then)
    monkeypatch.setattr(waves, "now_at", then)


def run(command: str) -> Result:
    return CliRunner().invoke(longdan, shlex.split(command.removeprefix("longdan ")))


def machine(command: str) -> dict[str, Any]:
    done = run(f"{command} --json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def refused(command: str) -> set[str]:
    done = run(f"{command} --json")
    assert done.exit_code == 1
    assert done.stderr
    return {fault["code"] for fault in json.loads(done.stdout)["faults"]}


@pytest.fixture
def city(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("LONGDAN_HOME", str(site.home.path))
    machine("longdan units import units.csv")
    return site


def test_the_machine_form_of_every_command(city: Site) -> None:
    again = machine("longdan units import units.csv")
    assert again == {
        "file": "units.csv",
        "organisations_new": 0,
        "organisations_ended": 0,
        "places_new": 0,
        "places_changed": 0,
    }
    published = machine("longdan publish my_survey.yaml")
    assert (published["new"], published["waves"]) == (True, [])
    assert machine("longdan publish my_survey.yaml")["new"] is False
    opened = machine("longdan open w --instrument kiosk_core --from 2026-07-01 --to 2026-09-30 --mode kiosk")
    assert opened["places"] == 3
    paired = machine("longdan pair NH-1")
    assert paired["wave"] == "w"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/k/[a-z2-7]{8}/pair/[a-z2-7]{16}", str(paired["pair"]))
    counted = machine("longdan visitors w visitors.csv")
    assert counted == {"wave": "w", "places": 2, "days": 2, "visitors": 497}
    with city.stores.main.reading() as connection:
        wave = reads.known_wave(connection, "w", NOW.date())
        version = reads.version_for(connection, "w", None)
    assert version is not None
    assert (opened["plan"], opened["version"]) == (wave.plan_hash, version.hash)


def test_every_command_is_an_act_in_the_chain(city: Site) -> None:
    for command in (
        "longdan units import changes.csv",
        "longdan open w --instrument kiosk_core --from 2026-07-01 --to 2026-09-30",
        "longdan pair BD-1",
        "longdan visitors w visitors.csv",
    ):
        machine(command)
    with city.stores.main.reading() as connection:
        acts = list(connection.scalars(select(Entry.act).order_by(Entry.number)))
    assert acts == [
        "site made",
        "units imported",
        "units imported",
        "instrument published",
        "wave opened",
        "pairing made",
        "visitors counted",
    ]


def test_pairing_tells_which_kiosks_of_the_place_were_shut_out(city: Site) -> None:
    code = str(machine("longdan pair BD-1")["pair"]).rpartition("/")[2]
    with city.stores.main.writing() as connection:
        place = place_named(connection, "BD-1", NOW.date())
        assert place is not None
        paired = devices.pair(connection, code, place.id, NOW)
        assert paired is not None
        devices.revoke(connection, paired.device, "superseded_cookie", NOW)
    [flag] = machine("longdan pair BD-1")["revoked"]
    assert flag == {"device": paired.device, "on": "2026-07-20", "why": "superseded_cookie"}
    assert "was shut out on 2026-07-20: superseded_cookie" in run("longdan pair BD-1").stderr
    assert machine("longdan pair NH-1")["revoked"] == []


OPEN = "longdan open {} --instrument {} --from 2026-07-01 --to 2026-09-30"


def test_a_definition_is_published_by_opening_and_new_versions_follow(city: Site, tmp_path: Path) -> None:
    opened = machine(OPEN.format("w", "my_survey.yaml"))
    name = str(opened["instrument"])
    pinned = machine(OPEN.format("pinned", f"{name}@{str(opened['version'])[:12]}"))
    assert pinned["version"] == opened["version"]
    text = re.sub(r"(?m)^title: .*$", "title: Bản thứ hai", TINY)
    (tmp_path / "my_survey.yaml").write_text(text, encoding="utf-8")
    assert machine("longdan publish my_survey.yaml")["waves"] == ["w"]
    with city.stores.main.reading() as connection:
        titles = {
            wave: [one.instrument.title for one in reads.versions_of(connection, wave)]
            for wave in ("w", "pinned")
        }
    assert [len(titles["w"]), len(titles["pinned"])] == [2, 1]
    assert titles["w"][1] == "Bản thứ hai"


def test_a_version_that_breaks_an_open_wave_is_refused_and_opens_another_beside_it(
    city: Site, tmp_path: Path
) -> None:
    name = str(machine(OPEN.format("w", "my_survey.yaml"))["instrument"])
    text = re.sub(r"(?m)^( +wording: Quý vị) .*$", r"\1 thấy thế nào?", TINY)
    assert text != TINY
    (tmp_path / "my_survey.yaml").write_text(text, encoding="utf-8")
    assert refused("longdan publish my_survey.yaml") == {"BREAKING_CHANGE"}
    opened = machine(OPEN.format("later", "my_survey.yaml"))
    with city.stores.main.reading() as connection:
        offered = {wave: [one.hash for one in reads.versions_of(connection, wave)] for wave in ("w", "later")}
    assert offered["later"] == [opened["version"]]
    assert len(offered["w"]) == 1
    assert opened["version"] not in offered["w"]
    (tmp_path / "my_survey.yaml").write_text(text.replace("thế nào?", "ra sao?"), encoding="utf-8")
    told = run("longdan publish my_survey.yaml --breaking hold").stdout.splitlines()
    assert told[0].startswith(f"{name}@")
    assert told[1:] == ["held back from later: breaking change", "held back from w: breaking change"]
    (tmp_path / "my_survey.yaml").write_text(text.replace("thế nào?", "có tốt không?"), encoding="utf-8")
    done = machine("longdan publish my_survey.yaml --breaking offer")
    assert (done["waves"], done["changes"]) == (["later", "w"], {"later": "breaking", "w": "breaking"})


def test_a_file_of_units_chooses_the_places(city: Site, tmp_path: Path) -> None:
    lines = FILES["units.csv"].splitlines(keepends=True)
    (tmp_path / "one.csv").write_text("".join([*lines[:6], lines[-1]]), encoding="utf-8")
    assert machine(OPEN.format("w", "kiosk_core") + " --units one.csv")["places"] == 1
    with city.stores.main.reading() as connection:
        assert [place.code for place in reads.places_of(connection, "w", NOW.date())] == ["HK-1"]


def test_the_design_of_an_open_wave_is_taken_and_no_other(city: Site, tmp_path: Path) -> None:
    del city
    (tmp_path / "open.yaml").write_text("basis: open\nstrata: place\n", encoding="utf-8")
    (tmp_path / "drawn.yaml").write_text("basis: probability\nweights: w\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("basis: perhaps\n", encoding="utf-8")
    machine(OPEN.format("w", "kiosk_core") + " --design open.yaml")
    assert refused(OPEN.format("v", "kiosk_core") + " --design drawn.yaml") == {"NOT_YET"}
    assert refused(OPEN.format("v", "kiosk_core") + " --design bad.yaml") == {"WRONG_VALUE"}


REFUSED = {
    OPEN.format("w", "nothing"): {"UNKNOWN_INSTRUMENT"},
    OPEN.format("w", "kiosk_core@" + "0" * 64): {"UNKNOWN_VERSION"},
    OPEN.format("w", "nothing.yaml"): {"NO_FILE"},
    OPEN.format("W", "kiosk_core"): {"WAVE_NAME"},
    OPEN.format("w", "kiosk_core") + " --mode paper": {"NOT_YET"},
    OPEN.format("w", "kiosk_core") + " --plan units.csv": {"NOT_A_MAPPING", "NOT_YAML"},
    OPEN.format("w", "kiosk_core") + " --units visitors.csv": {"MISSING_COLUMN", "UNKNOWN_COLUMN"},
    "longdan open w --instrument kiosk_core --from 2026-07-01 --to 2026-06-30": {"DAYS"},
    "longdan pair nowhere": {"UNKNOWN_PLACE"},
    "longdan visitors w visitors.csv": {"UNKNOWN_WAVE"},
    "longdan publish units.csv": {"NOT_A_MAPPING", "NOT_YAML"},
    "longdan units import nothing.csv": {"NO_FILE"},
    "longdan units import plan.yaml": {"MISSING_COLUMN", "UNKNOWN_COLUMN"},
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", REFUSED)
def test_a_refusal_leaves_the_site_as_it_was(command: str, city: Site) -> None:
    def acts() -> list[str]:
        with city.stores.main.reading() as connection:
            return list(connection.scalars(select(Entry.act)))

    before = acts()
    assert refused(command) & REFUSED[command]
    assert acts() == before
    assert list(city.home.sheets.iterdir()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "command",
    [
        "longdan open w --instrument kiosk_core --from 01/07/2026 --to 2026-09-30",
        "longdan open w --instrument kiosk_core --from 2026-07-01",
        "longdan open w --from 2026-07-01 --to 2026-09-30",
        "longdan open w --instrument kiosk_core --from 2026-07-01 --to 2026-09-30 --mode sms",
        "longdan units",
        "longdan units export units.csv",
        "longdan pair",
    ],
)
def test_wrong_usage_is_exit_code_2(command: str, city: Site) -> None:
    del city
    assert run(command).exit_code == 2


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_opening_whose_sheet_cannot_be_written_did_not_happen(city: Site) -> None:
    shutil.rmtree(city.home.sheets)
    city.home.sheets.write_text("in the way", encoding="utf-8")
    assert run(OPEN.format("w", "kiosk_core")).exit_code == 1
    with city.stores.main.reading() as connection:
        assert reads.wave(connection, "w", NOW.date()) is None
    city.home.sheets.unlink()
    machine(OPEN.format("w", "kiosk_core"))
