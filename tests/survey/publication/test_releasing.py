"""A release is the scores to the digits that are published, once, with its entry in the chain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from survey.audit.models import Entry
from survey.audit.reads import head, verify_chain
from survey.i18n import round_half_up
from survey.publication.noted import release_faults
from survey.publication.reads import releases
from survey.publication.writes import withdraw
from survey.refusal import Refusal
from tests.survey.publication.publishing import (
    HEADLINE,
    LATER,
    NOW,
    latest,
    released,
    rows_of,
    scored,
    survey,
)
from tests.survey.scoring.program import rows_of as scores_of

if TYPE_CHECKING:
    from pathlib import Path

    from survey.publication.writes import Released
    from survey.site import Site

OFFICES = {"a": (120, {}), "b": (24, {}), "c": (7, {}), "d": (60, {"complaint_way": 8})}
NAMES = {"release", "agency", "construct", "item", "recipe", "basis", "shown", "reason", "decision_use"}
PAIRS = {
    "value": "estimate", "low": "ci_low", "high": "ci_high", "bound_low": "bound_low",
    "bound_high": "bound_high",
}  # fmt: skip


@pytest.fixture
def result(site: Site, tmp_path: Path) -> Path:
    return scored(site, survey(tmp_path / "survey", OFFICES))


@pytest.fixture
def done(site: Site, result: Path) -> Released:
    return released(site, result)


def test_numbers_equal_the_scores_to_the_last_published_digit(
    site: Site, result: Path, done: Released
) -> None:
    scores = {(row["agency"], row["construct"], row["item"], row["recipe"]): row for row in scores_of(result)}
    rows = rows_of(site)
    assert len(rows) == len(scores) == done.shown + done.withheld
    for row in rows:
        score = scores[row["agency"], row["construct"], row["item"], row["recipe"]]
        if row["shown"] == "withheld":
            continue
        decimals = 0 if row["n_valid"] < 30 or float(score["se"]) >= 10 else 1
        assert row["decimals"] == decimals
        for published, exact in PAIRS.items():
            assert row[published] == 10 * round_half_up(float(score[exact]), decimals)
        assert row["missing"] == 10 * round_half_up(100 * float(score["missing_share"]), decimals)
        assert (row["n"], row["n_valid"], row["df"]) == tuple(
            int(score[name]) for name in ("n", "n_valid", "df")
        )
        assert row["decision_use"] == score["decision_use"]
    assert {row["decimals"] for row in rows} == {0, 1, None}


def test_what_the_scores_withhold_is_withheld_and_nothing_of_it_is_there(
    site: Site, result: Path, done: Released
) -> None:
    assert done.new
    withheld = {
        (row["agency"], row["construct"], row["item"], row["recipe"]): row["suppressed"]
        for row in scores_of(result)
        if row["suppressed"]
    }
    assert withheld
    for row in rows_of(site):
        key = (row["agency"], row["construct"], row["item"], row["recipe"])
        if key in withheld:
            assert row["reason"] == withheld[key]
        if row["shown"] == "withheld":
            numbers = set(row) - NAMES
            assert {row[name] for name in numbers} == {None}


def test_the_release_is_in_the_chain_by_its_hash(site: Site, result: Path, done: Released) -> None:
    found = latest(site)
    with site.stores.main.reading() as connection:
        entry = connection.execute(select(Entry.__table__).where(Entry.act == "released")).mappings().one()
        assert verify_chain(connection, done.head) == []
        assert head(connection) == done.head == found.head == entry["hash"]
        assert release_faults(connection) == []
    detail = json.loads(entry["detail"])
    manifest = json.loads((result / "manifest.json").read_text(encoding="utf-8"))
    assert entry["subject"] == "autumn"
    assert (detail["release"], detail["result"], detail["data"]) == (
        done.hash,
        manifest["id"],
        manifest["data"],
    )
    assert (found.hash, found.result, found.data) == (done.hash, manifest["id"], manifest["data"])
    assert found.plan_hash == detail["plan"]
    assert json.loads(found.plan or "")["standard"] == 50.0
    assert found.released == NOW.replace(second=0)
    assert found.outside


def test_the_same_again_changes_nothing(site: Site, result: Path, done: Released) -> None:
    before = rows_of(site)
    again = released(site, result, LATER)
    assert (again.new, again.number, again.hash, again.head) == (False, 1, done.hash, done.head)
    assert rows_of(site) == before
    with site.stores.main.reading() as connection:
        assert len(releases(connection)) == 1
        assert head(connection) == done.head


def test_agencies_stand_below_or_above_only_by_interval_and_bounds(site: Site, tmp_path: Path) -> None:
    """Scores lie near 80: above 50, below 97, and not to be told from 80."""
    sides = {}
    for standard in (50.0, 80.0, 97.0):
        made = survey(tmp_path / f"{standard}", {"a": (120, {}), "b": (24, {})}, plan={"standard": standard})
        released(site, scored(site, made, f"wave-{standard:.0f}"))
        sides[standard] = {
            row["agency"]: row["standing"]
            for row in rows_of(site)
            if not row["construct"] and row["recipe"] == HEADLINE
        }
    assert sides == {
        50.0: {"a": "above", "b": None},
        80.0: {"a": "unclear", "b": None},
        97.0: {"a": "below", "b": None},
    }


@pytest.mark.parametrize("basis", ["all_invited", "open"])
def test_only_a_drawn_sample_is_set_against_the_standard(site: Site, tmp_path: Path, basis: str) -> None:
    made = survey(tmp_path / basis, {"a": (120, {})}, design={"basis": basis})
    released(site, scored(site, made))
    assert {row["standing"] for row in rows_of(site)} == {None}
    assert not latest(site).is_compared


def test_an_open_wave_without_visitors_has_counts_and_no_percentage(site: Site, tmp_path: Path) -> None:
    made = survey(tmp_path / "open", OFFICES, design={"basis": "open"})
    done = released(site, scored(site, made))
    rows = rows_of(site)
    assert done.shown > 0
    assert {row["shown"] for row in rows} == {"count", "withheld"}
    assert {row["value"] for row in rows} | {row["high"] for row in rows} == {None}
    counts = {
        row["agency"]: row["n_valid"] for row in rows if not row["construct"] and row["recipe"] == HEADLINE
    }
    assert counts == {"a": 120, "b": 24, "c": None, "d": 60}


def test_a_withdrawn_release_is_a_tombstone_and_may_be_released_again(
    site: Site, result: Path, done: Released
) -> None:
    with site.stores.main.writing() as connection:
        withdraw(connection, latest(site), " Wrong\nlist of places. ", LATER, actor="an.nguyen")
    found = latest(site)
    assert found.state == "withdrawn"
    assert found.withdrawn is not None
    assert (found.withdrawn.reason, found.withdrawn.actor) == ("Wrong list of places.", "an.nguyen")
    with site.stores.main.reading() as connection:
        newest = connection.execute(select(Entry.__table__).order_by(Entry.number.desc())).mappings().first()
        assert newest is not None
        assert (newest["act"], newest["subject"]) == ("release withdrawn", "autumn")
        assert json.loads(newest["detail"])["reason"] == "Wrong list of places."
        assert release_faults(connection) == []
    again = released(site, result, LATER)
    assert (again.new, again.number, again.hash) == (True, 2, done.hash)
    assert latest(site).is_current


def test_a_release_is_withdrawn_once_and_with_a_reason(site: Site, done: Released) -> None:
    assert done.new
    for reason in ("", " \n ", "x" * 1_001):
        with pytest.raises(Refusal, match="REASON"), site.stores.main.writing() as connection:
            withdraw(connection, latest(site), reason, LATER, actor="command")
    with site.stores.main.writing() as connection:
        withdraw(connection, latest(site), "Wrong.", LATER, actor="command")
    with pytest.raises(Refusal, match="WITHDRAWN"), site.stores.main.writing() as connection:
        withdraw(connection, latest(site), "Wrong.", LATER, actor="command")


CHANGES = {
    "a number": "UPDATE published_cell SET n = n + 1 WHERE n = 120",
    "a name": "UPDATE published_agency SET name = 'x' WHERE code = 'a'",
    "a word": "UPDATE published_wording SET text = 'x' WHERE name = 'title'",
    "the standard": "UPDATE published_release SET standard = 40",
    "a cell less": "DELETE FROM published_cell WHERE agency = 'b'",
    "its name in the database": "UPDATE published_release SET hash = head",
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_changed_behind_the_program_is_named(site: Site, done: Released, change: str) -> None:
    assert done.new
    with site.stores.main.writing() as connection:
        triggers = connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'keep_published%'")
        ).all()
        for trigger in triggers:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(change))
    with site.stores.main.reading() as connection:
        [fault] = release_faults(connection)
    assert (fault.code, fault.where) == ("RELEASE_CHANGED", "release 1 of wave autumn")
