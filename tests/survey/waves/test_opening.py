"""A wave opens once, with a sealed plan in the audit chain, or is refused with every reason."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DatabaseError

from questionnaires import loader
from questionnaires.model import Category
from survey.audit import reads as audit
from survey.audit.models import Entry
from survey.refusal import Refusal
from survey.waves import reads
from survey.waves.models import Wave, WaveMode, WavePlace, WaveVersion
from survey.waves.opening import KIOSK_ANSWERS, kiosk_faults
from survey.waves.reads import Version
from tests.contracts.tree import ROOT
from tests.survey.registry.unit_files import as_csv, places, take_in
from tests.survey.waves.places import LAST, NOW, TODAY, open_wave

if TYPE_CHECKING:
    from pathlib import Path

    from survey.site import Site

DAY = timedelta(days=1)


def codes(site: Site, wave: str, **asked: object) -> list[str]:
    tables = (Wave, WaveMode, WavePlace, WaveVersion, Entry)

    def counts() -> list[int | None]:
        with site.stores.main.reading() as connection:
            return [connection.scalar(select(func.count()).select_from(table)) for table in tables]

    before = counts()
    with pytest.raises(Refusal) as refusal:
        open_wave(site, wave, **asked)
    assert counts() == before
    return [fault.code for fault in refusal.value.faults]


def test_the_chain_keeps_the_hash_of_the_sealed_plan(city: Site) -> None:
    opened = open_wave(city, "2026-q3", modes=("web", "kiosk"))
    with city.stores.main.reading() as connection:
        found = reads.wave(connection, "2026-q3", TODAY)
        last = connection.execute(select(Entry).order_by(Entry.number.desc()).limit(1)).one()
        assert audit.verify_chain(connection) == []
        assert audit.head(connection) == opened.head
    assert found is not None
    assert hashlib.sha256(found.plan_text.encode()).hexdigest() == found.plan_hash == opened.plan_hash
    assert (last.act, last.subject, last.hash) == ("wave opened", "2026-q3", opened.head)
    detail = json.loads(last.detail)
    assert detail["plan"] == opened.plan_hash
    assert (detail["places"], detail["modes"], detail["basis"]) == (2, ["web", "kiosk"], "open")


def test_a_sealed_plan_says_all_of_itself(city: Site) -> None:
    open_wave(city, "w")
    with city.stores.main.reading() as connection:
        found = reads.wave(connection, "w", TODAY)
    assert found is not None
    plan = json.loads(found.plan_text)
    assert plan["headline"] == "top2/fixed_weights"
    assert plan["standard"] is None
    assert plan["places"] == {"BD-1": "00004", "NH-1": "00008"}
    assert (plan["starts"], plan["stops"], plan["basis"]) == ("2026-07-01", "2026-09-30", "open")
    assert plan["thresholds"]["withheld_below"] == 10
    rated = {item.name: 1.0 for item in reads_instrument(city, plan["version"]) if item.construct}
    assert plan["item_weights"] == rated


def reads_instrument(site: Site, version: str) -> tuple[object, ...]:
    with site.stores.main.reading() as connection:
        return reads.instrument(connection, version).items


def test_neither_plan_nor_hash_of_a_wave_can_be_changed(city: Site) -> None:
    open_wave(city, "w")
    for change in ({"plan": "{}"}, {"plan_hash": "0" * 64}):
        with pytest.raises(DatabaseError), city.stores.main.writing() as connection:
            connection.execute(update(Wave).values(change))


STATES = {
    "before": (-1, {}, "planned"),
    "the first day": (0, {}, "open"),
    "the last day": (91, {}, "open"),
    "after": (92, {}, "ended"),
    "closed early": (5, {"closed": NOW}, "closed"),
    "frozen": (100, {"closed": NOW, "frozen": "0" * 64}, "frozen"),
}


@pytest.mark.parametrize(("days", "facts", "state"), STATES.values(), ids=STATES.keys())
def test_the_state_follows_from_facts(days: int, facts: dict[str, object], state: str, city: Site) -> None:
    open_wave(city, "w", modes=("kiosk",))
    here = places(city)["BD-1"][0]
    day = TODAY + DAY * days
    with city.stores.main.writing() as connection:
        if facts:
            connection.execute(update(Wave).values(facts))
        found = reads.wave(connection, "w", day)
        assert found is not None
        assert found.state == state
        is_open = state == "open"
        assert [one.id for one in reads.open_waves(connection, day)] == ["w"] * is_open
        assert (reads.kiosk_wave(connection, here, day) is not None) == is_open
        assert reads.waves(connection, day) == [found]


NAMES = ["", "Q3", "q 3", "-q3", "q3/", "../q3", "q3\n", "a" * 41, "q_3", "đợt-3", "q3\0"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_name_is_refused(name: str, city: Site) -> None:
    assert codes(city, name) == ["WAVE_NAME"]
    with city.stores.main.reading() as connection:
        assert reads.wave(connection, name, TODAY) is None
        assert reads.place_of(connection, name, places(city)["BD-1"][0], TODAY) is None
        with pytest.raises(Refusal, match="UNKNOWN_WAVE"):
            reads.known_wave(connection, name, TODAY)


def test_a_wave_opens_once(city: Site) -> None:
    open_wave(city, "w")
    assert codes(city, "w") == ["WAVE_EXISTS"]
    open_wave(city, "w" * 40)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - DAY), (TODAY - DAY * 9, TODAY - DAY), (LAST, TODAY)],
)
def test_days_are_in_order_and_the_last_is_to_come(first: date, last: date, city: Site) -> None:
    assert codes(city, "w", from_day=first, to_day=last) == ["DAYS"]


def test_a_wave_may_last_one_day(city: Site) -> None:
    open_wave(city, "w", to_day=TODAY)
    with city.stores.main.reading() as connection:
        assert [wave.id for wave in reads.open_waves(connection, TODAY)] == ["w"]


def test_every_reason_is_told_at_once(city: Site) -> None:
    asked = {"to_day": TODAY - DAY, "modes": ("web", "paper")}
    assert codes(city, "W", **asked) == ["WAVE_NAME", "DAYS", "NOT_YET"]


def test_a_wave_needs_places_in_force(city: Site, tmp_path: Path) -> None:
    assert codes(city, "w", from_day=date(2025, 1, 1), to_day=date(2025, 2, 1)) == ["DAYS", "NO_PLACES"]
    assert codes(city, "w", places=("BD-1", "X")) == ["NOT_IN_FORCE"]
    take_in(city, as_csv(tmp_path, "place,BD-1,Điểm phục vụ số 1,00004,2025-07-01,2026-07-01,\n"))
    assert codes(city, "w", places=("BD-1", "NH-1")) == ["NOT_IN_FORCE"]
    opened = open_wave(city, "w")
    assert [place.code for place in opened.places] == ["NH-1"]


def test_a_wave_is_at_its_places_alone(city: Site) -> None:
    open_wave(city, "w", places=("NH-1",))
    here, there = places(city)["NH-1"][0], places(city)["BD-1"][0]
    with city.stores.main.reading() as connection:
        found = reads.place_of(connection, "w", here, TODAY)
        assert found is not None
        assert (found.name, found.organisation_name) == ("Điểm phục vụ Ngọc Hà", "Phường Ngọc Hà")
        assert reads.places_of(connection, "w", TODAY) == [found]
        for place in (there, "aaaaaaaa", "", "\0"):
            assert reads.place_of(connection, "w", place, TODAY) is None


def test_a_kiosk_has_one_wave_at_a_time(city: Site) -> None:
    open_wave(city, "first", modes=("kiosk",), places=("BD-1",))
    assert codes(city, "second", modes=("kiosk", "web")) == ["KIOSK_TAKEN"]
    assert codes(city, "second", modes=("kiosk",), from_day=LAST, to_day=LAST + DAY) == ["KIOSK_TAKEN"]
    open_wave(city, "web", modes=("web",))
    open_wave(city, "other-place", modes=("kiosk",), places=("NH-1",))
    open_wave(city, "later", modes=("kiosk",), from_day=LAST + DAY, to_day=LAST + DAY * 9)
    with city.stores.main.writing() as connection:
        connection.execute(update(Wave).where(Wave.id == "first").values(closed=NOW))
    open_wave(city, "after-closing", modes=("kiosk",), places=("BD-1",))
    with city.stores.main.reading() as connection:
        here = places(city)["BD-1"][0]
        found = reads.kiosk_wave(connection, here, TODAY)
        assert found is not None
        assert found.id == "after-closing"
        assert reads.kiosk_wave(connection, "\0", TODAY) is None


def test_the_database_refuses_a_wave_that_breaks_the_rules(city: Site) -> None:
    open_wave(city, "w")
    with city.stores.main.reading() as connection:
        row = dict(connection.execute(select(Wave.__table__)).mappings().one())
    bad = ({"id": ""}, {"to_day": TODAY - DAY}, {"basis": "best"}, {"plan_hash": "0"}, {"frozen": "0" * 64})
    for change in bad:
        with pytest.raises(DatabaseError), city.stores.main.writing() as connection:
            connection.execute(insert(Wave).values(row | {"id": "other"} | change))


def asking(name: str) -> Version:
    """A version with an item of that type alone."""
    instrument = loader.load(ROOT / "tests" / "definitions" / "features" / f"{name}.yaml")
    return Version("0" * 64, instrument)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["multiple_choice", "number", "short_text", "long_text"])
def test_a_kiosk_asks_nothing_that_takes_more_than_one_tap(name: str, city: Site) -> None:
    asked = asking(name)
    with pytest.raises(Refusal) as refusal:
        open_wave(city, "w", version=asked, modes=("web", "kiosk"))
    told = {(fault.where, fault.code, fault.got) for fault in refusal.value.faults}
    items = [item for item in asked.instrument.items if item.type.value == name]
    where = f"instrument {asked.instrument.name}, item "
    assert told == {(f"{where}{item.name}", "KIOSK_ITEM", name) for item in items}
    assert all(fault.remedy for fault in refusal.value.faults)


def test_a_kiosk_asks_choices_ratings_and_shows_texts_to_read() -> None:
    for name in ("single_choice", "rating", "information"):
        assert list(kiosk_faults(asking(name).instrument)) == [], name


def test_the_answers_of_an_item_must_stand_on_the_glass() -> None:
    instrument = asking("single_choice").instrument
    (scale,) = instrument.scales
    for many, faults in ((KIOSK_ANSWERS, []), (KIOSK_ANSWERS + 1, ["KIOSK_ITEM"])):
        categories = tuple(Category(code=code, wording=f"Mức {code}") for code in range(many))
        longer = dataclasses.replace(instrument, scales=(dataclasses.replace(scale, categories=categories),))
        assert [fault.code for fault in kiosk_faults(longer)] == faults
