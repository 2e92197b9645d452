"""Two versions compared by a command: files, names, and versions of a site by their hash."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from questionnaires import loader
from questionnaires.canonical import instrument_hash
from survey.cli.main import longdan
from tests.contracts.tree import ROOT
from tests.survey.waves.places import kiosk_core, other, publish

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site

RATING = ROOT / "tests" / "definitions" / "features" / "rating.yaml"


def diff(*words: object) -> Result:
    return CliRunner().invoke(longdan, ["diff", *map(str, words)])


def machine(*words: object) -> dict[str, Any]:
    done = diff(*words, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


@pytest.fixture
def reworded(tmp_path: Path) -> Path:
    """A definition with another wording of its one question."""
    text = RATING.read_text(encoding="utf-8")
    question = loader.load(RATING).items[0].wording
    assert text.count(question) == 1
    file = tmp_path / "reworded.yaml"
    file.write_text(text.replace(question, "Quý vị thấy cán bộ thế nào?"), encoding="utf-8")
    return file


def test_files_need_no_site(reworded: Path) -> None:
    one, two = loader.load(RATING), loader.load(reworded)
    told = machine(RATING, reworded, "--home", reworded.parent / "nowhere")
    assert told["before"] == {"instrument": one.name, "hash": instrument_hash(one)}
    assert told["after"] == {"instrument": two.name, "hash": instrument_hash(two)}
    assert told["kind"] == "breaking"
    [change] = told["changes"]
    assert change == {
        "kind": "breaking",
        "items": [one.items[0].name],
        "part": "wording",
        "before": one.items[0].wording,
        "after": two.items[0].wording,
    }


def test_a_person_reads_a_change_a_line_and_what_it_comes_to(reworded: Path) -> None:
    done = diff(RATING, reworded)
    first, last = done.stdout.splitlines()
    item = loader.load(RATING).items[0]
    assert first == f"breaking  {item.name}: wording: “{item.wording}” → “Quý vị thấy cán bộ thế nào?”"
    assert last == f"{RATING} → {reworded}: breaking"
    assert diff(RATING, RATING).stdout == f"{RATING} → {RATING}: the same version\n"


def test_what_comes_with_the_program_is_known_by_name() -> None:
    assert machine("kiosk_core", "kiosk_core") == {
        "before": {"instrument": "kiosk_core", "hash": instrument_hash(kiosk_core())},
        "after": {"instrument": "kiosk_core", "hash": instrument_hash(kiosk_core())},
        "kind": None,
        "changes": [],
    }
    assert machine("kiosk_core", "service_responsibility")["kind"] == "breaking"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_site_knows_its_versions_by_name_and_hash(site: Site) -> None:
    home = site.home.path
    first, second = kiosk_core(), other("Bản thứ hai")
    renamed = replace(first, name="only_here")
    for minutes, instrument in enumerate((first, second, renamed)):
        publish(site, instrument, minutes=minutes)
    old = instrument_hash(first)
    told = machine(f"kiosk_core@{old[:8]}", "kiosk_core", "--home", home)
    assert (told["before"]["hash"], told["after"]["hash"]) == (old, instrument_hash(second))
    assert (told["kind"], [change["part"] for change in told["changes"]]) == ("comparable", ["title"])
    assert machine("only_here", "service_responsibility", "--home", home)["kind"] == "breaking"
    for asked, code in ((f"kiosk_core@{'0' * 64}", "UNKNOWN_VERSION"), ("nothing", "UNKNOWN_INSTRUMENT")):
        done = diff(asked, "kiosk_core", "--home", home, "--json")
        assert done.exit_code == 1
        assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == [code]


def test_what_cannot_be_compared_is_refused_with_its_reasons(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [", encoding="utf-8")
    for words, code in (
        ((broken, RATING), "NOT_YAML"),
        ((tmp_path / "absent.yaml", RATING), "NO_FILE"),
        (("nothing", RATING), "UNKNOWN_INSTRUMENT"),
        (("kiosk_core@12345678", RATING, "--home", tmp_path / "nowhere"), "SETTINGS"),
    ):
        done = diff(*words, "--json")
        assert done.exit_code == 1
        assert [fault["code"] for fault in json.loads(done.stdout)["faults"]] == [code]
    assert diff("kiosk_core").exit_code == 2
