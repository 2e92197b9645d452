"""The days of a demonstration, whatever the day on which it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from survey.demo.calendar import STRETCH, STRETCHES, Calendar
from survey.demo.city import MODEL

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("after", range(14))
def test_everything_that_is_over_has_happened_in_order(after: int) -> None:
    now = (datetime(2026, 11, 20, 23, 30, tzinfo=UTC) + timedelta(days=after)).astimezone(ZONE)
    calendar = Calendar(now)
    assert len(calendar.days) == STRETCH * STRETCHES == MODEL.days
    assert {day.weekday() for day in calendar.days} == set(range(5))
    assert all(one < other for one, other in pairwise(calendar.days))
    assert (calendar.days[0], calendar.days[-1]) == (calendar.first, calendar.last)
    evenings = [calendar.evening(stretch) for stretch in range(STRETCHES)]
    moments = [calendar.prepared, *evenings, calendar.closed, now]
    assert all(one < other for one, other in pairwise(moments))
    assert calendar.closed.date() > calendar.last
    assert now - calendar.closed < timedelta(days=8)
    for stretch, evening in enumerate(evenings):
        last = (stretch + 1) * STRETCH - 1
        assert calendar.moment(last, 17 * 3600) < evening < calendar.moment(last, 86_399)
    assert calendar.opens == now.date() < calendar.stops


def test_a_moment_is_told_in_the_zone_of_the_site() -> None:
    calendar = Calendar(datetime(2026, 11, 25, 4, 0, tzinfo=UTC).astimezone(ZONE))
    assert calendar.moment(0, 8 * 3600 + 61).isoformat() == "2026-08-31T08:01:01+07:00"
