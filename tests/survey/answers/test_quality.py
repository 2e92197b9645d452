"""Seconds become one of eight bands; what was too fast or all alike is flagged, and stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from questionnaires.model import Missing
from survey.answers.anchor import ACT
from survey.answers.models import Answer, Draft, Response
from survey.answers.nightly import nightly
from survey.answers.quality import band_of, flags_of
from survey.answers.sending import send
from survey.audit.models import Entry
from tests.survey.answers.collecting import NOW, collecting, count, token

if TYPE_CHECKING:
    from survey.site import Site


@pytest.mark.parametrize(
    ("seconds", "band"),
    [(None, None), (0, 0), (29, 0), (30, 1), (119, 2), (120, 3), (299, 4), (300, 5), (1199, 6), (1200, 7)],
)
def test_a_duration_falls_into_its_band(seconds: int | None, band: int | None) -> None:
    assert band_of(seconds) == band


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_flags_say_what_they_see(site: Site) -> None:
    asked = collecting(site.stores.main)
    ratings = [item.name for item in asked.instrument.items if item.type == "rating"]
    good = asked.response(seconds=600)
    varied = {**good.values, **{name: 1 + place % 5 for place, name in enumerate(ratings)}}
    alike = {**good.values, **dict.fromkeys(ratings, 5)}
    few = {**good.values, **dict.fromkeys(ratings, Missing.DONT_KNOW), **dict.fromkeys(ratings[:5], 5)}
    items = len(asked.instrument.items)
    cases = [
        (varied, 2 * items, ""),
        (varied, 2 * items - 1, "speed"),
        (varied, None, ""),
        (alike, 600, "straight_lining"),
        (alike, 3, "speed straight_lining"),
        (few, 600, ""),
    ]
    for values, seconds, flags in cases:
        assert flags_of(asked.instrument, replace(good, values=values, seconds=seconds)) == flags


def test_the_night_settles_and_anchors_and_finds_what_was_changed(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    for _ in range(22):
        send(stores.main, home, token(), asked.response(), NOW)
    assert nightly(stores.main, home, NOW, actor="command").faults == ()
    with stores.main.reading() as connection:
        entries = connection.execute(select(Entry.subject, Entry.detail).where(Entry.act == ACT)).all()
    assert [entry.subject for entry in entries] == [asked.wave]
    assert '"responses":22' in entries[0].detail
    assert nightly(stores.main, home, NOW, actor="command").faults == ()
    assert count(stores.main, Draft) == 0
    with stores.main.writing() as connection:
        name = connection.scalar(select(Response.id).limit(1))
        better = update(Answer).where(Answer.response == name, Answer.variable == "signs")
        connection.execute(better.values(code=None, number=5.5, missing=None))
    [fault] = nightly(stores.main, home, NOW, actor="command").faults
    assert (fault.code, fault.where) == ("SETTLED_CHANGED", f"wave {asked.wave}")
