"""A closed wave: every answer once, under its version, in a folder that scores; and nothing left behind."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, text

from analysis.errors import StatisticsError
from questionnaires import loader
from questionnaires.canonical import instrument_hash
from questionnaires.item_types import variables
from questionnaires.model import Missing
from survey import keys
from survey.answers import receipts
from survey.answers.anchor import anchor_faults
from survey.answers.models import Answer, Arrival, Batch, Comment, Inbox, Response, Sent
from survey.answers.sending import send
from survey.answers.settling import settle
from survey.audit.models import Entry
from survey.audit.reads import verify_chain
from survey.frozen.closing import close
from survey.frozen.reading import read, verify
from survey.refusal import Refusal
from survey.registry.models import Visitors
from survey.scoring.result import score
from survey.waves.models import Wave
from survey.waves.writes import publish
from tests.contracts.tree import ROOT
from tests.survey.answers.collecting import DAY, NOW, Collecting, collecting, count, kept, token
from tests.survey.answers.killing import killer

if TYPE_CHECKING:
    from pathlib import Path

    from survey.answers.sent_response import SentResponse
    from survey.site import Site
    from survey.stores import Stores

AFTER = NOW + timedelta(days=40)
FEATURES = sorted((ROOT / "tests" / "definitions" / "features").glob("*.yaml"))
EMPTY = (Response, Answer, Comment, Inbox, Batch, Sent, Arrival)


def is_done(stores: Stores, wave: str) -> bool:
    """Whether the wave is frozen and none of its rows is left."""
    with stores.main.reading() as connection:
        frozen = connection.scalar(select(Wave.frozen).where(Wave.id == wave))
    return frozen is not None and count(stores.main, Response) == count(stores.main, Sent) == 0


def answer(site: Site, asked: Collecting, numbers: list[int], *, hours: int = 0) -> list[SentResponse]:
    """So many people at each place, each known by a made-up interviewer."""
    home, stores = site
    sent = []
    for place, number in zip(asked.places, numbers, strict=False):
        for _ in range(number):
            response = asked.response(place=place, interviewer=f"i{asked.rng.randrange(10**9)}")
            send(stores.main, home, token(), response, NOW + timedelta(hours=hours))
            sent.append(response)
    return sent


def rows_of(frozen: Path) -> list[dict[str, Any]]:
    with read(frozen).engine() as engine:
        relation = engine.table("responses")
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def told(asked: Collecting, row: dict[str, Any]) -> dict[str, object]:
    """The variables of a response as the folder has them."""
    found: dict[str, object] = {}
    for item in asked.instrument.items:
        scale = asked.instrument.scale_of(item) if item.scale is not None else None
        for name in variables(item, scale):
            reason = row[f"{item.name}__missing"]
            value = Missing(reason) if reason is not None else row.get(name)
            assert reason is None or row.get(name) is None
            if value is not None:
                found[name] = value
    return found


@pytest.mark.parametrize("instrument", ["kiosk_core", "service_responsibility"])
def test_every_answer_is_in_the_folder_once(site: Site, instrument: str, tmp_path: Path) -> None:
    home, stores = site
    asked = collecting(stores.main, instrument=instrument, places=4)
    sent = answer(site, asked, [45, 21, 3, 1])
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    rows = {row["interviewer"]: row for row in rows_of(closed.frozen)}
    assert closed.responses == len(rows) == len(sent) == 70
    for response in sent:
        assert told(asked, rows[response.interviewer]) == dict(response.values)
    with read(closed.frozen).engine() as engine:
        texts = Counter(engine.table("comments").project("item, text").fetchall())
    assert texts == Counter(pair for response in sent for pair in response.comments.items())
    names = [row["response"] for row in rows_of(closed.frozen)]
    assert names == sorted(names)
    assert [count(stores.main, table) for table in EMPTY] == [0] * len(EMPTY)
    assert keys.batches(home) == []
    manifest = read(closed.frozen).manifest
    with stores.main.reading() as connection:
        entries = connection.execute(select(Entry.act, Entry.hash).order_by(Entry.number)).all()
        assert verify_chain(connection, manifest.head) == []
        assert connection.scalar(select(Wave.frozen)) == closed.manifest
    acts = [act for act, _ in entries]
    assert acts[-1] == "wave frozen"
    assert set(acts[acts.index("wave closed") + 1 : -1]) == {"answers settled"}
    assert manifest.head == entries[-2].hash
    score(closed.frozen, tmp_path / "result")
    assert (tmp_path / "result" / "scores.csv").exists()


@pytest.mark.parametrize("feature", FEATURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_wave_closes_whatever_its_instrument_has(site: Site, feature: Path) -> None:
    home, stores = site
    asked = collecting(stores.main, instrument=loader.load(feature))
    sent = answer(site, asked, [20, 3])
    rows = {
        row["interviewer"]: row for row in rows_of(close(stores, home, asked.wave, AFTER, actor="a").frozen)
    }
    assert rows.keys() == {response.interviewer for response in sent}
    for response in sent:
        assert told(asked, rows[response.interviewer]) == dict(response.values)


def test_a_place_of_few_has_no_day_and_a_rest_joins_its_places_last_day(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, places=2)
    answer(site, asked, [20, 19])
    settle(stores.main, home)
    answer(site, asked, [4], hours=48)
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    days = Counter((row["place"], row["day"]) for row in rows_of(closed.frozen))
    assert days == {("p0000", DAY): 24, ("p0001", None): 19}


def test_places_with_one_interview_share_a_stratum(site: Site, tmp_path: Path) -> None:
    home, stores = site
    asked = collecting(stores.main, places=5)
    answer(site, asked, [15, 2, 1, 3, 0])
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    strata = Counter((row["place"], row["stratum"]) for row in rows_of(closed.frozen))
    assert strata == {
        ("p0000", "p0000"): 15,
        ("p0001", "(pooled)"): 2,
        ("p0002", "(pooled)"): 1,
        ("p0003", "p0003"): 3,
    }
    assert read(closed.frozen).design.source["pooled"] == {"(pooled)": ["p0001", "p0002"]}
    score(closed.frozen, tmp_path / "result")


def test_one_interview_alone_is_scored_to_nothing(site: Site, tmp_path: Path) -> None:
    home, stores = site
    asked = collecting(stores.main)
    answer(site, asked, [1])
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    assert closed.responses == 1
    score(closed.frozen, tmp_path / "result")
    with (tmp_path / "result" / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert {row["estimate"] for row in csv.DictReader(file)} == {""}


def test_a_wave_that_nobody_answered_closes_and_its_score_is_refused(site: Site, tmp_path: Path) -> None:
    home, stores = site
    closed = close(stores, home, collecting(stores.main).wave, AFTER, actor="command")
    assert closed.responses == 0
    with pytest.raises(StatisticsError, match="at least one interview"):
        score(closed.frozen, tmp_path / "result")


def test_two_versions_lie_in_one_folder(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    items = asked.instrument.sections[-2].items
    section = replace(asked.instrument.sections[-2], items=(replace(items[0], name="new_item"), *items[1:]))
    sections = (*asked.instrument.sections[:-2], section, asked.instrument.sections[-1])
    second = replace(asked.instrument, sections=sections)
    first_sent = answer(site, asked, [20])
    with stores.main.writing() as connection:
        publish(connection, second, now=NOW, today=DAY, actor="command", breaking="offer")
    later = Collecting(asked.wave, second, asked.places, asked.rng)
    later_sent = answer(site, later, [22])
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    rows = {row["interviewer"]: row for row in rows_of(closed.frozen)}
    for version, sent in ((asked, first_sent), (later, later_sent)):
        for response in sent:
            row = rows[response.interviewer]
            assert row["instrument"] == instrument_hash(version.instrument)
            assert told(version, row) == dict(response.values)
    old = rows[first_sent[0].interviewer]
    assert (old["new_item"], old["new_item__missing"]) == (None, "off_route")
    assert set(read(closed.frozen).instruments) == {asked.version, later.version}


def test_counts_stand_beside_the_answers(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, places=3)
    tokens = [token() for _ in range(6)]
    for mine in tokens:
        send(stores.main, home, mine, asked.response(wants_receipt=True), NOW)
    answer(site, asked, [5], hours=1)
    answer(site, asked, [0, 6])
    answer(site, asked, [0, 4], hours=1)
    receipts.withdraw(stores.main, receipts.code(tokens[0]), pause=lambda _: None)
    with stores.main.writing() as connection:
        rows = [
            {"place": asked.places[0], "day": DAY, "visitors": 80},
            {"place": asked.places[2], "day": DAY, "visitors": 7},
        ]
        connection.execute(insert(Visitors), rows)
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    lines = (closed.frozen / "arrivals.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "place,day,hour,responses,visitors",
        "p0000,2026-03-02,9,6,80",
        "p0000,2026-03-02,10,5,80",
        "p0001,2026-03-02,,10,",
        "p0002,2026-03-02,,0,7",
    ]
    assert (closed.frozen / "withdrawals.csv").read_text(encoding="utf-8") == "place,n\np0000,1\n"
    units = (closed.frozen / "units.csv").read_text(encoding="utf-8")
    assert units == "code,name,kind,parent\n001,Phường Một,ward,\n"


def test_nothing_is_taken_or_taken_back_after_closing(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    mine = token()
    send(stores.main, home, mine, asked.response(wants_receipt=True), NOW)
    with stores.main.writing() as connection:
        connection.execute(text("UPDATE wave SET closed = '2026-04-01 00:00:00'"))
    receipts.withdraw(stores.main, receipts.code(mine), pause=lambda _: None)
    assert kept(stores.main) == 1
    assert close(stores, home, asked.wave, AFTER, actor="command").responses == 1


def test_a_wave_is_closed_once_and_only_if_there_is_one(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    close(stores, home, asked.wave, NOW, actor="command")
    with stores.main.reading() as connection:
        detail = connection.scalar(select(Entry.detail).where(Entry.act == "wave closed"))
    assert json.loads(str(detail))["early"]
    with pytest.raises(Refusal, match="FROZEN"):
        close(stores, home, asked.wave, AFTER, actor="command")
    with pytest.raises(Refusal):
        close(stores, home, "another", AFTER, actor="command")


def test_a_folder_that_was_changed_is_refused_and_nothing_is_deleted(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    answer(site, asked, [5])
    other = collecting(stores.main, wave="another")
    made = close(stores, home, other.wave, AFTER, actor="command")
    made.frozen.rename(home.waves / asked.wave)
    with pytest.raises(Refusal, match="OTHER_WAVE"):
        close(stores, home, asked.wave, AFTER, actor="command")
    assert kept(stores.main) == 5


def test_answers_that_no_key_opens_stop_closing_until_they_are_given_up(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    answer(site, asked, [3])
    [lost] = keys.batches(home)
    answer(site, asked, [0, 4])
    keys.batch_destroy(home, lost)
    with pytest.raises(Refusal, match="UNREADABLE"):
        close(stores, home, asked.wave, AFTER, actor="command")
    assert not (home.waves / asked.wave).exists()
    closed = close(stores, home, asked.wave, AFTER, actor="command", give_up=True)
    assert (closed.responses, closed.lost) == (4, 3)


def test_a_crash_at_any_step_is_mended_by_closing_again(site: Site) -> None:
    home, stores = site
    with killer(home.path) as kill:
        for point in range(1, 60):
            asked = collecting(stores.main, wave=f"wave-{point}")
            sent = answer(site, asked, [22, 3])
            killed = kill(point, asked.wave)
            with stores.main.reading() as connection:
                assert anchor_faults(connection) == []
            if killed and not is_done(stores, asked.wave):
                close(stores, home, asked.wave, AFTER, actor="command")
            frozen = home.waves / asked.wave
            assert verify(frozen) == []
            found = [row["interviewer"] for row in rows_of(frozen)]
            assert sorted(found) == sorted(response.interviewer for response in sent)
            assert [count(stores.main, table) for table in EMPTY] == [0] * len(EMPTY)
            assert not list(home.waves.glob(".*unfinished"))
            if not killed:
                break
    assert 15 < point < 59
